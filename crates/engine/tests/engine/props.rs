//! Random flows, against an interpreter that is as naive as SEMANTICS.md reads: each task runs as often as it
//! should and never before its upstreams have ended, every state is the expected one, and it is the same on
//! every executor.

mod build;
mod plan;
mod reference;

use campana_engine::{Concurrent, FlowRun, Sequential, StateKind};
use proptest::prelude::{ProptestConfig, Strategy as _, prop_assert, prop_assert_eq, proptest};

use crate::common::threaded;
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

/// Runs the plan in one way and compares.
fn check(
    plan: &Plan,
    expected: &Expected,
    limit: Option<usize>,
) -> Result<(), proptest::test_runner::TestCaseError> {
    let built = build::build(plan);
    let flow = built.flow.clone();
    let run = threaded(async move {
        use campana_engine::RunSettings as _;
        match limit {
            None => flow.run().executor(Sequential).await,
            Some(limit) => flow.run().executor(Concurrent::new().limit(limit)).await,
        }
    });
    prop_assert_eq!(ended(&run, &built), expected.tasks.clone(), "limit {:?}", limit);
    prop_assert_eq!((run.state().kind(), run.state().message()), (expected.flow.0, Some(expected.flow.1)));
    let order = check_order(plan, &built.events.all(), expected);
    prop_assert!(order.is_ok(), "limit {:?}: {}", limit, order.unwrap_err());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_random_flow_does_what_it_should_wherever_it_runs(plan in plans()) {
        let expected = reference::interpret(&plan);
        for limit in [None, Some(1), Some(3), Some(64)] {
            check(&plan, &expected, limit)?;
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
