//! The thinnest run from end to end.
use campana_engine::doctest::constant;
use campana_engine::model::ValueType;
use campana_engine::*;
use std::sync::{Arc, Mutex};

fn add(x: impl IntoInput<i64>) -> Call<i64> {
    let body = Body::sync(|inputs| Ok(*inputs.arg::<i64>(0)? + 1));
    let spec = TaskSpec::new("add", "add", vec![InputSpec::new::<i64>("x")], ValueType::of::<i64>(), body);
    Call::new(Arc::new(spec)).input(0, x.into_input())
}
fn add_map(x: impl IntoMapInput<i64>) -> Call<Vec<i64>> {
    let body = Body::sync(|inputs| Ok(*inputs.arg::<i64>(0)? + 1));
    let spec = TaskSpec::new("add", "add", vec![InputSpec::new::<i64>("x")], ValueType::of::<i64>(), body);
    Call::<i64>::new(Arc::new(spec)).map_input(0, x.into_map_input()).mapped()
}
fn div(x: impl IntoInput<i64>) -> Call<i64> {
    let body = Body::sync(|inputs| {
        let x = *inputs.arg::<i64>(0)?;
        if x == 0 { Err("division by zero".into()) } else { Ok(1 / x) }
    });
    let spec =
        TaskSpec::new("1/x task", "div", vec![InputSpec::new::<i64>("x")], ValueType::of::<i64>(), body);
    Call::new(Arc::new(spec)).input(0, x.into_input())
}

#[test]
fn add_divide() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let mut flow = Flow::new("Add Divide Flow");
    let res = flow.add(div(add(-1)).state_handler(move |t: &Subject, o: &State, n: &State| {
        log.lock().unwrap().push(format!("{} {o} -> {n}", t.full_name()));
    }));
    let run = flow.run_blocking().unwrap();
    assert!(run.is_failed(), "{run}");
    eprintln!("{:#?} {:?}", seen.lock().unwrap(), run.result(res));
    let run = flow.run().executor(Concurrent::new()).blocking().unwrap();
    assert!(run.is_failed(), "{run}");
}

#[test]
fn maps() {
    for concurrent in [false, true] {
        let mut flow = Flow::new("maps");
        let xs = flow.add(constant(vec![1_i64, 2, 3]));
        let ys = flow.add(add_map(add_map(xs)));
        let start = flow.run();
        let start = if concurrent { start.executor(Concurrent::new()) } else { start };
        let run = start.blocking().unwrap();
        assert!(run.is_successful(), "{run}");
        assert_eq!(run.result(ys).unwrap(), &[3, 4, 5]);
    }
}
