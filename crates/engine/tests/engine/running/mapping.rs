//! Mapped tasks: how many children, which element goes where, what waits for what.

use std::sync::Arc;
use std::time::Duration;

use campana_engine::StateKind::{Failed, Mapped, Skipped, Success, TriggerFailed};
use campana_engine::{
    Body, BoxError, Call, Concurrent, Flow, InputSpec, IntoMapInput, Outcome, RunSettings, Settings, Signal,
    TaskSpec, flatten, trigger, unmapped,
};
use tokio::sync::Semaphore;

use crate::common::{
    Log, Out, add_one, apply, child_kinds, each, fails, kind, message, nothing, run_paused, task, threaded,
    value,
};

/// A mapped task with two inputs.
fn each_two<T: Out>(
    x: impl IntoMapInput<i64>,
    y: impl IntoMapInput<i64>,
    body: impl Fn(i64, i64) -> Result<T, BoxError> + Send + Sync + 'static,
) -> Call<Vec<T>> {
    let inputs = vec![InputSpec::new::<i64>("x"), InputSpec::new::<i64>("y")];
    let body = Body::sync(move |inputs| body(*inputs.arg::<i64>(0)?, *inputs.arg::<i64>(1)?));
    let spec = TaskSpec::new("two", "two", inputs, campana_engine::model::ValueType::of::<T>(), body);
    Call::<T>::new(Arc::new(spec)).map_input(0, x.into_map_input()).map_input(1, y.into_map_input()).mapped()
}

#[test]
fn a_task_is_run_for_each_element_and_its_results_are_a_list() {
    let mut flow = Flow::new("f");
    let m = flow.add(add_one("m", vec![1, 2, 3]));
    let sum = flow.add(apply("sum", m, |x: &Vec<i64>| Ok(x.iter().sum::<i64>())));
    for concurrent in [false, true] {
        let start = flow.run();
        let start = if concurrent { start.executor(Concurrent::new()) } else { start };
        let run = start.blocking().unwrap();
        assert_eq!((run.result(m).unwrap(), run.result(sum).unwrap()), (&vec![2, 3, 4], &9));
        assert_eq!((kind(&run, m), run.state_of(m).unwrap().map_count()), (Mapped, Some(3)));
        assert_eq!(message(&run, m), "Ready to proceed with mapping.");
    }
}

#[test]
fn an_input_that_is_unmapped_goes_to_every_child() {
    let mut flow = Flow::new("f");
    let ten = flow.add(value("ten", 10_i64));
    let m = flow.add(each_two(vec![1, 2], unmapped(ten), |x, y| Ok(x + y)));
    let c = flow.add(each_two(vec![1, 2], unmapped(100_i64), |x, y| Ok(x + y)));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.result(m).unwrap(), run.result(c).unwrap()), (&vec![11, 12], &vec![101, 102]));
}

#[test]
fn the_shortest_list_counts() {
    let mut flow = Flow::new("f");
    let long = flow.add(add_one("long", vec![1, 2, 3]));
    let short = flow.add(value("short", vec![10_i64, 20]));
    let m = flow.add(each_two(long, short, |x, y| Ok(x + y)));
    let n = flow.add(each_two(vec![1], long, |x, y| Ok(x * y)));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.result(m).unwrap(), run.result(n).unwrap()), (&vec![12, 23], &vec![2]));
    assert_eq!(run.state_of(m).unwrap().map_count(), Some(2));
}

#[test]
fn a_list_without_elements_makes_no_children_and_a_list() {
    let mut flow = Flow::new("f");
    let m = flow.add(add_one("m", Vec::<i64>::new()));
    let n = flow.add(add_one("n", m));
    let down = flow.add(apply("down", n, |x: &Vec<i64>| Ok(x.len())));
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, m), kind(&run, n), run.result(down).unwrap()), (Mapped, Mapped, &0));
    assert!(run.is_successful());
}

#[test]
fn a_failing_child_fails_alone() {
    let mut flow = Flow::new("f");
    let m = flow.add(each(
        "m",
        vec![1_i64, 0, 2],
        |x: &i64| if *x == 0 { Err("zero".into()) } else { Ok(10 / x) },
    ));
    let n = flow.add(add_one("n", m));
    let down = flow.add(apply("down", m, |x: &Vec<i64>| Ok(x.len())));
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, m), child_kinds(&run, m)), (Mapped, vec![Success, Failed, Success]));
    assert_eq!((kind(&run, n), child_kinds(&run, n)), (Mapped, vec![Success, TriggerFailed, Success]));
    assert_eq!(kind(&run, down), TriggerFailed);
    assert_eq!(run.state().message(), Some("Some reference tasks failed."));
}

#[test]
fn a_skipped_child_skips_its_counterpart() {
    let mut flow = Flow::new("f");
    let m =
        flow.add(each(
            "m",
            vec![1_i64, 0],
            |x: &i64| if *x == 0 { Err(Signal::skip("zero").into()) } else { Ok(*x) },
        ));
    let n = flow.add(add_one("n", m));
    let down = flow.add(apply("down", m, |x: &Vec<i64>| Ok(x.len())));
    let run = flow.run_blocking().unwrap();
    assert_eq!((child_kinds(&run, n), kind(&run, down)), (vec![Success, Skipped], Skipped));
}

#[test]
fn nothing_to_map_over() {
    let mut flow = Flow::new("f");
    let bad = flow.add(fails::<Vec<i64>>("bad"));
    let m = flow.add(add_one("m", bad).trigger(trigger::all_failed()));
    let n = flow.add(add_one("n", m));
    let run = flow.run_blocking().unwrap();
    for node in [m, n] {
        assert_eq!(
            (kind(&run, node), message(&run, node)),
            (Failed, "No upstream states can be mapped over.".to_owned())
        );
        assert_eq!(run.children_of(node).len(), 0);
    }
}

#[test]
fn one_of_two_lists_failed() {
    // There is something to map over, so each child finds out for itself.
    let mut flow = Flow::new("f");
    let bad = flow.add(fails::<Vec<i64>>("bad"));
    let m = flow.add(each_two(vec![1, 2], bad, |x, y| Ok(x + y)));
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, m), child_kinds(&run, m)), (Mapped, vec![TriggerFailed, TriggerFailed]));
}

#[test]
fn a_success_without_a_list_cannot_be_mapped_over() {
    let mut flow = Flow::new("f");
    let odd = flow.add(task::<Vec<i64>>("odd", |_| Err(Signal::success("no list").into())));
    let m = flow.add(add_one("m", odd));
    let run = flow.run_blocking().unwrap();
    let text = "At least one upstream state has an unmappable result.".to_owned();
    assert_eq!((kind(&run, m), message(&run, m)), (Failed, text));
}

#[test]
fn flattened_lists() {
    let nested = || vec![vec![1_i64, 2], vec![], vec![3]];
    let mut flow = Flow::new("f");
    let lists = flow.add(value("lists", nested()));
    let plain = flow.add(add_one("plain", flatten(lists)));
    let inner = flow.add(each("inner", vec![2_i64, 0, 1], |n: &i64| Ok((0..*n).collect::<Vec<_>>())));
    let mapped = flow.add(add_one("mapped", flatten(inner)));
    let as_one = flow.add(apply("one", flatten(lists), |x: &Vec<i64>| Ok(x.clone())));
    let of_mapped = flow.add(apply("of", flatten(inner), |x: &Vec<i64>| Ok(x.clone())));
    let run = flow.run_blocking().unwrap();
    assert_eq!(run.result(plain).unwrap(), &[2, 3, 4]);
    assert_eq!(run.result(mapped).unwrap(), &[1, 2, 1]);
    assert_eq!(run.result(as_one).unwrap(), &[1, 2, 3]);
    assert_eq!(run.result(of_mapped).unwrap(), &[0, 1, 0]);
}

#[test]
fn a_child_without_a_list_makes_one_child_of_a_flattened_task() {
    let mut flow = Flow::new("f");
    let inner = each("inner", vec![2_i64, 0, 1], |n: &i64| match n {
        0 => Err("zero".into()),
        n => Ok(vec![*n; *n as usize]),
    });
    let inner = flow.add(inner);
    let m = flow.add(add_one("m", flatten(inner)));
    let run = flow.run_blocking().unwrap();
    assert_eq!(child_kinds(&run, m), [Success, Success, TriggerFailed, Success]);
}

#[test]
fn outcomes_of_children() {
    let mut flow = Flow::new("f");
    let m = flow.add(each("m", vec![1_i64, 0], |x: &i64| if *x == 0 { Err("zero".into()) } else { Ok(*x) }));
    let body =
        Body::sync(|inputs| Ok(inputs.outcomes_at::<i64>(0)?.iter().map(Outcome::is_ok).collect::<Vec<_>>()));
    let inputs = vec![InputSpec::new::<Vec<i64>>("x")];
    let spec = TaskSpec::new("t", "t", inputs, campana_engine::model::ValueType::of::<Vec<bool>>(), body);
    let call = Call::<Vec<bool>>::new(Arc::new(spec))
        .input(0, campana_engine::IntoInput::<Vec<Outcome<i64>>>::into_input(m));
    let t = flow.add(call.trigger(trigger::all_finished()));
    assert_eq!(flow.run_blocking().unwrap().result(t).unwrap(), &[true, false]);
}

#[test]
fn children_are_tried_again_one_by_one() {
    let ran = Log::new();
    let log = ran.clone();
    let mut flow = Flow::new("f");
    let call = each("m", vec![1_i64, 2], move |x: &i64| {
        let run = campana_engine::context().unwrap().run_count();
        log.push((*x, run));
        if *x == 2 && run < 3 { Err("boom".into()) } else { Ok(*x) }
    });
    let m = flow.add(call.retries(2).retry_delay(Duration::from_secs(60)));
    let (run, took) = run_paused(&flow, |start| start);
    assert_eq!((run.result(m).unwrap(), took.round()), (&vec![1, 2], 120.0));
    assert_eq!(ran.all(), [(1, 1), (2, 1), (2, 2), (2, 3)]);
}

#[test]
fn a_child_waits_only_for_its_counterpart() {
    // The first child of `first` ends only when the second child of `second` has run.
    let open = Arc::new(Semaphore::new(0));
    let (wait, release) = (Arc::clone(&open), open);
    let mut flow = Flow::new("f");
    let spec = |name: &'static str, body: Body| {
        let output = campana_engine::model::ValueType::of::<i64>();
        Call::<i64>::new(Arc::new(TaskSpec::new(name, name, vec![InputSpec::new::<i64>("x")], output, body)))
    };
    let body = Body::future(move |inputs| {
        let wait = Arc::clone(&wait);
        async move {
            let x = *inputs.get::<i64>("x")?;
            if x == 0 {
                wait.acquire().await?.forget();
            }
            Ok(x)
        }
    });
    let first =
        spec("first", body).map_input(0, IntoMapInput::<i64>::into_map_input(vec![0_i64, 1])).mapped();
    let body = Body::future(move |inputs| {
        let release = Arc::clone(&release);
        async move {
            let x = *inputs.get::<i64>("x")?;
            if x == 1 {
                release.add_permits(1);
            }
            Ok(x * 10)
        }
    });
    let second = spec("second", body).map_input(0, IntoMapInput::<i64>::into_map_input(first)).mapped();
    let second = flow.add(second);
    threaded(async move {
        let run = flow.run().executor(Concurrent::new()).await;
        assert_eq!(run.result(second).unwrap(), &[0, 10]);
    });
}

#[test]
fn a_mapped_task_waits_for_those_that_it_comes_after() {
    let order = Log::new();
    let (first, second) = (order.clone(), order.clone());
    let mut flow = Flow::new("f");
    let up = flow.add(task("up", move |_| {
        first.push(0);
        Ok(())
    }));
    let m = each("m", vec![1_i64, 2], move |x: &i64| {
        second.push(*x);
        Ok(())
    });
    flow.add(m.after(up));
    let _run = flow.run_blocking().unwrap();
    assert_eq!(order.all(), [0, 1, 2]);
}

#[test]
fn the_task_after_a_mapped_one_waits_for_all_children() {
    let mut flow = Flow::new("f");
    let done = crate::common::Count::default();
    let (up, seen) = (done.clone(), done);
    let m = flow.add(each("m", (0..50).collect::<Vec<i64>>(), move |_: &i64| Ok(up.up())));
    let down = flow.add(task("down", move |_| Ok(seen.get())).after(m));
    let end = flow.add(nothing("end").after(down));
    threaded(async move {
        let run = flow.run().executor(Concurrent::new()).await;
        assert_eq!((run.result(down).unwrap(), kind(&run, end)), (&50, Success));
    });
}
