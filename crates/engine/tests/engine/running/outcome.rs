//! How a flow ends, and what is left of its run.

use std::time::Duration;

use campana_engine::StateKind::{self, Failed, Success};
use campana_engine::{Flow, NodeId, RunSettings, Settings, Signal, State, trigger};

use crate::common::{
    add_one, each, fails, instead_of_success, later, noon, nothing, run_paused, task, value,
};

fn ended(flow: &Flow) -> (StateKind, String) {
    let run = flow.run_blocking().unwrap();
    (run.state().kind(), run.state().message().unwrap_or_default().to_owned())
}

fn all_succeeded() -> (StateKind, String) {
    (Success, "All reference tasks succeeded.".to_owned())
}

fn some_failed() -> (StateKind, String) {
    (Failed, "Some reference tasks failed.".to_owned())
}

#[test]
fn the_terminal_tasks_decide() {
    let mut flow = Flow::new("f");
    assert_eq!(ended(&flow), all_succeeded(), "no task, no failure");
    let bad = flow.add(fails::<()>("bad"));
    assert_eq!(ended(&flow), some_failed());
    flow.add(nothing("saved").after(bad).trigger(trigger::any_failed()));
    assert_eq!(ended(&flow), all_succeeded(), "a failed task that is not terminal does not count");
    flow.add(nothing("other").after(bad));
    assert_eq!(ended(&flow), some_failed(), "one that is TriggerFailed does");
}

#[test]
fn reference_tasks_decide_instead() {
    let mut flow = Flow::new("f");
    let bad = flow.add(fails::<()>("bad"));
    let good = flow.add(nothing("good"));
    flow.add(nothing("saved").after(bad).trigger(trigger::any_failed()));
    flow.set_reference_tasks([good]).unwrap();
    assert_eq!(ended(&flow), all_succeeded());
    flow.set_reference_tasks([good.id(), bad.id()]).unwrap();
    assert_eq!(ended(&flow), some_failed());
    flow.set_reference_tasks([] as [NodeId; 0]).unwrap();
    assert_eq!(ended(&flow), all_succeeded(), "none set: the terminal ones");
}

#[test]
fn success_like_states_are_successes_and_others_no_failures() {
    let of = |kind| {
        let mut flow = Flow::new("f");
        flow.add(nothing("t").state_handler(instead_of_success(State::new(kind))));
        ended(&flow)
    };
    for kind in [Success, StateKind::Cached, StateKind::Skipped] {
        assert_eq!(of(kind), all_succeeded(), "{kind}");
    }
    for kind in [Failed, StateKind::TimedOut, StateKind::TriggerFailed, StateKind::ValidationFailed] {
        assert_eq!(of(kind), some_failed(), "{kind}");
    }
    assert_eq!(of(StateKind::Cancelled), (Success, "No reference tasks failed.".to_owned()));
}

#[test]
fn mapped_tasks_count_by_their_children() {
    let mut flow = Flow::new("f");
    flow.add(add_one("m", vec![1, 2]));
    flow.add(add_one("none", Vec::<i64>::new()));
    assert_eq!(ended(&flow), all_succeeded());
    flow.add(each("m", vec![1_i64, 0], |x: &i64| if *x == 0 { Err("zero".into()) } else { Ok(()) }));
    assert_eq!(ended(&flow), some_failed());
}

#[test]
fn a_flow_with_a_problem_fails_and_says_which() {
    let mut other = Flow::new("other");
    let foreign = other.add(value("foreign", 1_i64));
    let mut flow = Flow::new("f");
    let t = flow.add(crate::common::apply("t", foreign, |x: &i64| Ok(*x)));
    let run = flow.run_blocking().unwrap();
    assert!(run.state().message().unwrap().starts_with("task 't' takes a node of another flow"));
    assert_eq!(run.state_of(t).unwrap().kind(), StateKind::Pending);
}

#[test]
fn a_run_has_a_name_an_id_and_times() {
    let mut flow = Flow::new("f");
    let t = flow.add(later("t", |_| async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(())
    }));
    let after = flow.add(nothing("after").after(t));
    let never = flow.add(nothing("never").trigger(|_: &campana_engine::Upstreams<'_>| false));
    let id = campana_engine::model::FlowRunId::new();
    let (run, _) = run_paused(&flow, |start| start.id(id).name("swift-otter"));
    assert_eq!(
        (run.id(), run.name(), run.to_string()),
        (id, "swift-otter", "Failed(\"Some reference tasks failed.\")".to_owned())
    );
    assert_eq!((run.started_at(), run.started_at_of(t)), (Some(noon()), Some(noon())));
    let minute = noon() + Duration::from_secs(60);
    let ended = run.state_of(t).unwrap().timestamp().unwrap();
    assert_eq!(ended.duration_since(minute).as_secs(), 0);
    assert!(run.started_at_of(after).unwrap() >= ended);
    assert_eq!(run.started_at_of(never), None);
    let (run, _) = run_paused(&flow, |start| start);
    assert_eq!(run.name().split('-').count(), 2, "{}", run.name());
    assert_ne!(run.id(), id);
}

#[test]
fn results_of_other_types_and_of_tasks_without_one() {
    let mut flow = Flow::new("f");
    let t = flow.add(task::<i64>("t", |_| Err(Signal::success("early").with_result("text").into())));
    let bad = flow.add(fails::<i64>("bad"));
    let run = flow.run_blocking().unwrap();
    assert_eq!(run.result(t).unwrap_err().to_string(), "the result of task 't' is &str, not i64");
    let error = run.result(bad).unwrap_err().to_string();
    assert_eq!(error, "task 'bad' has no result: it is Failed(\"Error during execution of task: boom\")");
    assert!(run.value(t.id()).is_ok());
}

#[test]
fn all_task_states() {
    let mut flow = Flow::new("f");
    flow.add(add_one("m", vec![1, 2]));
    let run = flow.run_blocking().unwrap();
    let states: Vec<_> =
        run.task_states().into_iter().map(|task| (task.slug, task.map_index, task.state.kind())).collect();
    let of = |slug: &str, child, kind| (slug.to_owned(), child, kind);
    assert_eq!(
        states,
        [
            of("Constant-1", None, Success),
            of("m-1", None, StateKind::Mapped),
            of("m-1", Some(0), Success),
            of("m-1", Some(1), Success),
        ]
    );
}
