//! What a plan comes to, worked out as naively as SEMANTICS.md reads: one task after the other, no queue, no
//! waiting, no sharing with the engine but the names of states.

use std::collections::{BTreeMap, BTreeSet};

use campana_engine::StateKind::{self, Failed, Mapped, Skipped, Success, TriggerFailed};

use super::plan::{Does, Plan, Planned, Shape, Trigger};

/// How a task ended: with a value, if it is a number and ended well.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ended {
    One(StateKind, Option<i64>),
    /// Its children.
    Many(Vec<(StateKind, Option<i64>)>),
}

pub(super) struct Expected {
    pub(super) tasks: Vec<Ended>,
    /// How often each body runs.
    pub(super) bodies: BTreeMap<(usize, Option<u32>), u32>,
    pub(super) flow: (StateKind, &'static str),
}

/// One state that a trigger sees. The same state seen twice is one.
type Seen = BTreeSet<(usize, Option<usize>, StateKind)>;

/// The state along an edge of which each element goes its own way, of a task or of its child at `child`.
fn by_element(tasks: &[Ended], upstream: usize, child: Option<usize>) -> Seen {
    let state = match (&tasks[upstream], child) {
        (Ended::One(kind, _), _) => (upstream, None, *kind),
        (Ended::Many(_), None) => (upstream, None, Mapped),
        (Ended::Many(children), Some(at)) => (upstream, Some(at), children[at].0),
    };
    Seen::from([state])
}

/// The states along any other edge.
fn whole(tasks: &[Ended], upstream: usize) -> Seen {
    match &tasks[upstream] {
        Ended::One(kind, _) => Seen::from([(upstream, None, *kind)]),
        Ended::Many(children) => {
            children.iter().enumerate().map(|(at, child)| (upstream, Some(at), child.0)).collect()
        }
    }
}

fn seen(tasks: &[Ended], task: &Planned, child: Option<usize>) -> Seen {
    let of_value = task.value.map(|upstream| match task.shape {
        Shape::Mapped => by_element(tasks, upstream, child),
        _ => whole(tasks, upstream),
    });
    of_value.into_iter().chain(task.after.iter().map(|&upstream| whole(tasks, upstream))).flatten().collect()
}

fn is_well(kind: StateKind) -> bool {
    [Success, Skipped, Mapped].contains(&kind)
}

fn is_bad(kind: StateKind) -> bool {
    [Failed, TriggerFailed].contains(&kind)
}

/// The state that the trigger gives instead of running, if it does not pass.
fn stopped_by(trigger: Trigger, seen: &Seen) -> Option<StateKind> {
    let total = seen.len();
    let well = seen.iter().filter(|state| is_well(state.2)).count();
    let bad = seen.iter().filter(|state| is_bad(state.2)).count();
    let skipped = seen.iter().filter(|state| state.2 == Skipped).count();
    let passes = match trigger {
        Trigger::AllSuccessful => well == total,
        Trigger::AllFailed => bad == total,
        Trigger::AnySuccessful => total == 0 || well > 0,
        Trigger::AnyFailed => total == 0 || bad > 0,
        Trigger::AllFinished => true,
        Trigger::NotAllSkipped if skipped == total => return Some(Skipped),
        Trigger::NotAllSkipped => well == total,
        Trigger::SomeFailed(least, most) => {
            total == 0 || (least.is_none_or(|least| bad >= least) && most.is_none_or(|most| bad <= most))
        }
        Trigger::SomeSuccessful(quarters) => 4 * well >= total && 4 * well <= usize::from(quarters) * total,
    };
    (!passes).then_some(TriggerFailed)
}

/// The input of a body: none, a number, or one that is not there.
enum Input {
    None,
    Number(i64),
    Missing,
}

fn input(plan: &Plan, tasks: &[Ended], task: &Planned, child: Option<usize>) -> Input {
    let Some(upstream) = task.value else { return Input::None };
    let value = match (&tasks[upstream], child) {
        (Ended::Many(children), Some(at)) => children[at].1,
        (Ended::One(Success, _), Some(at)) if matches!(plan.tasks[upstream].shape, Shape::List(_)) => {
            Some(at as i64 * 10)
        }
        (Ended::One(_, value), _) => *value,
        (Ended::Many(_), None) => None,
    };
    value.map_or(Input::Missing, Input::Number)
}

/// How a task, or its child, ends that has all it needs to be looked at, and how often its body runs.
fn one(plan: &Plan, tasks: &[Ended], task: &Planned, child: Option<usize>) -> (StateKind, Option<i64>, u32) {
    let seen = seen(tasks, task, child);
    if task.skip_on_upstream_skip && seen.iter().any(|state| state.2 == Skipped) {
        return (Skipped, None, 0);
    }
    if let Some(kind) = stopped_by(task.trigger, &seen) {
        return (kind, None, 0);
    }
    let x = match input(plan, tasks, task, child) {
        Input::None => 0,
        Input::Number(x) => x,
        Input::Missing => return (Failed, None, task.retries + 1),
    };
    let odd = child.is_some_and(|child| child % 2 == 1);
    let value = matches!(task.shape, Shape::Number | Shape::Mapped).then_some(x + 1);
    match task.body {
        Does::Fails(times) if times <= task.retries => (Success, value, times + 1),
        Does::Fails(_) | Does::Panics => (Failed, None, task.retries + 1),
        Does::FailsOdd if odd => (Failed, None, task.retries + 1),
        Does::Skips => (Skipped, None, 1),
        Does::SkipsOdd if odd => (Skipped, None, 1),
        Does::Succeeds | Does::FailsOdd | Does::SkipsOdd => (Success, value, 1),
    }
}

/// How many children a mapped task has, or the state that it ends in without any.
fn children(plan: &Plan, tasks: &[Ended], task: &Planned) -> Result<usize, StateKind> {
    let seen = seen(tasks, task, None);
    if task.skip_on_upstream_skip && seen.iter().any(|state| state.2 == Skipped) {
        return Err(Skipped);
    }
    let upstream = task.value.ok_or(Failed)?;
    match (&tasks[upstream], plan.tasks[upstream].shape) {
        (Ended::Many(children), _) => Ok(children.len()),
        (Ended::One(Success, _), Shape::List(len)) => Ok(len),
        // Nothing to map over, or nothing that can be.
        _ => Err(Failed),
    }
}

pub(super) fn interpret(plan: &Plan) -> Expected {
    let mut tasks = Vec::new();
    let mut bodies = BTreeMap::new();
    for (at, task) in plan.tasks.iter().enumerate() {
        let mut run = |child: Option<usize>| {
            let (kind, value, runs) = one(plan, &tasks, task, child);
            if runs > 0 {
                bodies.insert((at, child.map(|child| child as u32)), runs);
            }
            (kind, value)
        };
        let ended = if task.shape == Shape::Mapped {
            match children(plan, &tasks, task) {
                Ok(count) => Ended::Many((0..count).map(|child| run(Some(child))).collect()),
                Err(kind) => Ended::One(kind, None),
            }
        } else {
            let (kind, value) = run(None);
            Ended::One(kind, value)
        };
        tasks.push(ended);
    }
    let flow = flow_state(plan, &tasks);
    Expected { tasks, bodies, flow }
}

fn flow_state(plan: &Plan, tasks: &[Ended]) -> (StateKind, &'static str) {
    let is_terminal =
        |at: &usize| !plan.tasks.iter().any(|task| task.upstreams().any(|upstream| upstream == *at));
    let reference = match plan.reference.is_empty() {
        true => (0..tasks.len()).filter(is_terminal).collect(),
        false => plan.reference.clone(),
    };
    let failed = reference.iter().any(|&at| whole(tasks, at).iter().any(|state| is_bad(state.2)));
    if failed {
        (Failed, "Some reference tasks failed.")
    } else {
        (Success, "All reference tasks succeeded.")
    }
}
