//! What can be wrong with a graph.

use super::{NodeData, NodeId};

/// A graph cannot be what it was asked to be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
#[non_exhaustive]
pub enum GraphError {
    /// The node belongs to another graph.
    #[error(
        "node {node:?} is not in this flow: add the task to this flow, and use the node that `add` gives"
    )]
    UnknownNode { node: NodeId },
    /// The handle belongs to another flow.
    #[error(
        "task '{task}' takes a node of another flow: add the task to this flow, and use the node that `add` gives"
    )]
    ForeignNode { task: String },
    /// The task has no input of this name.
    #[error("task '{task}' has no input '{input}'; it has {known}")]
    UnknownInput { input: String, task: String, known: String },
    /// The input has a value already.
    #[error("input '{input}' of task '{task}' has a value already: an input takes one value")]
    InputTaken { input: String, task: String },
    /// The upstream's value is of another type.
    #[error("input '{input}' of task '{task}' takes {wanted}, but upstream '{upstream}' gives {found}")]
    TypeMismatch { input: String, task: String, wanted: &'static str, upstream: String, found: &'static str },
    /// The constant is of another type.
    #[error("input '{input}' of task '{task}' takes {wanted}, but the constant is a {found}")]
    ConstantType { input: String, task: String, wanted: &'static str, found: &'static str },
    /// The edge would close a cycle.
    #[error("tasks would wait for each other: {}", tasks.join(" -> "))]
    Cycle { tasks: Vec<String> },
    /// A required input has no value.
    #[error("input '{input}' of task '{task}' has no value: give it a constant or an upstream task")]
    MissingInput { input: String, task: String },
    /// A mapped edge must end at an input.
    #[error("a mapped edge to task '{task}' needs a key: name the input that gets the elements")]
    MappedWithoutKey { task: String },
    /// A mapped edge ends at a task that is not mapped.
    #[error("task '{task}' is not mapped: make it with `map`, or use a plain edge")]
    NotMapped { task: String },
    /// A mapped task has nothing to be mapped over.
    #[error(
        "task '{task}' is mapped, but none of its inputs is: map at least one, `unmapped` marks the others"
    )]
    NothingToMap { task: String },
    /// Two parameters of one name differ.
    #[error("parameter '{name}' is used with two types or defaults: make it once, and use its node")]
    ParameterConflict { name: String },
    /// A parameter has the slug of a task.
    #[error("parameter '{name}' has the name that a task has as its slug: rename one of them")]
    SlugTaken { name: String },
    /// The inputs of a task are to be compared, but nobody knows how.
    #[error(
        "task '{task}' compares its inputs for its cache, but they cannot be serialised: write #[task(persist)], or use another validator"
    )]
    NotComparable { task: String },
}

impl GraphError {
    pub(super) fn unknown_input(node: &NodeData, input: &str) -> Self {
        let known: Vec<_> = node.spec.inputs.iter().map(|input| format!("'{}'", input.name)).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Self::UnknownInput { input: input.to_owned(), task: node.name().to_owned(), known }
    }
}
