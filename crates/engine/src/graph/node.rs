//! One node of the graph, kept small: a flow may have a million.

use std::fmt;
use std::sync::Arc;

use campana_model::{Value, ValueType};
use smallvec::SmallVec;

use crate::elements::Gather;
use crate::spec::{Role, TaskSpec};

/// A task's place in its flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// How a value goes along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// As it is; the results of a mapped upstream as a list.
    Plain,
    /// One element for each child of the downstream task.
    Mapped,
    /// One element of its elements for each child of the downstream task.
    Flattened,
}

/// An edge: what the value of one task is to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge<'a> {
    /// Where the value comes from.
    pub upstream: NodeId,
    /// Where it goes.
    pub downstream: NodeId,
    /// The input it becomes; `None`: only the order counts.
    pub key: Option<&'a str>,
    /// How it goes.
    pub kind: EdgeKind,
}

/// The key of an edge that only makes an order.
pub(crate) const NO_KEY: u16 = u16::MAX;

#[derive(Clone, Copy, Debug)]
pub(crate) struct EdgeData {
    pub(crate) upstream: NodeId,
    /// The index of the input in the spec, or [`NO_KEY`].
    pub(crate) key: u16,
    pub(crate) kind: EdgeKind,
}

#[derive(Clone, Debug)]
pub(crate) struct NodeData {
    pub(crate) spec: Arc<TaskSpec>,
    /// Set if the task is mapped.
    pub(crate) gather: Option<&'static Gather>,
    pub(crate) edges: SmallVec<[EdgeData; 2]>,
    #[expect(clippy::box_collection, reason = "few nodes have constants; the rest pays eight bytes")]
    pub(crate) constants: Option<Box<Vec<(u16, Value)>>>,
    pub(crate) downstreams: u32,
    slug_number: u32,
}

impl NodeData {
    pub(super) fn new(spec: Arc<TaskSpec>, gather: Option<&'static Gather>, slug_number: u32) -> Self {
        Self { spec, gather, edges: SmallVec::new(), constants: None, downstreams: 0, slug_number }
    }

    pub(crate) fn name(&self) -> &str {
        self.spec.name()
    }

    pub(crate) fn slug(&self) -> String {
        match self.spec.role {
            Role::Parameter => self.name().to_owned(),
            _ => format!("{}-{}", slug_base(&self.spec), self.slug_number),
        }
    }

    /// The type of what goes out: a list, if the task is mapped.
    pub(crate) fn output(&self) -> ValueType {
        self.gather.map_or(self.spec.output, Gather::list_type)
    }

    /// Sets `given` to which inputs have an edge or a constant.
    pub(super) fn mark_inputs(&self, given: &mut Vec<bool>) {
        given.clear();
        given.resize(self.spec.inputs.len(), false);
        let constants = self.constants.iter().flat_map(|constants| constants.iter()).map(|(key, _)| *key);
        for key in self.edges.iter().map(|edge| edge.key).chain(constants) {
            if let Some(given) = given.get_mut(key as usize) {
                *given = true;
            }
        }
    }

    pub(super) fn has_input(&self, at: u16) -> bool {
        self.edges.iter().any(|edge| edge.key == at)
            || self.constants.iter().flat_map(|constants| constants.iter()).any(|(key, _)| *key == at)
    }
}

/// The slug without its number.
pub(super) fn slug_base(spec: &TaskSpec) -> String {
    std::iter::once(spec.name()).chain(spec.tags.iter().map(String::as_str)).collect::<Vec<_>>().join("-")
}
