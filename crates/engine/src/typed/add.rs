//! Adding calls, and what they call, to a flow's graph.

use std::sync::Arc;

use super::{Arg, CallInner};
use crate::flow::Flow;
use crate::graph::{EdgeKind, Graph, GraphError, NO_KEY, NodeId};

/// Adds calls to a flow.
pub(crate) struct Add<'a> {
    graph: &'a mut Graph,
    flow: u32,
    problem: &'a mut Option<GraphError>,
}

impl<'a> Add<'a> {
    pub(crate) fn to(flow: &'a mut Flow) -> Self {
        Self { graph: Arc::make_mut(&mut flow.graph), flow: flow.tag, problem: &mut flow.problem }
    }

    /// Adds what the call takes, then the call. What is wrong is noted, and left out.
    pub(crate) fn call(&mut self, call: CallInner) -> NodeId {
        let CallInner { spec, inputs, after, gather } = call;
        // Upstreams come first, so that every edge leads from an older node to a younger one.
        let mut constants = Vec::new();
        let mut edges = Vec::with_capacity(inputs.len() + after.len());
        for (at, kind, arg) in inputs {
            match arg {
                Arg::Constant(value) => constants.push((at, value)),
                arg => edges.extend(self.upstream(arg, &spec.name).map(|upstream| (upstream, at, kind))),
            }
        }
        for arg in after {
            edges.extend(self.upstream(arg, &spec.name).map(|upstream| (upstream, NO_KEY, EdgeKind::Plain)));
        }
        let known = self.graph.len();
        let node = self.graph.add(Arc::clone(&spec), gather);
        if node.index() < known {
            self.same_parameter(node, &spec);
            return node;
        }
        for (upstream, key, kind) in edges {
            self.graph.link(upstream, node, key, kind);
        }
        for (at, value) in constants {
            self.graph.put_constant(node, at, value);
        }
        node
    }

    fn upstream(&mut self, arg: Arg, task: &str) -> Option<NodeId> {
        match arg {
            Arg::Constant(_) => None,
            Arg::Call(call) => Some(self.call(*call)),
            Arg::Node { id, flow } if flow == self.flow => Some(id),
            Arg::Node { .. } => {
                self.problem.get_or_insert(GraphError::ForeignNode { task: task.to_owned() });
                None
            }
        }
    }

    /// A parameter is one, however often it is made; but not with two types or defaults.
    fn same_parameter(&mut self, node: NodeId, spec: &crate::spec::TaskSpec) {
        let known = self.graph.spec(node);
        if known.output != spec.output || known.default != spec.default {
            self.problem.get_or_insert(GraphError::ParameterConflict { name: spec.name.to_string() });
        }
    }
}
