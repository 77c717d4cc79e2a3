//! Handlers that replace states: what becomes of the task, of those downstream, of the flow.

use campana_engine::{Failure, Flow, Settings, Signal, State, StateKind, Subject};

use crate::common::{
    Count, Log, Recorder, add_one, apply, fails, instead_of_success, kind, message, nothing, task, value,
};

fn when(kind: StateKind, new: State) -> impl Fn(&Subject, &State, &State) -> Option<State> {
    move |_: &Subject, _: &State, state: &State| (state.kind() == kind).then(|| new.clone())
}

#[test]
fn running_to_failed_keeps_the_body_from_running_and_is_not_tried_again() {
    let (ran, recorder) = (Count::default(), Recorder::new());
    let count = ran.clone();
    let mut flow = Flow::new("f");
    let call = task("t", move |_| Ok(count.up())).retries(2);
    let call = call.state_handler(when(StateKind::Running, State::failed("not today")));
    let t = flow.add(call.state_handler(recorder.handler()));
    let run = flow.run_blocking().unwrap();
    assert_eq!((ran.get(), kind(&run, t), message(&run, t)), (0, StateKind::Failed, "not today".to_owned()));
    assert_eq!(recorder.of("t"), ["Pending>Failed"]);
    assert!(run.is_failed());
}

#[test]
fn failed_to_success_gives_its_result_to_those_downstream() {
    let mut flow = Flow::new("f");
    let rescue = State::success("saved").with_result(41_i64);
    let t = flow.add(fails::<i64>("t").retries(2).state_handler(when(StateKind::Failed, rescue)));
    let down = flow.add(apply("down", t, |x: &i64| Ok(x + 1)));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.result(t).unwrap(), run.result(down).unwrap()), (&41, &42));
    assert!(run.is_successful());
}

#[test]
fn success_to_retrying_runs_the_body_again_at_once() {
    let (ran, recorder) = (Count::default(), Recorder::new());
    let (count, once) = (ran.clone(), Count::default());
    let mut flow = Flow::new("f");
    let call = task("t", move |_| Ok(count.up())).state_handler(recorder.handler());
    let call = call.state_handler(move |_: &Subject, _: &State, new: &State| {
        (new.is_successful() && once.up() == 0).then(|| State::retrying("again", None))
    });
    let t = flow.add(call);
    let run = flow.run_blocking().unwrap();
    assert_eq!((ran.get(), run.result(t).unwrap()), (2, &1));
    assert_eq!(
        recorder.of("t"),
        ["Pending>Running", "Running>Success", "Retrying>Running", "Running>Success"]
    );
}

#[test]
fn success_to_failed_is_tried_again_like_a_failure() {
    let ran = Count::default();
    let count = ran.clone();
    let mut flow = Flow::new("f");
    let call = task("t", move |_| Ok(count.up())).retries(2);
    let t = flow.add(call.state_handler(instead_of_success(State::failed("not good enough"))));
    let run = flow.run_blocking().unwrap();
    assert_eq!((ran.get(), kind(&run, t)), (3, StateKind::Failed));
}

#[test]
fn retrying_to_failed_ends_the_retries() {
    let ran = Count::default();
    let count = ran.clone();
    let mut flow = Flow::new("f");
    let call = task::<()>("t", move |_| {
        count.up();
        Err("boom".into())
    });
    let call = call.retries(5).state_handler(when(StateKind::Retrying, State::failed("enough")));
    let t = flow.add(call);
    let run = flow.run_blocking().unwrap();
    assert_eq!((ran.get(), message(&run, t)), (1, "enough".to_owned()));
}

#[test]
fn trigger_failed_to_success_counts_downstream() {
    let mut flow = Flow::new("f");
    let up = flow.add(fails::<()>("up"));
    let rescue = State::success("never mind").with_result(1_i64);
    let t = flow.add(value("t", 0_i64).after(up).state_handler(when(StateKind::TriggerFailed, rescue)));
    let down = flow.add(apply("down", t, |x: &i64| Ok(x + 1)));
    let run = flow.run_blocking().unwrap();
    assert_eq!(run.result(down).unwrap(), &2);
}

#[test]
fn a_skipped_task_can_be_made_to_count() {
    let mut flow = Flow::new("f");
    let t = task::<i64>("t", |_| Err(Signal::skip("nothing").into()));
    let t = flow.add(t.state_handler(when(StateKind::Skipped, State::success("so what").with_result(7_i64))));
    let down = flow.add(apply("down", t, |x: &i64| Ok(x + 1)));
    assert_eq!(flow.run_blocking().unwrap().result(down).unwrap(), &8);
}

#[test]
fn mapped_to_failed_makes_no_children() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f");
    let call = add_one("m", vec![1, 2]).state_handler(when(StateKind::Mapped, State::failed("too many")));
    let m = flow.add(call.state_handler(recorder.handler()));
    let down = flow.add(add_one("down", m));
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, m), run.children_of(m).len()), (StateKind::Failed, 0));
    assert_eq!(recorder.told().len(), 1);
    assert_eq!(message(&run, down), "No upstream states can be mapped over.");
}

#[test]
fn mapped_to_another_mapped_state_keeps_the_children() {
    // The handler knows nothing of how many there are, or says something else.
    for other in [State::new(StateKind::Mapped), State::new(StateKind::Mapped).with_map_count(9)] {
        let mut flow = Flow::new("f");
        let m = flow.add(add_one("m", vec![1, 2]).state_handler(when(StateKind::Mapped, other)));
        let down = flow.add(add_one("down", m));
        let run = flow.run_blocking().unwrap();
        assert_eq!(run.result(down).unwrap(), &[3, 4]);
    }
}

#[test]
fn a_child_that_is_replaced_counts_in_the_list() {
    let mut flow = Flow::new("f");
    let call = add_one("m", vec![1, 2]).state_handler(|subject: &Subject, _: &State, new: &State| {
        (subject.map_index() == Some(1) && new.is_successful())
            .then(|| State::success("better").with_result(99_i64))
    });
    let m = flow.add(call);
    assert_eq!(flow.run_blocking().unwrap().result(m).unwrap(), &[2, 99]);
}

#[test]
fn a_flow_handler_may_turn_the_end_round() {
    let mut flow = Flow::new("f").state_handler(instead_of_success(State::failed("not good enough")));
    let t = flow.add(value("t", 1_i64));
    let run = flow.run_blocking().unwrap();
    assert!(run.is_failed());
    assert_eq!((run.state().message(), run.result(t).unwrap()), (Some("not good enough"), &1));

    let mut flow = Flow::new("f").state_handler(when(StateKind::Failed, State::success("never mind")));
    let t = flow.add(fails::<()>("t"));
    let run = flow.run_blocking().unwrap();
    assert!(run.is_successful());
    assert_eq!(kind(&run, t), StateKind::Failed);
}

#[test]
fn a_flow_that_a_handler_does_not_let_run_runs_no_task() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f")
        .state_handler(when(StateKind::Running, State::failed("not today")))
        .state_handler(recorder.handler());
    let t = flow.add(nothing("t").state_handler(recorder.handler()));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.state().message(), kind(&run, t)), (Some("not today"), StateKind::Pending));
    assert_eq!(recorder.told(), [("f".to_owned(), StateKind::Scheduled, StateKind::Failed)]);
}

#[test]
fn the_terminal_state_handler_decides_once_before_the_handlers_of_the_flow() {
    let order = Log::new();
    let (first, second) = (order.clone(), order.clone());
    let mut flow = Flow::new("f")
        .terminal_state_handler(move |flow: &Subject, state: &State, reference: &[State]| {
            let kinds: Vec<_> = reference.iter().map(State::kind).collect();
            first.push(format!("terminal {} {state} {kinds:?}", flow.name()));
            state.is_failed().then(|| State::success("good enough"))
        })
        .state_handler(move |_: &Subject, old: &State, new: &State| {
            second.push(format!("handler {} {new}", old.kind()));
        });
    let good = flow.add(value("good", 1_i64));
    flow.add(fails::<()>("bad").retries(1));
    let run = flow.run_blocking().unwrap();
    assert_eq!(
        order.all(),
        [
            r#"handler Scheduled Running("Running flow.")"#,
            r#"terminal f Failed("Some reference tasks failed.") [Success, Failed]"#,
            r#"handler Running Success("good enough")"#,
        ]
    );
    assert!(run.is_successful());
    assert_eq!(run.result(good).unwrap(), &1);
}

#[test]
fn a_terminal_state_handler_that_says_nothing_changes_nothing() {
    let mut flow = Flow::new("f").terminal_state_handler(|_: &Subject, _: &State, _: &[State]| {});
    flow.add(nothing("t"));
    assert_eq!(flow.run_blocking().unwrap().state().message(), Some("All reference tasks succeeded."));
}

#[test]
fn a_terminal_state_handler_that_fails_makes_the_flow_fail() {
    let recorder = Recorder::new();
    let mut flow = Flow::new("f").state_handler(recorder.handler()).terminal_state_handler(
        |_: &Subject, _: &State, _: &[State]| -> Result<(), std::io::Error> {
            Err(std::io::Error::other("oh no"))
        },
    );
    let t = flow.add(value("t", 1_i64));
    let run = flow.run_blocking().unwrap();
    assert_eq!(run.state().message(), Some("Unexpected error: oh no"));
    assert_eq!(run.state().failure().map(Failure::to_string), Some("oh no".to_owned()));
    assert_eq!(recorder.of("f"), ["Scheduled>Running", "Running>Failed"]);
    assert_eq!(run.result(t).unwrap(), &1);

    let mut flow = Flow::new("f")
        .terminal_state_handler(|_: &Subject, _: &State, _: &[State]| -> Option<State> { panic!("oh no") });
    flow.add(nothing("t"));
    let run = flow.run_blocking().unwrap();
    assert_eq!(run.state().message(), Some("Unexpected error: terminal state handler panicked: oh no"));
}
