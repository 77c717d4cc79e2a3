//! What a body wishes for by its error.

use std::time::Duration;

use campana_engine::{BoxError, Flow, Inputs, Outcome, Settings, Signal, State, StateKind};

use crate::common::{Count, Log, apply, asks, kind, message, noon, nothing, run_paused, task};

#[derive(Debug, thiserror::Error)]
#[error("could not load")]
struct Wrapped(#[source] BoxError);

#[test]
fn a_signal_is_found_behind_other_errors() {
    let mut flow = Flow::new("f");
    let t = flow.add(task::<()>("t", |_| Err(Wrapped(Signal::skip("empty").into()).into())));
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, t), message(&run, t)), (StateKind::Skipped, "empty".to_owned()));
}

#[test]
fn a_failure_carries_data() {
    let mut flow = Flow::new("f");
    let fail = |_: &Inputs| Err(Signal::fail("too many rejects").with_result(vec![3_u32, 5]).into());
    let t = flow.add(task::<()>("t", fail));
    let v = flow.add(task::<()>("v", |_| Err(Signal::validation_fail("not a date").into())));
    let s = flow.add(task::<i64>("s", |_| Err(Signal::success("early").with_result(7_i64).into())));
    let run = flow.run_blocking().unwrap();
    let state = run.state_of(t).unwrap();
    assert_eq!((state.kind(), state.message()), (StateKind::Failed, Some("too many rejects")));
    assert_eq!(state.result::<Vec<u32>>().unwrap(), &[3, 5]);
    assert_eq!(kind(&run, v), StateKind::ValidationFailed);
    assert_eq!((kind(&run, s), run.result(s).unwrap()), (StateKind::Success, &7));
}

#[test]
fn the_data_of_a_failure_is_no_value_downstream() {
    let mut flow = Flow::new("f");
    let t = flow.add(task::<i64>("t", |_| Err(Signal::fail("odd").with_result(7_i64).into())));
    let down = apply("down", t, |x: &i64| Ok(*x)).trigger(campana_engine::trigger::all_finished());
    let down = flow.add(down);
    let run = flow.run_blocking().unwrap();
    assert_eq!(kind(&run, down), StateKind::Failed);
    assert!(message(&run, down).contains("input 'x' has no value: upstream 't' is Failed; take Outcome<T>"));
    assert!(run.result(t).is_err());
}

#[test]
fn a_failure_by_signal_is_tried_again() {
    let ran = Count::default();
    let count = ran.clone();
    let mut flow = Flow::new("f");
    let t = flow.add(
        task::<()>("t", move |_| {
            count.up();
            Err(Signal::fail("boom").into())
        })
        .retries(2),
    );
    let run = flow.run_blocking().unwrap();
    assert_eq!((ran.get(), kind(&run, t)), (3, StateKind::Failed));
}

#[test]
fn retries_by_signal_are_not_counted_against_the_limit_but_counted() {
    let mut flow = Flow::new("f");
    let t = flow.add(task("t", |inputs: &Inputs| match inputs.context().run_count() {
        run if run < 5 => Err(Signal::retry("not yet").after(Duration::from_secs(10)).into()),
        run => Ok(run),
    }));
    let (run, took) = run_paused(&flow, |start| start);
    assert_eq!((run.result(t).unwrap(), took.round()), (&5, 40.0));
}

#[test]
fn a_retry_at_a_time() {
    let mut flow = Flow::new("f");
    let t = flow.add(task("t", |inputs: &Inputs| match inputs.context().run_count() {
        1 => Err(Signal::retry("at one").at(noon() + Duration::from_secs(3600)).into()),
        _ => Ok(()),
    }));
    let (run, took) = run_paused(&flow, |start| start);
    assert_eq!((kind(&run, t), took.round()), (StateKind::Success, 3600.0));
}

#[test]
fn a_pause_with_a_time_goes_on_by_itself() {
    let once = Count::default();
    let mut flow = Flow::new("f");
    let t = flow.add(task("t", move |_| match once.up() {
        0 => Err(Signal::pause("a minute").after(Duration::from_secs(60)).into()),
        _ => Ok(()),
    }));
    let (run, took) = run_paused(&flow, |start| start);
    assert_eq!((kind(&run, t), took.round()), (StateKind::Success, 60.0));
}

/// A loop of three turns that adds one to what the turn before gave.
fn counts(inputs: &Inputs) -> Result<i64, BoxError> {
    let context = inputs.context();
    let so_far = context.loop_result::<i64>().copied().unwrap_or(0) + 1;
    assert_eq!(i64::from(context.loop_count()), so_far);
    if so_far < 3 { Err(Signal::again(so_far).into()) } else { Ok(so_far) }
}

#[test]
fn a_loop_hands_its_result_from_turn_to_turn() {
    let mut flow = Flow::new("f");
    let t = flow.add(task("t", counts));
    let down = flow.add(apply("down", t, |x: &i64| Ok(x * 10)));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.result(t).unwrap(), run.result(down).unwrap()), (&3, &30));
}

#[test]
fn a_looped_state_says_which_turn_it_was() {
    let seen = Log::new();
    let log = seen.clone();
    let mut flow = Flow::new("f");
    let handler = move |_: &campana_engine::Subject, _: &State, new: &State| {
        if new.kind() == StateKind::Looped {
            log.push((new.message().map(str::to_owned), new.loop_count(), new.result::<i64>().copied()));
        }
    };
    flow.add(task("t", counts).state_handler(handler));
    let _run = flow.run_blocking().unwrap();
    let turn = |n: u32| (Some(format!("Task is looping ({n})")), Some(n), Some(i64::from(n)));
    assert_eq!(seen.all(), [turn(1), turn(2)]);
}

#[test]
fn a_loop_goes_on_in_its_turn_after_a_retry_and_after_a_pause() {
    for interruption in [Signal::retry("hiccup").after(Duration::from_secs(5)), Signal::pause("wait")] {
        let turns = Log::new();
        let log = turns.clone();
        let mut flow = Flow::new("f");
        let t = flow.add(task("t", move |inputs: &Inputs| {
            log.push(inputs.context().loop_count());
            if log.all() == [1, 2] { Err(interruption.clone().into()) } else { counts(inputs) }
        }));
        let run = crate::common::paused(async { flow.run().await.resume(t).await });
        assert_eq!((run.result(t).unwrap(), turns.all()), (&3, vec![1, 2, 2, 3]));
    }
}

#[test]
fn a_skipped_task_skips_those_after_it_unless_they_do_not_mind() {
    let mut flow = Flow::new("f");
    let up = flow.add(task::<i64>("up", |_| Err(Signal::skip("none").into())));
    let a = flow.add(nothing("a").after(up));
    let b = flow.add(nothing("b").after(a));
    let c = flow.add(nothing("c").after(b).skip_on_upstream_skip(false));
    let d = flow.add(apply("d", up, |x: &i64| Ok(*x)).skip_on_upstream_skip(false));
    let e =
        flow.add(asks("e", up, |x: Outcome<i64>| matches!(x, Outcome::Skipped)).skip_on_upstream_skip(false));
    let run = flow.run_blocking().unwrap();
    let kinds = [kind(&run, a), kind(&run, b), kind(&run, c), kind(&run, d)];
    assert_eq!(kinds, [StateKind::Skipped, StateKind::Skipped, StateKind::Success, StateKind::Failed]);
    assert!(message(&run, d).contains("upstream 'up' is Skipped; take Outcome<T>"));
    assert_eq!(run.result(e).unwrap(), &true);
}
