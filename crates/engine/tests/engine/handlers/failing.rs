//! Handlers that fail: the task fails as documented, but a body that has run never runs again because of it,
//! and retries that were due for the task's own failure still happen.

use campana_engine::{
    BoxError, Failure, Flow, FlowRun, RunSettings, Settings, Signal, State, StateKind, Subject, log_errors,
};

use crate::common::{Count, Log, Recorder, kind, message, nothing, task, value};

/// A handler that fails when it sees this kind.
fn fails_on(kind: StateKind) -> impl Fn(&Subject, &State, &State) -> Result<(), BoxError> {
    move |_: &Subject, _: &State, new: &State| {
        if new.kind() == kind { Err("no Slack today".into()) } else { Ok(()) }
    }
}

/// How a task with retries fares whose handler fails, or signals.
struct Fared {
    run: FlowRun,
    node: campana_engine::Node<usize>,
    bodies: usize,
    /// What the handler after the failing one was told, and `on_failure`.
    told: Vec<String>,
}

impl Fared {
    fn ended(&self) -> (StateKind, String) {
        (kind(&self.run, self.node), message(&self.run, self.node))
    }
}

/// Runs a task with two retries, of whose bodies the first `failures` fail, with this handler before the others.
fn fare<M>(failures: usize, handler: impl campana_engine::IntoStateHandler<M>) -> Fared {
    let (ran, recorder) = (Count::default(), Recorder::new());
    let (count, log) = (ran.clone(), recorder.0.clone());
    let mut flow = Flow::new("f");
    let call = task("t", move |_| match count.up() {
        run if run < failures => Err(format!("boom {}", run + 1).into()),
        run => Ok(run),
    });
    let call = call.retries(2).state_handler(handler).state_handler(recorder.handler()).on_failure(
        move |_: &Subject, state: &State| log.push(("t".to_owned(), StateKind::Pending, state.kind())),
    );
    let node = flow.add(call);
    let run = flow.run_blocking().unwrap();
    Fared { run, node, bodies: ran.get(), told: recorder.of("t") }
}

const NO_SLACK: &str = "Exception raised while calling state handlers: no Slack today";

#[test]
fn on_running_the_body_never_runs() {
    let fared = fare(0, fails_on(StateKind::Running));
    assert_eq!(fared.ended(), (StateKind::Failed, NO_SLACK.to_owned()));
    assert_eq!(fared.bodies, 0);
    assert_eq!(fared.told, Vec::<String>::new(), "nobody is told of that state");
    let failure = fared.run.state_of(fared.node).unwrap().failure().unwrap().to_string();
    assert_eq!(failure, "no Slack today");
    assert!(fared.run.is_failed());
}

#[test]
fn on_success_the_task_fails_and_its_body_does_not_run_again() {
    let fared = fare(0, fails_on(StateKind::Success));
    assert_eq!(fared.ended(), (StateKind::Failed, NO_SLACK.to_owned()));
    assert_eq!(fared.bodies, 1);
    assert_eq!(fared.told, ["Pending>Running"]);
}

#[test]
fn on_a_failure_that_is_tried_again_the_retry_still_happens() {
    let fared = fare(1, fails_on(StateKind::Failed));
    assert_eq!(fared.ended(), (StateKind::Success, "Task run succeeded.".to_owned()));
    assert_eq!(fared.bodies, 2);
    assert_eq!(
        fared.told,
        ["Pending>Running", "Failed>Retrying", "Retrying>Running", "Running>Success"],
        "neither the second handler nor on_failure is told of the failure"
    );
}

#[test]
fn on_the_last_failure_both_errors_are_told() {
    let fared = fare(9, fails_on(StateKind::Failed));
    let (kind, message) = fared.ended();
    assert_eq!(kind, StateKind::Failed);
    assert!(message.starts_with(NO_SLACK) && message.contains("boom 3"), "{message}");
    assert_eq!(fared.bodies, 3);
    let failure = fared.run.state_of(fared.node).unwrap().failure().map(Failure::to_string);
    assert_eq!(failure.as_deref(), Some("boom 3"), "the task's own failure is not lost");
}

#[test]
fn on_retrying_the_retry_still_happens() {
    let fared = fare(1, fails_on(StateKind::Retrying));
    assert_eq!(fared.ended().0, StateKind::Success);
    assert_eq!(fared.bodies, 2);
    assert_eq!(
        fared.told,
        ["Pending>Running", "Running>Failed", "Pending>Failed", "Retrying>Running", "Running>Success"]
    );
}

#[test]
fn on_a_success_that_a_handler_made_of_a_failure_no_retry_is_due() {
    let rescue = |_: &Subject, _: &State, new: &State| {
        new.is_failed().then(|| State::success("saved").with_result(0_usize))
    };
    let ran = Count::default();
    let count = ran.clone();
    let mut flow = Flow::new("f");
    let call = task::<usize>("t", move |_| {
        count.up();
        Err("boom".into())
    });
    let call = call.retries(2).state_handler(rescue).state_handler(fails_on(StateKind::Success));
    let t = flow.add(call);
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, t), message(&run, t)), (StateKind::Failed, NO_SLACK.to_owned()));
    assert_eq!(ran.get(), 1);
}

#[test]
fn on_skipped_and_trigger_failed_too() {
    for (kind_seen, up) in [
        (StateKind::Skipped, task::<()>("up", |_| Err(Signal::skip("none").into()))),
        (StateKind::TriggerFailed, crate::common::fails("up")),
    ] {
        let mut flow = Flow::new("f");
        let up = flow.add(up);
        let t = flow.add(nothing("t").retries(2).after(up).state_handler(fails_on(kind_seen)));
        let run = flow.run_blocking().unwrap();
        assert_eq!(kind(&run, t), StateKind::Failed);
        assert!(message(&run, t).starts_with(NO_SLACK));
    }
}

#[test]
fn a_panicking_handler_fails() {
    let fared = fare(0, |_: &Subject, _: &State, new: &State| {
        if new.is_successful() {
            panic!("oh no");
        }
    });
    let text = "Exception raised while calling state handlers: state handler panicked: oh no";
    assert_eq!((fared.ended(), fared.bodies), ((StateKind::Failed, text.to_owned()), 1));

    let fared = fare(0, |_: Subject, _: State, new: State| async move {
        tokio::task::yield_now().await;
        if new.is_successful() {
            panic!("oh no");
        }
    });
    assert_eq!((fared.ended(), fared.bodies), ((StateKind::Failed, text.to_owned()), 1));
}

#[test]
fn the_handlers_of_the_run_fail_like_those_of_the_task() {
    let mut flow = Flow::new("f");
    let t = flow.add(nothing("t"));
    let run = flow.run().task_state_handler(fails_on(StateKind::Success)).blocking().unwrap();
    assert_eq!((kind(&run, t), message(&run, t)), (StateKind::Failed, NO_SLACK.to_owned()));
}

#[test]
fn a_mapped_parent_whose_handler_fails_makes_no_children() {
    let mut flow = Flow::new("f");
    let m = flow.add(crate::common::add_one("m", vec![1, 2]).state_handler(fails_on(StateKind::Mapped)));
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, m), run.children_of(m).len()), (StateKind::Failed, 0));
}

#[test]
fn a_signal_is_the_new_state_and_later_handlers_are_not_called() {
    let signals = |kind: StateKind, signal: fn(&'static str) -> Signal| {
        move |_: &Subject, _: &State, new: &State| -> Result<(), BoxError> {
            if new.kind() == kind { Err(signal("the handler's wish").into()) } else { Ok(()) }
        }
    };
    let wish = |kind| (kind, "the handler's wish".to_owned());

    let fared = fare(0, signals(StateKind::Running, Signal::skip));
    assert_eq!((fared.ended(), fared.bodies), (wish(StateKind::Skipped), 0));
    assert_eq!(fared.told, Vec::<String>::new());

    let fared = fare(0, signals(StateKind::Running, Signal::fail));
    assert_eq!((fared.ended(), fared.bodies), (wish(StateKind::Failed), 0));
    assert_eq!(fared.told, Vec::<String>::new());

    let fared = fare(0, signals(StateKind::Success, Signal::skip));
    assert_eq!((fared.ended(), fared.bodies), (wish(StateKind::Skipped), 1));
    assert_eq!(fared.told, ["Pending>Running"]);

    // The run goes on: a failure that was wished for is tried again.
    let fared = fare(0, signals(StateKind::Success, Signal::fail));
    assert_eq!((fared.ended(), fared.bodies), (wish(StateKind::Failed), 3));
}

#[test]
fn a_retry_wished_for_at_success_runs_the_body_again() {
    let once = Count::default();
    let fared = fare(0, move |_: &Subject, _: &State, new: &State| -> Result<(), BoxError> {
        if new.is_successful() && once.up() == 0 { Err(Signal::retry("again").into()) } else { Ok(()) }
    });
    assert_eq!((fared.ended().0, fared.bodies), (StateKind::Success, 2));
}

#[test]
fn a_flow_handler_that_fails_makes_the_flow_fail() {
    let mut flow = Flow::new("f").state_handler(fails_on(StateKind::Success));
    let t = flow.add(value("t", 1_i64));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.state().kind(), run.state().message()), (StateKind::Failed, Some(NO_SLACK)));
    assert_eq!(run.result(t).unwrap(), &1, "what the tasks made is still there");

    let recorder = Recorder::new();
    let mut flow =
        Flow::new("f").state_handler(fails_on(StateKind::Running)).state_handler(recorder.handler());
    let t = flow.add(value("t", 1_i64).state_handler(recorder.handler()));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.state().kind(), run.state().message()), (StateKind::Failed, Some(NO_SLACK)));
    assert_eq!((kind(&run, t), recorder.told()), (StateKind::Pending, vec![]));
}

#[test]
fn a_flow_handler_that_signals_sets_the_state() {
    let mut flow =
        Flow::new("f").state_handler(|_: &Subject, _: &State, new: &State| -> Result<(), BoxError> {
            if new.is_successful() { Err(Signal::fail("not good enough").into()) } else { Ok(()) }
        });
    flow.add(nothing("t"));
    let run = flow.run_blocking().unwrap();
    assert_eq!((run.state().kind(), run.state().message()), (StateKind::Failed, Some("not good enough")));
}

#[test]
fn logged_errors_change_nothing_and_signals_still_count() {
    let fared = fare(0, log_errors(fails_on(StateKind::Success)));
    assert_eq!((fared.ended().0, fared.bodies), (StateKind::Success, 1));
    assert_eq!(fared.told, ["Pending>Running", "Running>Success"]);

    let fared = fare(
        0,
        log_errors(|_: Subject, _: State, _: State| async move {
            tokio::task::yield_now().await;
            Err::<(), BoxError>("no Slack today".into())
        }),
    );
    assert_eq!((fared.ended().0, fared.bodies), (StateKind::Success, 1));

    let fared = fare(0, log_errors(|_: &Subject, _: &State, _: &State| -> Option<State> { panic!("oh no") }));
    assert_eq!((fared.ended().0, fared.bodies), (StateKind::Success, 1));

    let fared = fare(
        0,
        log_errors(|_: Subject, _: State, _: State| async move {
            tokio::task::yield_now().await;
            if true {
                panic!("oh no");
            }
        }),
    );
    assert_eq!((fared.ended().0, fared.bodies), (StateKind::Success, 1));

    let fared = fare(
        0,
        log_errors(|_: &Subject, _: &State, new: &State| -> Result<(), BoxError> {
            if new.is_successful() { Err(Signal::skip("never mind").into()) } else { Ok(()) }
        }),
    );
    assert_eq!(fared.ended(), (StateKind::Skipped, "never mind".to_owned()));
}

#[test]
fn a_handler_is_called_before_the_state_counts() {
    let seen = Log::new();
    let log = seen.clone();
    let mut flow = Flow::new("f");
    flow.add(nothing("t").state_handler(move |subject: &Subject, _: &State, _: &State| {
        log.push(subject.task_states()[0].state.kind());
    }));
    let _run = flow.run_blocking().unwrap();
    assert_eq!(seen.all(), [StateKind::Pending, StateKind::Pending]);
}
