//! Makes a flow of a plan, whose bodies write down that they run.

use std::sync::Arc;

use campana_engine::graph::{Edge, EdgeKind};
use campana_engine::model::ValueType;
use campana_engine::{
    Body, BoxError, Call, Flow, InputSpec, Inputs, NodeId, Settings as _, Signal, TaskSpec, trigger,
};

use super::plan::{Does, Plan, Planned, Shape, Trigger};
use crate::common::Log;

/// A body ran.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) task: usize,
    pub(super) child: Option<u32>,
}

pub(super) struct Built {
    pub(super) flow: Flow,
    pub(super) nodes: Vec<NodeId>,
    pub(super) events: Log<Event>,
}

/// What the body does this time, after it has been written down.
fn act(at: usize, takes_x: bool, does: Does, events: &Log<Event>, inputs: &Inputs) -> Result<i64, BoxError> {
    let context = inputs.context();
    let child = context.map_index();
    events.push(Event { task: at, child });
    let odd = child.is_some_and(|child| child % 2 == 1);
    let x = if takes_x { inputs.optional::<i64>("x")?.copied().unwrap_or(0) } else { 0 };
    match does {
        Does::Fails(times) if context.run_count() <= times => Err("boom".into()),
        Does::FailsOdd if odd => Err("odd".into()),
        Does::Skips => Err(Signal::skip("as planned").into()),
        Does::SkipsOdd if odd => Err(Signal::skip("odd").into()),
        // A panic that nobody prints.
        Does::Panics => std::panic::resume_unwind(Box::new("as planned")),
        _ => Ok(x + 1),
    }
}

fn body<T: crate::common::Out>(
    is_async: bool,
    run: impl Fn(&Inputs) -> Result<T, BoxError> + Send + Sync + 'static,
) -> Body {
    if !is_async {
        return Body::sync(run);
    }
    let run = Arc::new(run);
    Body::future(move |inputs| {
        let run = Arc::clone(&run);
        async move {
            tokio::task::yield_now().await;
            let result = run(&inputs);
            tokio::task::yield_now().await;
            result
        }
    })
}

fn spec(at: usize, planned: &Planned, events: &Log<Event>) -> TaskSpec {
    let (does, events) = (planned.body, events.clone());
    let takes_x = !matches!(planned.shape, Shape::List(_));
    let number = move |inputs: &Inputs| act(at, takes_x, does, &events, inputs);
    let (inputs, output, body) = match planned.shape {
        Shape::Number | Shape::Mapped => {
            let inputs = vec![InputSpec::new::<i64>("x").optional()];
            (inputs, ValueType::of::<i64>(), body(planned.is_async, number))
        }
        Shape::List(len) => {
            let list = move |inputs: &Inputs| {
                number(inputs)?;
                Ok((0..len as i64).map(|at| at * 10).collect::<Vec<_>>())
            };
            (Vec::new(), ValueType::of::<Vec<i64>>(), body(planned.is_async, list))
        }
    };
    TaskSpec::new(format!("t{at}"), "props", inputs, output, body)
}

fn trigger_of(trigger: Trigger) -> Arc<dyn campana_engine::Trigger> {
    use trigger::Bound;
    match trigger {
        Trigger::AllSuccessful => trigger::all_successful(),
        Trigger::AllFailed => trigger::all_failed(),
        Trigger::AnySuccessful => trigger::any_successful(),
        Trigger::AnyFailed => trigger::any_failed(),
        Trigger::AllFinished => trigger::all_finished(),
        Trigger::NotAllSkipped => trigger::not_all_skipped(),
        Trigger::SomeFailed(least, most) => {
            trigger::some_failed(least.map(Bound::Count), most.map(Bound::Count))
        }
        Trigger::SomeSuccessful(quarters) => trigger::some_successful(0.25, f64::from(quarters) / 4.0),
    }
}

pub(super) fn build(plan: &Plan) -> Built {
    let events = Log::new();
    let mut flow = Flow::new("random");
    let mut nodes: Vec<NodeId> = Vec::new();
    for (at, planned) in plan.tasks.iter().enumerate() {
        let spec = spec(at, planned, &events)
            .retries(planned.retries)
            .trigger(trigger_of(planned.trigger))
            .skip_on_upstream_skip(planned.skip_on_upstream_skip);
        let call = Call::<i64>::new(Arc::new(spec));
        let node =
            if planned.shape == Shape::Mapped { flow.add(call.mapped()).id() } else { flow.add(call).id() };
        let kind = if planned.shape == Shape::Mapped { EdgeKind::Mapped } else { EdgeKind::Plain };
        if let Some(value) = planned.value {
            let edge = Edge { upstream: nodes[value], downstream: node, key: Some("x"), kind };
            flow.graph_mut().connect(edge).unwrap();
        }
        for &upstream in &planned.after {
            let edge = Edge { upstream: nodes[upstream], downstream: node, key: None, kind: EdgeKind::Plain };
            flow.graph_mut().connect(edge).unwrap();
        }
        nodes.push(node);
    }
    let reference: Vec<_> = plan.reference.iter().map(|&at| nodes[at]).collect();
    flow.set_reference_tasks(reference).unwrap();
    Built { flow, nodes, events }
}
