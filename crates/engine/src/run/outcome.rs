//! What a run leaves behind: the states of its tasks and their results.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use campana_model::{FlowRunId, State, StateKind, Timestamp, Value};

use super::Run;
use super::driver::Start;
use super::truth::{Position, Truth};
use crate::context::{NO_CHILD, TaskState};
use crate::graph::{Graph, NodeId};
use crate::inputs::result_of;
use crate::typed::Node;

/// A run that has gone as far as it can by itself: to its end, or to tasks that wait for somebody.
#[must_use = "a failed run is no error; look at its state"]
pub struct FlowRun {
    pub(super) run: Arc<Run>,
    pub(super) truth: Truth,
    pub(super) state: State,
    pub(super) started_at: Option<Timestamp>,
}

/// A task has no result to give.
#[derive(Clone, Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
#[non_exhaustive]
pub enum NoResult {
    /// The task, or a child of it, did not end well.
    #[error("task '{task}' has no result: it is {state}")]
    State { task: String, state: State },
    /// The result has another type.
    #[error("the result of task '{task}' is {found}, not {wanted}")]
    Type { task: String, found: &'static str, wanted: &'static str },
    /// The task belongs to another flow.
    #[error("node {node:?} is not of the flow that was run")]
    Unknown { node: NodeId },
}

impl FlowRun {
    /// The id.
    pub fn id(&self) -> FlowRunId {
        self.run.id
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.run.name
    }

    /// The state of the flow.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether the flow has ended well.
    pub fn is_successful(&self) -> bool {
        self.state.is_successful()
    }

    /// Whether the flow has failed.
    pub fn is_failed(&self) -> bool {
        self.state.is_failed()
    }

    /// When the flow went to Running.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// The result of a task; of a mapped one, the list of its children's.
    ///
    /// # Errors
    /// If the task has none, or one of another type.
    pub fn result<T: Any>(&self, node: Node<T>) -> Result<&T, NoResult> {
        let value = self.value(node.id())?;
        value.downcast_ref().ok_or_else(|| NoResult::Type {
            task: self.graph().name(node.id()).to_owned(),
            found: value.value_type().name(),
            wanted: std::any::type_name::<T>(),
        })
    }

    /// The result of a task, of whatever type.
    ///
    /// # Errors
    /// If the task has none.
    pub fn value(&self, node: NodeId) -> Result<&Value, NoResult> {
        let state = self.truth.state(node).ok_or(NoResult::Unknown { node })?;
        let task = || self.graph().name(node).to_owned();
        if let Some(children) = self.truth.gathered(node) {
            return children.gathered().map_err(|at| NoResult::State {
                task: format!("{}[{at}]", task()),
                state: children.states.get(at).unwrap_or(state).clone(),
            });
        }
        result_of(state).ok_or_else(|| NoResult::State { task: task(), state: state.clone() })
    }

    /// The state of a task; of a mapped one, its own and not its children's.
    ///
    /// # Errors
    /// If the node is not of this flow.
    pub fn state_of(&self, node: impl Into<NodeId>) -> Result<&State, NoResult> {
        let node = node.into();
        self.truth.state(node).ok_or(NoResult::Unknown { node })
    }

    /// The states of the children of a mapped task, in order; none, if it is not mapped.
    pub fn children_of(&self, node: impl Into<NodeId>) -> impl ExactSizeIterator<Item = &State> {
        self.truth.children(node.into())
    }

    /// When a task went to Running, if it did.
    pub fn started_at_of(&self, node: impl Into<NodeId>) -> Option<Timestamp> {
        self.truth.started_at(Position { node: node.into(), child: NO_CHILD })
    }

    /// The states of all tasks, children of mapped ones included.
    pub fn task_states(&self) -> Vec<TaskState> {
        let state = |(at, state): (Position, State)| TaskState {
            name: self.graph().name(at.node).to_owned(),
            slug: self.graph().slug(at.node),
            map_index: at.map_index(),
            state,
        };
        self.truth.states(|_| true).into_iter().map(state).collect()
    }

    /// Lets a paused task go on, and the run with it. A task that is not paused stays as it is.
    pub fn resume(self, node: impl Into<NodeId>) -> Start {
        self.resume_at(Position { node: node.into(), child: NO_CHILD })
    }

    /// The same for a child of a mapped task.
    pub fn resume_child(self, node: impl Into<NodeId>, map_index: u32) -> Start {
        self.resume_at(Position { node: node.into(), child: map_index })
    }

    fn resume_at(mut self, at: Position) -> Start {
        self.resume_all(&[at]);
        Start::again(self)
    }

    /// The tasks, and children of mapped tasks, that wait for somebody.
    pub(super) fn paused(&self) -> Vec<(Position, String)> {
        let paused = self.truth.states(|state| state.kind() == StateKind::Paused);
        paused
            .into_iter()
            .map(|(at, _)| {
                let name = self.graph().name(at.node);
                let full = at.map_index().map_or(name.to_owned(), |index| format!("{name}[{index}]"));
                (at, full)
            })
            .collect()
    }

    pub(super) fn resume_all(&mut self, paused: &[Position]) {
        let state = State::new(StateKind::Resume).at(self.run.clock.now());
        for &at in paused {
            if self.truth.resume(at, state.clone()) {
                self.run.report(at, state.clone());
            }
        }
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.run.graph
    }
}

impl fmt::Display for FlowRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(f)
    }
}

impl fmt::Debug for FlowRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowRun")
            .field("id", &self.run.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
