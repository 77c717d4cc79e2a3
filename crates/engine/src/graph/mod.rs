//! The graph of a flow, without types: nodes, keyed edges, constants.
//!
//! The typed handles ([`Call`](crate::Call), [`Node`](crate::Node)) only call this, and so can a front in
//! another language. Everything that can be said about a flow before it runs is checked here: an edge's type
//! when it is made, cycles when they would close, missing inputs by [`Graph::check`].

mod cycle;
mod error;
mod node;

use std::collections::HashMap;
use std::sync::Arc;

use campana_model::Value;

pub use error::GraphError;
pub use node::{Edge, EdgeKind, NodeId};
pub(crate) use node::{EdgeData, NO_KEY, NodeData};

use crate::elements::Gather;
use crate::spec::{Role, TaskSpec};

/// The tasks of a flow and what goes from one to the other.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<NodeData>,
    /// How many nodes have had this slug base so far.
    slug_counts: HashMap<Box<str>, u32>,
    /// Parameters by name, since their slug is their name.
    parameters: HashMap<Arc<str>, NodeId>,
    reference: Vec<NodeId>,
    /// Whether every edge goes from an older node to a younger one, so that there can be no cycle.
    forward: bool,
    edge_count: usize,
}

impl Graph {
    /// A graph without nodes.
    pub fn new() -> Self {
        Self { forward: true, ..Self::default() }
    }

    /// Adds a task; with `gather`, one that runs once for each element of its mapped inputs.
    ///
    /// A parameter whose name is there already is not added again.
    pub fn add(&mut self, spec: Arc<TaskSpec>, gather: Option<&'static Gather>) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let slug_number = if spec.role == Role::Parameter {
            if let Some(&known) = self.parameters.get(spec.name()) {
                return known;
            }
            self.parameters.insert(spec.name().into(), id);
            0
        } else {
            self.next_slug_number(&spec)
        };
        self.nodes.push(NodeData::new(spec, gather, slug_number));
        id
    }

    fn next_slug_number(&mut self, spec: &TaskSpec) -> u32 {
        let next = |counts: &mut HashMap<Box<str>, u32>, base: &str| -> u32 {
            if let Some(count) = counts.get_mut(base) {
                *count += 1;
                *count
            } else {
                counts.insert(base.into(), 1);
                1
            }
        };
        if spec.tags.is_empty() {
            next(&mut self.slug_counts, spec.name())
        } else {
            next(&mut self.slug_counts, &node::slug_base(spec))
        }
    }

    /// Makes an edge.
    ///
    /// # Errors
    /// If a node is not there, the task has no such input, the input has a value already, the types do not
    /// fit, or the edge would close a cycle.
    pub fn connect(&mut self, edge: Edge<'_>) -> Result<(), GraphError> {
        let Edge { upstream, downstream, key, kind } = edge;
        let (from, to) = (self.known(upstream)?, self.known(downstream)?);
        let key = match key {
            None if kind != EdgeKind::Plain => {
                return Err(GraphError::MappedWithoutKey { task: to.name().to_owned() });
            }
            None => NO_KEY,
            Some(key) => {
                let (at, input) = to.spec.input(key).ok_or_else(|| GraphError::unknown_input(to, key))?;
                if to.has_input(at) {
                    return Err(GraphError::InputTaken { input: key.to_owned(), task: to.name().to_owned() });
                }
                let wanted = match (kind, input.split) {
                    (EdgeKind::Plain, _) => input.value_type,
                    (EdgeKind::Mapped | EdgeKind::Flattened, None) => campana_model::ValueType::ANY,
                    (kind, Some(split)) => split.list_type(kind == EdgeKind::Flattened),
                };
                let found = from.output();
                if !found.fits(wanted) {
                    return Err(GraphError::TypeMismatch {
                        input: key.to_owned(),
                        task: to.name().to_owned(),
                        wanted: wanted.name(),
                        upstream: from.name().to_owned(),
                        found: found.name(),
                    });
                }
                at
            }
        };
        if kind != EdgeKind::Plain && to.gather.is_none() {
            return Err(GraphError::NotMapped { task: to.name().to_owned() });
        }
        if upstream >= downstream || !self.forward {
            cycle::check(self, upstream, downstream)?;
        }
        self.forward &= upstream < downstream;
        self.link(upstream, downstream, key, kind);
        Ok(())
    }

    /// Makes an edge that the compiler has checked, to a node that has just been added.
    pub(crate) fn link(&mut self, upstream: NodeId, downstream: NodeId, key: u16, kind: EdgeKind) {
        self.edge_count += 1;
        self.nodes[upstream.index()].downstreams += 1;
        self.nodes[downstream.index()].edges.push(EdgeData { upstream, key, kind });
    }

    /// Gives an input a value that is known now.
    ///
    /// # Errors
    /// If the node is not there, the task has no such input, the input has a value already, or the type does
    /// not fit.
    pub fn set_constant(&mut self, node: NodeId, key: &str, value: Value) -> Result<(), GraphError> {
        let to = self.known(node)?;
        let (at, input) = to.spec.input(key).ok_or_else(|| GraphError::unknown_input(to, key))?;
        if to.has_input(at) {
            return Err(GraphError::InputTaken { input: key.to_owned(), task: to.name().to_owned() });
        }
        let found = value.value_type();
        if !found.fits(input.value_type) {
            return Err(GraphError::ConstantType {
                input: key.to_owned(),
                task: to.name().to_owned(),
                wanted: input.value_type.name(),
                found: found.name(),
            });
        }
        self.put_constant(node, at, value);
        Ok(())
    }

    /// The same for an input whose type the compiler has checked.
    pub(crate) fn put_constant(&mut self, node: NodeId, at: u16, value: Value) {
        self.nodes[node.index()].constants.get_or_insert_default().push((at, value));
    }

    /// Sets the tasks that decide how the flow ends; none: the terminal ones.
    ///
    /// # Errors
    /// If a node is not there.
    pub fn set_reference_tasks(&mut self, nodes: impl IntoIterator<Item = NodeId>) -> Result<(), GraphError> {
        let nodes: Vec<_> = nodes.into_iter().collect();
        for &node in &nodes {
            self.known(node)?;
        }
        self.reference = nodes;
        Ok(())
    }

    /// The tasks that were set to decide how the flow ends.
    pub fn chosen_reference_tasks(&self) -> &[NodeId] {
        &self.reference
    }

    /// The tasks that decide how the flow ends: those that were set, else the terminal ones. A clean-up task
    /// does not hide the tasks before it.
    pub fn reference_tasks(&self) -> Vec<NodeId> {
        if !self.reference.is_empty() {
            return self.reference.clone();
        }
        let mut followed = vec![false; self.nodes.len()];
        for node in self.nodes.iter().filter(|node| node.spec.role != Role::Cleanup) {
            for edge in &node.edges {
                followed[edge.upstream.index()] = true;
            }
        }
        self.ids().filter(|id| !followed[id.index()]).collect()
    }

    /// The tasks that nothing comes after.
    pub fn terminal_tasks(&self) -> impl Iterator<Item = NodeId> {
        self.ids().filter(|id| self.nodes[id.index()].downstreams == 0)
    }

    /// All nodes, in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How many edges there are.
    pub fn edge_count(&self) -> usize {
        self.edge_count
    }

    /// The edges that end at `node`.
    ///
    /// # Panics
    /// If the node is not of this graph.
    pub fn edges_to(&self, node: NodeId) -> impl Iterator<Item = Edge<'_>> {
        let to = &self.nodes[node.index()];
        to.edges.iter().map(move |edge| Edge {
            upstream: edge.upstream,
            downstream: node,
            key: to.spec.inputs.get(edge.key as usize).map(|input| &*input.name),
            kind: edge.kind,
        })
    }

    /// The task at `node`.
    ///
    /// # Panics
    /// If the node is not of this graph.
    pub fn spec(&self, node: NodeId) -> &Arc<TaskSpec> {
        &self.nodes[node.index()].spec
    }

    /// The name of the task at `node`, which others may have too.
    ///
    /// # Panics
    /// If the node is not of this graph.
    pub fn name(&self, node: NodeId) -> &str {
        self.nodes[node.index()].name()
    }

    /// The slug of `node`, unique in the graph: the name, the tags in order, and a number, joined by `-`; a
    /// parameter's is its name.
    ///
    /// # Panics
    /// If the node is not of this graph.
    pub fn slug(&self, node: NodeId) -> String {
        self.nodes[node.index()].slug()
    }

    /// The node with this slug.
    pub fn find(&self, slug: &str) -> Option<NodeId> {
        self.ids().find(|&id| self.slug(id) == slug)
    }

    /// Whether `node` runs once for each element of its mapped inputs.
    ///
    /// # Panics
    /// If the node is not of this graph.
    pub fn is_mapped(&self, node: NodeId) -> bool {
        self.nodes[node.index()].gather.is_some()
    }

    /// Whether all that a run needs is there.
    ///
    /// # Errors
    /// The first thing that is wrong: a required input that has neither an edge nor a constant, a mapped task
    /// without a mapped input, a cache that compares inputs which cannot
    /// be compared, or a parameter that has the slug of a task.
    pub fn check(&self) -> Result<(), GraphError> {
        for name in self.parameters.keys() {
            let taken = name
                .rsplit_once('-')
                .and_then(|(base, number)| Some(number.parse::<u32>().ok()? <= *self.slug_counts.get(base)?));
            if taken == Some(true) {
                return Err(GraphError::SlugTaken { name: name.to_string() });
            }
        }
        let mut given = Vec::new();
        for node in &self.nodes {
            node.mark_inputs(&mut given);
            for (input, given) in node.spec.inputs.iter().zip(&given) {
                if input.required && !given {
                    return Err(GraphError::MissingInput {
                        input: input.name.to_string(),
                        task: node.name().to_owned(),
                    });
                }
            }
            let policy = node.spec.cache.as_deref();
            let compared = |input: &&crate::spec::InputSpec| {
                policy.is_some_and(|policy| policy.validator.compares(&input.name)) && input.digest.is_none()
            };
            if node.spec.inputs.iter().any(|input| compared(&input)) {
                return Err(GraphError::NotComparable { task: node.name().to_owned() });
            }
            if node.gather.is_some() && !node.edges.iter().any(|edge| edge.kind != EdgeKind::Plain) {
                return Err(GraphError::NothingToMap { task: node.name().to_owned() });
            }
        }
        Ok(())
    }

    /// The parameters, in the order in which they were added.
    pub(crate) fn parameters(&self) -> Vec<&TaskSpec> {
        let mut ids: Vec<_> = self.parameters.values().copied().collect();
        ids.sort_unstable();
        ids.into_iter().map(|id| &**self.spec(id)).collect()
    }

    pub(crate) fn node(&self, id: NodeId) -> &NodeData {
        &self.nodes[id.index()]
    }

    fn known(&self, id: NodeId) -> Result<&NodeData, GraphError> {
        self.nodes.get(id.index()).ok_or(GraphError::UnknownNode { node: id })
    }
}

#[cfg(test)]
mod tests;
