//! Random flows, against an interpreter that is as naive as SEMANTICS.md reads: each task runs as often as it
//! should and never before its upstreams have ended, every state is the expected one, and it is the same on
//! every executor.

mod build;
mod plan;
mod reference;

use std::collections::BTreeMap;
use std::sync::Arc;

use campana_engine::backend::MemoryBackend;
use campana_engine::{Concurrent, FlowRun, RunSettings as _, Sequential, Start, StateKind};
use proptest::prelude::{ProptestConfig, Strategy as _, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseError;
use tokio_util::sync::CancellationToken;

use crate::common::{Recorder, Told, threaded};
use build::{Built, Event};
use plan::{Plan, plans};
use reference::{Ended, Expected};

/// What is left of a run, in the words of the reference.
fn ended(run: &FlowRun, built: &Built) -> Vec<Ended> {
    let state = |state: &campana_engine::State| (state.kind(), state.result::<i64>().copied());
    built
        .nodes
        .iter()
        .map(|&node| {
            let children: Vec<_> = run.children_of(node).map(state).collect();
            let own = run.state_of(node).unwrap();
            if own.kind() == StateKind::Mapped {
                Ended::Many(children)
            } else {
                Ended::One(state(own).0, state(own).1)
            }
        })
        .collect()
}

/// Checks the order in which bodies ran: each as often as expected, and none before its upstreams had ended.
fn check_order(plan: &Plan, events: &[Event], expected: &Expected) -> Result<(), String> {
    let mut runs = expected.bodies.clone();
    for (at, event) in events.iter().enumerate() {
        let left = runs.get_mut(&(event.task, event.child)).filter(|left| **left > 0);
        let Some(left) = left else { return Err(format!("{event:?} runs too often")) };
        *left -= 1;
        for upstream in plan.tasks[event.task].upstreams() {
            let late = events[at..].iter().find(|later| {
                // The child of a mapped edge waits only for its counterpart.
                let counterpart = plan.is_by_element(event.task, upstream) && later.child != event.child;
                later.task == upstream && !counterpart
            });
            if let Some(late) = late {
                return Err(format!("{event:?} ran before its upstream's {late:?}"));
            }
        }
    }
    match runs.iter().find(|(_, left)| **left > 0) {
        Some((body, left)) => Err(format!("the body of {body:?} should have run {left} times more")),
        None => Ok(()),
    }
}

/// Checks what handlers were told: of each task and child one change after the other, from Pending to the end;
/// and that the backend has heard the same. Tasks that wait for somebody there are none.
fn check_changes(told: &[Told], run: &FlowRun, backend: &MemoryBackend) -> Result<(), String> {
    let mut changes: BTreeMap<&str, Vec<(StateKind, StateKind)>> = BTreeMap::new();
    for (subject, old, new) in told {
        changes.entry(subject).or_default().push((*old, *new));
    }
    for task in run.task_states() {
        let child = task.map_index.map(|index| format!("[{index}]")).unwrap_or_default();
        let changes = changes.remove(format!("{}{child}", task.name).as_str()).unwrap_or_default();
        let mut last = StateKind::Pending;
        for &(old, new) in &changes {
            if old != last {
                return Err(format!("{}{child} went from {old} to {new}, but was {last}", task.name));
            }
            last = new;
        }
        if last != task.state.kind() {
            return Err(format!("{}{child} is {}, but handlers know {last}", task.name, task.state));
        }
        let heard = backend.history(Some(&format!("{}{child}", task.slug)));
        if !heard.iter().eq(changes.iter().map(|(_, new)| new)) {
            return Err(format!("of {}{child} the backend heard {heard:?}, handlers {changes:?}", task.name));
        }
    }
    if changes.is_empty() { Ok(()) } else { Err(format!("nobody knows {changes:?}")) }
}

/// Where a plan is run: in its turn (`None`), or in so many places.
const LIMITS: [Option<usize>; 4] = [None, Some(1), Some(3), Some(64)];

fn placed(start: Start, limit: Option<usize>) -> Start {
    match limit {
        None => start.executor(Sequential),
        Some(limit) => start.executor(Concurrent::new().limit(limit)),
    }
}

/// Runs the plan in one way and compares.
fn check(plan: &Plan, expected: &Expected, limit: Option<usize>) -> Result<(), TestCaseError> {
    let built = build::build(plan);
    let (recorder, backend) = (Recorder::new(), Arc::new(MemoryBackend::new()));
    let start = placed(built.flow.run(), limit).task_state_handler(recorder.handler());
    let start = start.backend(Arc::clone(&backend) as _);
    let run = threaded(start.into_future());
    prop_assert_eq!(ended(&run, &built), expected.tasks.clone(), "limit {:?}", limit);
    prop_assert_eq!((run.state().kind(), run.state().message()), (expected.flow.0, Some(expected.flow.1)));
    let order = check_order(plan, &built.events.all(), expected);
    prop_assert!(order.is_ok(), "limit {:?}: {}", limit, order.unwrap_err());
    let changes = check_changes(&recorder.told(), &run, &backend);
    prop_assert!(changes.is_ok(), "limit {:?}: {}", limit, changes.unwrap_err());
    Ok(())
}

/// Cancels the run of a plan when so many bodies have run. It ends, with every task ended, and nobody is told
/// anything odd.
fn check_cancelled(plan: &Plan, after: usize, limit: Option<usize>) -> Result<(), TestCaseError> {
    let built = build::build(plan);
    let (recorder, backend, token) =
        (Recorder::new(), Arc::new(MemoryBackend::new()), CancellationToken::new());
    let (events, cancel) = (built.events.clone(), token.clone());
    let cancels =
        move |_: &campana_engine::Subject, _: &campana_engine::State, new: &campana_engine::State| {
            if !new.is_running() && events.all().len() >= after {
                cancel.cancel();
            }
        };
    let start = placed(built.flow.run(), limit).cancel_token(token.clone());
    let start = start.task_state_handler(recorder.handler()).task_state_handler(cancels);
    let run = threaded(start.backend(Arc::clone(&backend) as _).into_future());
    let bodies = built.events.all().len();
    prop_assert!(limit.is_some() || bodies <= after.max(1), "{} bodies ran, not {}", bodies, after);
    prop_assert!(run.task_states().iter().all(|task| task.state.is_finished()), "{:?}", run.task_states());
    prop_assert_eq!(run.state().kind() == StateKind::Cancelled, token.is_cancelled());
    let changes = check_changes(&recorder.told(), &run, &backend);
    prop_assert!(changes.is_ok(), "limit {:?}: {}", limit, changes.unwrap_err());
    Ok(())
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn a_random_flow_does_what_it_should_wherever_it_runs(plan in plans()) {
        let expected = reference::interpret(&plan);
        for limit in LIMITS {
            check(&plan, &expected, limit)?;
        }
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn a_random_flow_that_is_cancelled_ends(plan in plans(), after in 0..12_usize) {
        for limit in LIMITS {
            check_cancelled(&plan, after, limit)?;
        }
    }
}

/// The plans are worth running: over some of them, every kind of end comes up.
#[test]
fn random_flows_end_in_every_way() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut kinds = std::collections::BTreeSet::new();
    let (mut retried, mut mapped_on_mapped, mut flows) = (false, false, std::collections::BTreeSet::new());
    for _ in 0..300 {
        let plan = plans().new_tree(&mut runner).unwrap().current();
        let expected = reference::interpret(&plan);
        flows.insert(expected.flow);
        retried |= expected.bodies.values().any(|&runs| runs > 1);
        for (task, ended) in expected.tasks.iter().enumerate() {
            match ended {
                Ended::One(kind, _) => kinds.extend([*kind]),
                Ended::Many(children) => {
                    kinds.extend(children.iter().map(|child| child.0));
                    kinds.insert(StateKind::Mapped);
                    mapped_on_mapped |= plan.tasks[task].upstreams().any(|up| plan.is_by_element(task, up));
                }
            }
        }
    }
    let wanted = [
        StateKind::Mapped,
        StateKind::Success,
        StateKind::Skipped,
        StateKind::Failed,
        StateKind::TriggerFailed,
    ];
    assert!(wanted.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    assert!(retried && mapped_on_mapped && flows.len() == 2, "{flows:?}");
}
