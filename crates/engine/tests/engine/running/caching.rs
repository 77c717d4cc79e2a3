//! Results that are kept: for how long, for which inputs, under which key.

use std::sync::Arc;
use std::time::Duration;

use campana_engine::backend::MemoryBackend;
use campana_engine::{
    Body, Cache, Call, Codec, Flow, FlowRun, InputSpec, IntoInput, Node, Parameter, RunSettings, Settings,
    StateKind, TaskSpec, TokioClock, Validator,
};

use crate::common::{Count, kind, noon, nothing, paused, task};

const HOUR: Duration = Duration::from_secs(3600);

/// A task with one input that can be compared, and how many times its body has run.
fn kept(x: impl IntoInput<i64>) -> (Call<i64>, Count) {
    let ran = Count::default();
    let count = ran.clone();
    let body = Body::sync(move |inputs| {
        count.up();
        Ok(*inputs.arg::<i64>(0)? + 1)
    });
    let inputs = vec![InputSpec::new::<i64>("x").comparable::<i64>()];
    let output = campana_engine::model::ValueType::of::<i64>();
    let spec = TaskSpec::new("kept", "kept", inputs, output, body).codec(Codec::of::<i64>());
    (Call::new(Arc::new(spec)).input(0, x.into_input()), ran)
}

/// A flow of one such task on a parameter.
fn flow_of(configure: impl FnOnce(Call<i64>) -> Call<i64>) -> (Flow, Node<i64>, Count) {
    let mut flow = Flow::new("f");
    let x = flow.add(Parameter::new("x").default(1_i64));
    flow.add(Parameter::new("other").default(0_i64));
    let (call, ran) = kept(x);
    let node = flow.add(configure(call));
    (flow, node, ran)
}

async fn with(flow: &Flow, x: i64, other: i64, clock: TokioClock) -> FlowRun {
    flow.run().parameter("x", x).parameter("other", other).clock(clock).await
}

#[test]
fn a_result_is_kept_until_it_expires() {
    paused(async {
        let (flow, node, ran) = flow_of(|call| call.cache_for(HOUR));
        let clock = TokioClock::starting_at(noon());
        let run = with(&flow, 1, 0, clock).await;
        assert_eq!(kind(&run, node), StateKind::Cached);
        let key = run.state_of(node).unwrap().cache_key().cloned().unwrap();
        assert_eq!(key.expiration, Some(noon() + HOUR));

        tokio::time::advance(HOUR - Duration::from_secs(1)).await;
        // By default nothing but the time counts, so the result is that of the other input.
        let run = with(&flow, 5, 0, clock).await;
        assert_eq!((kind(&run, node), run.result(node).unwrap(), ran.get()), (StateKind::Cached, &2, 1));

        tokio::time::advance(Duration::from_secs(1)).await;
        let run = with(&flow, 5, 0, clock).await;
        assert_eq!((run.result(node).unwrap(), ran.get()), (&6, 2));
    });
}

#[test]
fn validators_compare_inputs_and_parameters() {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    // For each: whether the body runs again with the same values, another input, another parameter.
    for (validator, again) in [
        (Validator::NeverUse, [true, true, true]),
        (Validator::DurationOnly, [false, false, false]),
        (Validator::AllInputs, [false, true, false]),
        (Validator::PartialInputs(names(&["x"])), [false, true, false]),
        (Validator::AllParameters, [false, true, true]),
        (Validator::PartialParameters(names(&["other"])), [false, false, true]),
        (Validator::PartialParameters(names(&["x"])), [false, true, false]),
        (Validator::custom(|_, inputs| inputs.get::<i64>("x").is_ok_and(|x| *x == 1)), [false, true, false]),
    ] {
        paused(async {
            let clock = TokioClock::starting_at(noon());
            let shown = validator.name();
            for ((x, other), again) in [(1, 0), (2, 0), (1, 7)].into_iter().zip(again) {
                let validator = validator.clone();
                let (flow, _, ran) = flow_of(|call| call.cache_for(HOUR).cache_validator(validator));
                let _run = with(&flow, 1, 0, clock).await;
                let _run = with(&flow, x, other, clock).await;
                assert_eq!(ran.get(), 1 + usize::from(again), "{shown}: x = {x}, other = {other}");
            }
        });
    }
}

#[test]
fn results_for_several_inputs_are_kept_side_by_side() {
    paused(async {
        let (flow, node, ran) = flow_of(|call| call.cache_for(HOUR).cache_validator(Validator::AllInputs));
        let clock = TokioClock::starting_at(noon());
        for x in [1, 2, 1, 2] {
            let run = with(&flow, x, 0, clock).await;
            assert_eq!(run.result(node).unwrap(), &(x + 1));
        }
        assert_eq!(ran.get(), 2);
    });
}

#[test]
fn results_are_kept_by_name_unless_there_is_a_key() {
    let bodies = |names: [&'static str; 2], keys: [Option<&'static str>; 2]| {
        let ran = Count::default();
        let make = |at: usize| {
            let count = ran.clone();
            let call = task(names[at], move |_| Ok(count.up())).cache_for(HOUR);
            match keys[at] {
                Some(key) => call.cache_key(key),
                None => call,
            }
        };
        let mut flow = Flow::new("f");
        let first = flow.add(make(0));
        flow.add(make(1).after(first));
        let _run = flow.run_blocking().unwrap();
        ran.get()
    };
    assert_eq!(bodies(["a", "a"], [None, None]), 1);
    assert_eq!(bodies(["a", "b"], [None, None]), 2);
    assert_eq!(bodies(["a", "b"], [Some("k"), Some("k")]), 1);
    assert_eq!(bodies(["a", "a"], [Some("k"), Some("l")]), 2);
    assert_eq!(bodies(["a", "k"], [Some("k"), None]), 1);
}

#[test]
fn children_do_not_take_each_others_results() {
    let mut flow = Flow::new("f");
    let m = flow.add(crate::common::add_one("m", vec![1, 2, 3]).cache_for(HOUR));
    for _ in 0..2 {
        assert_eq!(flow.run_blocking().unwrap().result(m).unwrap(), &[2, 3, 4]);
    }
}

#[test]
fn flows_share_results_when_they_share_a_cache() {
    let cache = Arc::new(Cache::new());
    let ran = Count::default();
    let flow = || {
        let count = ran.clone();
        let mut flow = Flow::new("f");
        flow.add(task("t", move |_| Ok(count.up())).cache_for(HOUR));
        flow
    };
    let _run = flow().run().cache(Arc::clone(&cache)).blocking().unwrap();
    let _run = flow().run().cache(Arc::clone(&cache)).blocking().unwrap();
    assert_eq!(ran.get(), 1);
    let _run = flow().run_blocking().unwrap();
    assert_eq!(ran.get(), 2, "a flow's own cache is its own");
    cache.clear();
    let _run = flow().run().cache(cache).blocking().unwrap();
    assert_eq!(ran.get(), 3);
}

#[test]
fn a_clone_of_a_flow_shares_its_cache() {
    let (flow, _, ran) = flow_of(|call| call.cache_for(HOUR));
    let _run = flow.run_blocking().unwrap();
    let _run = flow.clone().run_blocking().unwrap();
    assert_eq!(ran.get(), 1);
}

#[test]
fn failures_and_skips_are_not_kept() {
    let ran = Count::default();
    let count = ran.clone();
    let mut flow = Flow::new("f");
    let t = flow.add(
        task("t", move |_| match count.up() {
            0 => Err("boom".into()),
            1 => Err(campana_engine::Signal::skip("none").into()),
            ran => Ok(ran),
        })
        .cache_for(HOUR),
    );
    let kinds: Vec<_> = (0..4).map(|_| kind(&flow.run_blocking().unwrap(), t)).collect();
    assert_eq!(kinds, [StateKind::Failed, StateKind::Skipped, StateKind::Cached, StateKind::Cached]);
    assert_eq!(ran.get(), 3);
}

#[test]
fn a_validator_without_a_duration_keeps_nothing() {
    let (flow, node, ran) = flow_of(|call| call.cache_validator(Validator::DurationOnly));
    let _run = flow.run_blocking().unwrap();
    let run = flow.run_blocking().unwrap();
    assert_eq!((kind(&run, node), ran.get()), (StateKind::Success, 2));
}

#[test]
fn a_hit_below_a_failed_upstream_is_trigger_failed() {
    let mut flow = Flow::new("f");
    let once = Count::default();
    let up = flow.add(task("up", move |_| if once.up() == 0 { Ok(()) } else { Err("boom".into()) }));
    let t = flow.add(nothing("t").after(up).cache_for(HOUR));
    assert_eq!(kind(&flow.run_blocking().unwrap(), t), StateKind::Cached);
    assert_eq!(kind(&flow.run_blocking().unwrap(), t), StateKind::TriggerFailed);
}

#[test]
fn a_backend_keeps_results_for_other_processes() {
    let backend = Arc::new(MemoryBackend::new());
    let mut counts = Vec::new();
    for _ in 0..2 {
        // A new flow has a cache of its own, as a new process would.
        let (flow, node, ran) = flow_of(|call| call.cache_for(HOUR).cache_validator(Validator::AllInputs));
        let run = flow.run().backend(Arc::clone(&backend) as _).blocking().unwrap();
        assert_eq!((kind(&run, node), run.result(node).unwrap()), (StateKind::Cached, &2));
        counts.push(ran.get());
    }
    assert_eq!(counts, [1, 0]);
}

#[test]
fn inputs_that_cannot_be_compared_are_refused_beforehand() {
    let mut flow = Flow::new("f");
    let call = crate::common::apply("t", 1_i64, |x: &i64| Ok(*x));
    flow.add(call.cache_for(HOUR).cache_validator(Validator::AllInputs));
    let error = flow.check().unwrap_err().to_string();
    assert!(error.starts_with("task 't' compares its inputs for its cache, but they cannot be serialised"));
}
