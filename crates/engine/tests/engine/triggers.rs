//! Every trigger below every combination of upstreams, against a table written from SEMANTICS.md.

use campana_engine::StateKind::{
    Cached, Cancelled, Failed, Mapped, Paused, Skipped, Success, TimedOut, TriggerFailed, ValidationFailed,
};
use campana_engine::trigger::{self, Bound, some_failed, some_successful};
use campana_engine::{
    BoxError, Flow, Node, NodeId, RunSettings, Settings, Signal, State, StateKind, Trigger, Upstreams,
    unmapped,
};
use std::sync::Arc;

use crate::common::{each, fails, instead_of_success, kind, message, nothing, task, value};

const SKIPPED: &str = "Upstream task was skipped; if this was not the intended behavior, consider changing \
                       `skip_on_upstream_skip=False` for this task.";

/// How an upstream has ended. A mapped one is made of its children.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Up {
    One(StateKind),
    Many(&'static [StateKind]),
}

const UPSTREAMS: [Up; 13] = [
    Up::One(Success),
    Up::One(Cached),
    Up::One(Skipped),
    Up::One(Failed),
    Up::One(TimedOut),
    Up::One(TriggerFailed),
    Up::One(ValidationFailed),
    Up::One(Cancelled),
    Up::Many(&[]),
    Up::Many(&[Success, Success]),
    Up::Many(&[Success, Failed]),
    Up::Many(&[Failed, TimedOut]),
    Up::Many(&[Skipped, Skipped]),
];

/// The places of 0 to 3 upstreams in a list of `n`; order does not matter, so it is left out.
fn combinations(n: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for a in 0..n {
        all.push(vec![a]);
        for b in a..n {
            all.push(vec![a, b]);
            all.extend((b..n).map(|c| vec![a, b, c]));
        }
    }
    all
}

type Make = fn() -> Arc<dyn Trigger>;
type Judge = fn(&Counts) -> (StateKind, &'static str);

/// The upstreams, counted. In none of these tests do two upstreams share a state.
struct Counts {
    total: usize,
    well: usize,
    badly: usize,
    skipped: usize,
}

impl Counts {
    fn of(states: &[StateKind]) -> Self {
        let count = |kinds: &[StateKind]| states.iter().filter(|state| kinds.contains(state)).count();
        Self {
            total: states.len(),
            well: count(&[Success, Cached, Mapped, Skipped]),
            badly: count(&[Failed, TimedOut, TriggerFailed, ValidationFailed]),
            skipped: count(&[Skipped]),
        }
    }
}

const PASSED: (StateKind, &str) = (Success, "Task run succeeded.");

fn pass_if(passes: bool, otherwise: &'static str) -> (StateKind, &'static str) {
    if passes { PASSED } else { (TriggerFailed, otherwise) }
}

const SOME_FAILED: &str = "Trigger was \"some_failed\" but thresholds were not met.";
const SOME_SUCCESSFUL: &str = "Trigger was \"some_successful\" but thresholds were not met.";
const NONE: Option<Bound> = None;

/// Each trigger with what it does, in words of the counts.
const TRIGGERS: &[(&str, Make, Judge)] = &[
    ("all_successful", trigger::all_successful, |c| {
        pass_if(c.well == c.total, "Trigger was \"all_successful\" but some of the upstream tasks failed.")
    }),
    ("all_failed", trigger::all_failed, |c| {
        pass_if(c.badly == c.total, "Trigger was \"all_failed\" but some of the upstream tasks succeeded.")
    }),
    ("any_successful", trigger::any_successful, |c| {
        let text = "Trigger was \"any_successful\" but none of the upstream tasks succeeded.";
        pass_if(c.well > 0 || c.total == 0, text)
    }),
    ("any_failed", trigger::any_failed, |c| {
        let text = "Trigger was \"any_failed\" but none of the upstream tasks failed.";
        pass_if(c.badly > 0 || c.total == 0, text)
    }),
    ("all_finished", trigger::all_finished, |_| PASSED),
    ("always_run", trigger::always_run, |_| PASSED),
    ("manual_only", trigger::manual_only, |_| (Paused, "Trigger function is \"manual_only\"")),
    ("not_all_skipped", trigger::not_all_skipped, |c| {
        if c.skipped == c.total {
            return (Skipped, "All upstreams were skipped");
        }
        pass_if(c.well == c.total, "Trigger was \"not_all_skipped\" but some of the upstream tasks failed.")
    }),
    ("some_failed, no bounds", || some_failed(NONE, NONE), |_| PASSED),
    ("some_failed(1, none)", || some_failed(1, NONE), |c| pass_if(c.total == 0 || c.badly >= 1, SOME_FAILED)),
    ("some_failed(2, 2)", || some_failed(2, 2), |c| pass_if(c.total == 0 || c.badly == 2, SOME_FAILED)),
    ("some_failed(none, 1)", || some_failed(NONE, 1), |c| pass_if(c.badly <= 1, SOME_FAILED)),
    ("some_failed(none, 0)", || some_failed(NONE, 0), |c| pass_if(c.badly == 0, SOME_FAILED)),
    ("some_failed(1.0, none)", || some_failed(1.0, NONE), |c| pass_if(c.badly == c.total, SOME_FAILED)),
    ("some_failed(0.5, none)", || some_failed(0.5, NONE), |c| pass_if(2 * c.badly >= c.total, SOME_FAILED)),
    (
        "some_failed(1, 0.5)",
        || some_failed(1, 0.5),
        |c| pass_if(c.total == 0 || (c.badly >= 1 && 2 * c.badly <= c.total), SOME_FAILED),
    ),
    ("some_successful, no bounds", || some_successful(NONE, NONE), |_| PASSED),
    (
        "some_successful(1, none)",
        || some_successful(1, NONE),
        |c| pass_if(c.total == 0 || c.well >= 1, SOME_SUCCESSFUL),
    ),
    (
        "some_successful(1.0, none)",
        || some_successful(1.0, NONE),
        |c| pass_if(c.well == c.total, SOME_SUCCESSFUL),
    ),
    (
        "some_successful(none, 0.4)",
        || some_successful(NONE, 0.4),
        |c| pass_if(5 * c.well <= 2 * c.total, SOME_SUCCESSFUL),
    ),
    (
        "some_successful(2, 2)",
        || some_successful(2, 2),
        |c| pass_if(c.total == 0 || c.well == 2, SOME_SUCCESSFUL),
    ),
];

fn expected(judge: Judge, upstreams: &[Up], skip_on_upstream_skip: bool) -> (StateKind, &'static str) {
    let states: Vec<_> = upstreams
        .iter()
        .flat_map(|up| match up {
            Up::One(kind) => vec![*kind],
            Up::Many(kinds) => kinds.to_vec(),
        })
        .collect();
    if skip_on_upstream_skip && states.contains(&Skipped) {
        return (Skipped, SKIPPED);
    }
    judge(&Counts::of(&states))
}

/// A task that ends so: a handler replaces its Success.
fn ends(flow: &mut Flow, up: Up) -> NodeId {
    let end = |kind: StateKind| State::new(kind).with_message("as the test wants it");
    match up {
        Up::One(Success) => flow.add(nothing("up")).id(),
        Up::One(kind) => flow.add(nothing("up").state_handler(instead_of_success(end(kind)))).id(),
        Up::Many(kinds) => {
            let list = flow.add(value("list", kinds.to_vec()));
            let child = each("ups", list, |_: &StateKind| Ok(())).state_handler(
                move |subject: &campana_engine::Subject, _: &State, new: &State| {
                    let at = subject.map_index()? as usize;
                    (new.kind() == Success && kinds[at] != Success).then(|| end(kinds[at]))
                },
            );
            flow.add(child).id()
        }
    }
}

#[test]
fn every_trigger_below_every_combination_of_upstreams() {
    let mut flow = Flow::new("triggers");
    // Three of each, so that no two upstreams of a task are the same task.
    let upstreams: Vec<Vec<NodeId>> =
        UPSTREAMS.iter().map(|&up| (0..3).map(|_| ends(&mut flow, up)).collect()).collect();
    let mut cases = Vec::new();
    for combination in combinations(UPSTREAMS.len()) {
        for skip in [true, false] {
            for &(name, trigger, judge) in TRIGGERS {
                let call = nothing("down").trigger(trigger()).skip_on_upstream_skip(skip);
                let node = flow.add(call).id();
                for (copy, &up) in combination.iter().enumerate() {
                    let edge = campana_engine::graph::Edge {
                        upstream: upstreams[up][copy],
                        downstream: node,
                        key: None,
                        kind: campana_engine::graph::EdgeKind::Plain,
                    };
                    flow.graph_mut().connect(edge).unwrap();
                }
                let ups: Vec<_> = combination.iter().map(|&up| UPSTREAMS[up]).collect();
                cases.push((node, name, skip, expected(judge, &ups, skip), ups));
            }
        }
    }
    assert!(cases.len() > 20_000, "{}", cases.len());
    let run = flow.run_blocking().unwrap();
    for (node, name, skip, expected, ups) in cases {
        let found = (kind(&run, node), message(&run, node));
        let expected = (expected.0, expected.1.to_owned());
        assert_eq!(found, expected, "{name} below {ups:?}, skip_on_upstream_skip = {skip}");
    }
}

/// The state of a task with this trigger below `well` tasks that end well and `badly` that do not.
fn below(trigger: Arc<dyn Trigger>, well: usize, badly: usize) -> StateKind {
    let mut flow = Flow::new("bounds");
    let well: Vec<_> = (0..well).map(|_| flow.add(nothing("well"))).collect();
    let badly: Vec<_> = (0..badly).map(|_| flow.add(fails::<()>("badly"))).collect();
    let down = flow.add(nothing("down").after((well, badly)).trigger(trigger));
    kind(&flow.run_blocking().unwrap(), down)
}

#[test]
fn one_is_a_count_and_one_point_zero_is_all() {
    assert_eq!(below(some_failed(1, NONE), 3, 1), Success);
    assert_eq!(below(some_failed(1.0, NONE), 3, 1), TriggerFailed);
    assert_eq!(below(some_failed(1.0, NONE), 0, 4), Success);
    assert_eq!(below(some_successful(NONE, 1), 2, 2), TriggerFailed);
    assert_eq!(below(some_successful(NONE, 1.0), 4, 0), Success);
    assert_eq!(below(some_successful(NONE, 0.0), 1, 1), TriggerFailed);
}

#[test]
fn a_share_is_met_exactly() {
    // 0.07 * 100 is a little more than 7 in floating point, and 0.29 * 100 a little less than 29.
    assert_eq!(below(some_failed(0.07, NONE), 93, 7), Success);
    assert_eq!(below(some_failed(NONE, 0.29), 71, 29), Success);
    assert_eq!(below(some_failed(0.08, NONE), 93, 7), TriggerFailed);
}

#[test]
fn two_edges_from_one_upstream_count_once() {
    let mut flow = Flow::new("twice");
    let bad = flow.add(fails::<()>("bad"));
    let good = flow.add(nothing("good"));
    let two = flow.add(nothing("two").after([bad, bad, good]).trigger(some_failed(2, NONE)));
    let half = flow.add(nothing("half").after([bad, bad, good]).trigger(some_failed(NONE, 0.5)));
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, two), kind(&run, half)), (TriggerFailed, Success));
}

#[test]
fn a_mapped_edge_counts_by_its_own_child() {
    let mut flow = Flow::new("mapped");
    let list = flow.add(value("list", vec![0_i64, 1, 2]));
    let first = flow.add(each("first", list, |x: &i64| if *x == 1 { Err("odd".into()) } else { Ok(*x) }));
    let second = flow.add(each("second", first, |x: &i64| Ok(*x)).trigger(trigger::any_failed()));
    let third = flow.add(each("third", first, |x: &i64| Ok(*x)));
    let whole = flow.add(nothing("whole").after(first).trigger(some_failed(1, 1)));
    let run = flow.run_blocking().unwrap();
    // A child below a child that ended well sees one upstream, which is not failed.
    assert_eq!(crate::common::child_kinds(&run, second), [TriggerFailed, Failed, TriggerFailed]);
    assert_eq!(crate::common::child_kinds(&run, third), [Success, TriggerFailed, Success]);
    assert_eq!(kind(&run, whole), Success);
}

#[test]
fn every_child_goes_by_an_upstream_that_is_not_mapped() {
    let mut flow = Flow::new("unmapped");
    let list = flow.add(value("list", vec![1_i64, 2]));
    let bad = flow.add(fails::<i64>("bad"));
    let spec = campana_engine::TaskSpec::new(
        "sum",
        "sum",
        vec![campana_engine::InputSpec::new::<i64>("x"), campana_engine::InputSpec::new::<i64>("y")],
        campana_engine::model::ValueType::of::<i64>(),
        campana_engine::Body::sync(|inputs| Ok(inputs.arg::<i64>(0)? + inputs.arg::<i64>(1)?)),
    );
    let call = campana_engine::Call::<i64>::new(Arc::new(spec))
        .map_input(0, campana_engine::IntoMapInput::<i64>::into_map_input(list))
        .map_input(1, campana_engine::IntoMapInput::<i64>::into_map_input(unmapped(bad)))
        .mapped();
    let sum = flow.add(call);
    let run = flow.run_blocking().unwrap();
    assert_eq!(kind(&run, sum), Mapped);
    assert_eq!(crate::common::child_kinds(&run, sum), [TriggerFailed, TriggerFailed]);
}

/// The state of a task with `trigger` below one that succeeded and one that failed.
fn own<M>(trigger: impl trigger::IntoTrigger<M>) -> (StateKind, String) {
    let mut flow = Flow::new("own");
    let good = flow.add(nothing("good"));
    let bad = flow.add(fails::<()>("bad"));
    let down: Node<()> = flow.add(nothing("down").after([good, bad]).trigger(trigger));
    let run = flow.run_blocking().unwrap();
    (kind(&run, down), message(&run, down))
}

struct TwoOfThem;

impl Trigger for TwoOfThem {
    fn check(&self, upstreams: &Upstreams<'_>) -> Result<bool, BoxError> {
        Ok(upstreams.len() == 2 && !upstreams.is_empty() && !upstreams.is_resumed())
    }
}

#[test]
fn own_triggers() {
    let passed = (Success, "Task run succeeded.".to_owned());
    assert_eq!(own(|up: &Upstreams<'_>| up.count(State::is_failed) == 1), passed);
    assert_eq!(own(TwoOfThem), passed);
    assert_eq!(own(|_: &Upstreams<'_>| false), (TriggerFailed, "Trigger failed".to_owned()));
    assert_eq!(
        own(|_: &Upstreams<'_>| -> Result<bool, BoxError> { Err("no idea".into()) }),
        (TriggerFailed, "Unexpected error while checking task trigger: no idea".to_owned())
    );
    assert_eq!(
        own(|_: &Upstreams<'_>| -> bool { panic!("oh no") }),
        (TriggerFailed, "Unexpected error while checking task trigger: trigger panicked: oh no".to_owned())
    );
    for (signal, expected) in [
        (Signal::skip("not today"), Skipped),
        (Signal::fail("not today"), Failed),
        (Signal::trigger_fail("not today"), TriggerFailed),
        (Signal::success("not today"), Success),
        (Signal::pause("not today"), Paused),
    ] {
        let trigger = move |_: &Upstreams<'_>| -> Result<bool, BoxError> { Err(signal.clone().into()) };
        assert_eq!(own(trigger), (expected, "not today".to_owned()));
    }
}

#[test]
fn an_own_trigger_sees_upstreams_by_their_keys() {
    let mut flow = Flow::new("keys");
    let bad = flow.add(fails::<i64>("bad"));
    let down = flow.add(crate::common::apply("down", bad, |x: &i64| Ok(*x)).trigger(|up: &Upstreams<'_>| {
        assert!(up.state("x").is_some_and(State::is_failed) && up.state("y").is_none());
        true
    }));
    let run = flow.run_blocking().unwrap();
    assert_eq!(
        message(&run, down),
        "Error during execution of task: input 'x' has no value: upstream 'bad' is Failed; take Outcome<T>"
    );
}

#[test]
fn a_constant_is_no_upstream() {
    let mut flow = Flow::new("constant");
    let down =
        crate::common::apply("down", 1_i64, |x: &i64| Ok(*x)).trigger(|up: &Upstreams<'_>| up.is_empty());
    let down = flow.add(down);
    assert_eq!(flow.run_blocking().unwrap().result(down).unwrap(), &1);
}

#[test]
fn a_trigger_that_does_not_pass_keeps_the_body_from_running() {
    let ran = crate::common::Count::default();
    let mut flow = Flow::new("kept");
    let bad = flow.add(fails::<()>("bad"));
    let count = ran.clone();
    let down = flow.add(task("down", move |_| Ok(count.up())).after(bad).retries(3));
    let run = flow.run().name("kept").blocking().unwrap();
    assert_eq!((kind(&run, down), ran.get()), (TriggerFailed, 0));
    assert!(run.state_of(down).unwrap().failure().is_some());
}
