//! Flows: a graph of tasks with a name, and what happens when its runs change state.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::cache::Cache;
use crate::graph::{Edge, EdgeKind, Graph, GraphError, NodeId};
use crate::handler::{IntoCallback, IntoStateHandler, StateHandler, TerminalStateHandler, on_failure};
use crate::run::Start;
use crate::typed::{Add, IntoCall, Node};

/// What a flow is besides its graph.
#[derive(Clone)]
pub(crate) struct FlowSpec {
    pub(crate) name: String,
    pub(crate) handlers: Vec<Arc<dyn StateHandler>>,
    pub(crate) on_failure: Option<Arc<dyn StateHandler>>,
    pub(crate) terminal_state_handler: Option<Arc<dyn TerminalStateHandler>>,
    pub(crate) cache: Arc<Cache>,
}

impl FlowSpec {
    pub(crate) fn handlers(&self) -> impl Iterator<Item = &Arc<dyn StateHandler>> {
        self.handlers.iter().chain(&self.on_failure)
    }
}

/// A flow: tasks, and what goes from one to the other.
///
/// A clone is a flow of its own that begins with the same tasks; the nodes of one are the nodes of the other.
#[derive(Clone)]
pub struct Flow {
    pub(crate) spec: Arc<FlowSpec>,
    pub(crate) graph: Arc<Graph>,
    /// Tells its nodes from those of other flows.
    pub(crate) tag: u32,
    /// What was wrong with an `add`, which gives a node all the same.
    pub(crate) problem: Option<GraphError>,
}

impl Flow {
    /// A flow without tasks.
    pub fn new(name: impl Into<String>) -> Self {
        static TAGS: AtomicU32 = AtomicU32::new(0);
        let spec = FlowSpec {
            name: name.into(),
            handlers: Vec::new(),
            on_failure: None,
            terminal_state_handler: None,
            cache: Arc::new(Cache::new()),
        };
        Self {
            spec: Arc::new(spec),
            graph: Arc::new(Graph::new()),
            tag: TAGS.fetch_add(1, Ordering::Relaxed),
            problem: None,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// The graph, without types.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The graph, to be changed without types.
    pub fn graph_mut(&mut self) -> &mut Graph {
        Arc::make_mut(&mut self.graph)
    }

    /// Adds a task with everything that its inputs call, and gives its node.
    ///
    /// A call that cannot be added (it takes a node of another flow) is reported by [`check`](Self::check), and
    /// makes a run fail with that report.
    pub fn add<C: IntoCall>(&mut self, call: C) -> Node<C::Output> {
        let id = Add::to(self).call(call.into_call().into_inner());
        Node::new(id, self.tag)
    }

    /// Makes the value of `upstream` the input `key` of `task`.
    ///
    /// # Errors
    /// If the task has no such input, the input has a value already, the types do not fit, a node belongs to
    /// another flow, or the tasks would wait for each other.
    pub fn set_upstream<T, U>(
        &mut self,
        task: Node<T>,
        upstream: Node<U>,
        key: &str,
    ) -> Result<(), GraphError> {
        self.connect(task, upstream, Some(key), EdgeKind::Plain)
    }

    /// Makes `task`, which is mapped, run once for each element of the value of `upstream`, as its input `key`.
    ///
    /// # Errors
    /// As for [`set_upstream`](Self::set_upstream), and if the task is not mapped.
    pub fn set_mapped_upstream<T, U>(
        &mut self,
        task: Node<T>,
        upstream: Node<Vec<U>>,
        key: &str,
    ) -> Result<(), GraphError> {
        self.connect(task, upstream, Some(key), EdgeKind::Mapped)
    }

    /// Makes `task` wait for `upstream`, and go by its state.
    ///
    /// # Errors
    /// If a node belongs to another flow, or the tasks would wait for each other.
    pub fn set_after<T, U>(&mut self, task: Node<T>, upstream: Node<U>) -> Result<(), GraphError> {
        self.connect(task, upstream, None, EdgeKind::Plain)
    }

    fn connect<T, U>(
        &mut self,
        task: Node<T>,
        upstream: Node<U>,
        key: Option<&str>,
        kind: EdgeKind,
    ) -> Result<(), GraphError> {
        let (downstream, upstream) = (self.own(task)?, self.own(upstream)?);
        self.graph_mut().connect(Edge { upstream, downstream, key, kind })
    }

    pub(crate) fn own<T>(&self, node: Node<T>) -> Result<NodeId, GraphError> {
        if node.flow() == self.tag { Ok(node.id()) } else { Err(GraphError::UnknownNode { node: node.id() }) }
    }

    /// Sets the tasks that decide how the flow ends; without any, the terminal tasks do.
    ///
    /// # Errors
    /// If a node is not of this flow.
    pub fn set_reference_tasks(
        &mut self,
        tasks: impl IntoIterator<Item: Into<NodeId>>,
    ) -> Result<(), GraphError> {
        self.graph_mut().set_reference_tasks(tasks.into_iter().map(Into::into))
    }

    /// Adds a handler that is called at each change of the flow's state.
    #[must_use]
    pub fn state_handler<M>(mut self, handler: impl IntoStateHandler<M>) -> Self {
        Arc::make_mut(&mut self.spec).handlers.push(handler.into_state_handler());
        self
    }

    /// Sets what is called with the flow and its state when it has failed, after all handlers.
    #[must_use]
    pub fn on_failure<M>(mut self, callback: impl IntoCallback<M>) -> Self {
        Arc::make_mut(&mut self.spec).on_failure = Some(Arc::new(on_failure(callback)));
        self
    }

    /// Sets what may change the final state before the handlers see it: it is called with the flow, that state,
    /// and the states of the reference tasks.
    #[must_use]
    pub fn terminal_state_handler(mut self, handler: impl TerminalStateHandler) -> Self {
        Arc::make_mut(&mut self.spec).terminal_state_handler = Some(Arc::new(handler));
        self
    }

    /// Whether the flow can run.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), GraphError> {
        match &self.problem {
            Some(problem) => Err(problem.clone()),
            None => self.graph.check(),
        }
    }

    /// A run of the flow, which starts when it is awaited.
    pub fn run(&self) -> Start {
        Start::new(self)
    }

    /// Runs the flow on this thread; see [`Start::blocking`] for a run with options.
    ///
    /// # Errors
    /// If the operating system gives no runtime (no threads, no file handles).
    pub fn run_blocking(&self) -> std::io::Result<crate::run::FlowRun> {
        self.run().blocking()
    }
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let slugs: Vec<_> = self.graph.ids().map(|id| self.graph.slug(id)).collect();
        f.debug_struct("Flow").field("name", &self.spec.name).field("tasks", &slugs).finish_non_exhaustive()
    }
}
