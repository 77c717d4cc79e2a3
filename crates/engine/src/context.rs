//! What is known of a run, to a task's body and to its handlers.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use campana_model::{FlowRunId, Secret, State, TaskRunId, Timestamp, Value};
use serde_json::{Map, Value as Json};

use crate::graph::{Graph, NodeId};
use crate::run::Run;
use crate::spec::TaskSpec;

tokio::task_local! {
    static CURRENT: Context;
}

const NO_NODE: NodeId = NodeId(u32::MAX);
pub(crate) const NO_CHILD: u32 = u32::MAX;

/// The run that the calling code is part of: of a task, or of the flow itself.
///
/// A body finds it by [`context`], or in its [`Inputs`](crate::Inputs). Cloning it clones a pointer.
#[derive(Clone)]
pub struct Context {
    pub(crate) run: Arc<Run>,
    pub(crate) node: NodeId,
    pub(crate) child: u32,
    pub(crate) run_count: u32,
    pub(crate) loop_count: u32,
    pub(crate) loop_result: Option<Value>,
    pub(crate) started_at: Timestamp,
}

/// The context of the body or handler that calls this; `None` outside of a run, and on threads and tasks that
/// the body has started itself.
pub fn context() -> Option<Context> {
    CURRENT.try_with(Clone::clone).ok()
}

impl Context {
    pub(crate) fn of_flow(run: Arc<Run>) -> Self {
        Self::of_task(run, NO_NODE, NO_CHILD, 1)
    }

    pub(crate) fn of_task(run: Arc<Run>, node: NodeId, child: u32, run_count: u32) -> Self {
        Self { run, node, child, run_count, loop_count: 1, loop_result: None, started_at: Timestamp::MIN }
    }

    /// Runs `body` so that [`context`] finds this.
    pub(crate) fn enter<R>(&self, body: impl FnOnce() -> R) -> R {
        CURRENT.sync_scope(self.clone(), body)
    }

    /// The same for a future.
    pub(crate) fn scope<F: Future>(&self, body: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self.clone(), body)
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.run.graph
    }

    pub(crate) fn spec(&self) -> Option<&TaskSpec> {
        (self.node != NO_NODE).then(|| &**self.graph().spec(self.node))
    }

    /// The flow's name.
    pub fn flow_name(&self) -> &str {
        &self.run.flow.name
    }

    /// The id of the flow run.
    pub fn flow_run_id(&self) -> FlowRunId {
        self.run.id
    }

    /// The name of the flow run.
    pub fn flow_run_name(&self) -> &str {
        &self.run.name
    }

    /// The task's name; `None` in a flow's handler.
    pub fn task_name(&self) -> Option<&str> {
        self.spec().map(TaskSpec::name)
    }

    /// The task's slug; `None` in a flow's handler.
    pub fn task_slug(&self) -> Option<String> {
        self.spec().map(|_| self.graph().slug(self.node))
    }

    /// The id of the task's run; `None` in a flow's handler. It is the one by which others know the run, as soon as
    /// they do.
    pub fn task_run_id(&self) -> Option<TaskRunId> {
        let own = TaskRunId::derived(self.run.id, &self.task_slug()?, self.map_index());
        Some(self.known_as(own).unwrap_or(own))
    }

    /// The id by which others know the run of a task of this flow run; `None`, as long as they do not know it.
    pub fn known_task_run_id(&self, slug: &str, map_index: Option<u32>) -> Option<TaskRunId> {
        self.known_as(TaskRunId::derived(self.run.id, slug, map_index))
    }

    fn known_as(&self, own: TaskRunId) -> Option<TaskRunId> {
        self.run.options.backend.as_ref().map_or(Some(own), |backend| backend.task_run_id(own))
    }

    /// Which child of a mapped task this is; `None` for its parent, and for a task that is not mapped.
    pub fn map_index(&self) -> Option<u32> {
        (self.child != NO_CHILD).then_some(self.child)
    }

    /// How many times the task has been tried, this time included.
    pub fn run_count(&self) -> u32 {
        self.run_count
    }

    /// How many times the task will be tried at the most.
    pub fn max_runs(&self) -> u32 {
        self.spec().map_or(1, |spec| spec.retries.saturating_add(1))
    }

    /// Which turn of its loop the task is in, counted from 1.
    pub fn loop_count(&self) -> u32 {
        self.loop_count
    }

    /// What the turn before gave to [`Signal::again`](crate::Signal::again), if this is not the first turn.
    pub fn loop_result<T: Any>(&self) -> Option<&T> {
        self.loop_result.as_ref()?.downcast_ref()
    }

    /// When the task, or the flow, went to Running; `None` before.
    pub fn started_at(&self) -> Option<Timestamp> {
        (self.started_at != Timestamp::MIN).then_some(self.started_at)
    }

    /// The time by the run's clock.
    pub fn now(&self) -> Timestamp {
        self.run.clock.now()
    }

    /// The parameters of the run, defaults included.
    pub fn parameters(&self) -> &Map<String, Json> {
        &self.run.parameters
    }

    /// A secret that the run was given; see [`RunSettings::secret`](crate::RunSettings::secret).
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.run.options.secrets.get(name)
    }

    /// A secret that the run's backend keeps.
    pub async fn backend_secret(&self, name: &str) -> Option<Secret> {
        match &self.run.options.backend {
            Some(backend) => backend.secret(name).get().await,
            None => None,
        }
    }

    /// The address of the server's pages, without a `/` at its end, if the run knows one.
    pub fn public_url(&self) -> Option<&str> {
        self.run.options.public_url.as_deref()
    }

    /// Whether the run has been asked to stop. A body that runs long looks here now and then.
    pub fn is_cancelled(&self) -> bool {
        self.run.cancel.is_cancelled()
    }

    /// Waits until the run is asked to stop.
    pub async fn cancelled(&self) {
        self.run.cancel.cancelled().await;
    }

    /// Hands a log record to the run's backend.
    pub fn log(&self, record: crate::backend::LogRecord) {
        if let Some(backend) = &self.run.options.backend {
            backend.log(record);
        }
    }

    /// Whether somebody keeps the run's logs.
    pub fn keeps_logs(&self) -> bool {
        self.run.options.backend.is_some()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("flow_run_id", &self.run.id)
            .field("task", &self.task_name())
            .field("map_index", &self.map_index())
            .field("run_count", &self.run_count)
            .finish_non_exhaustive()
    }
}

/// What a state handler is called for: a task, a child of a mapped task, or a flow.
#[derive(Clone, Debug)]
pub struct Subject {
    pub(crate) context: Context,
    pub(crate) will_retry: bool,
}

impl Subject {
    /// What is known of the run.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Whether it is a task, and not a flow.
    pub fn is_task(&self) -> bool {
        self.context.spec().is_some()
    }

    /// The name of the task or flow.
    pub fn name(&self) -> &str {
        self.context.task_name().unwrap_or_else(|| self.context.flow_name())
    }

    /// The name with the index of the child, if it is one: `m[0]`.
    pub fn full_name(&self) -> String {
        match self.context.map_index() {
            Some(index) => format!("{}[{index}]", self.name()),
            None => self.name().to_owned(),
        }
    }

    /// Which child of a mapped task it is.
    pub fn map_index(&self) -> Option<u32> {
        self.context.map_index()
    }

    /// The id of the flow run.
    pub fn flow_run_id(&self) -> FlowRunId {
        self.context.flow_run_id()
    }

    /// How many times the task has been tried, this time included.
    pub fn run_count(&self) -> u32 {
        self.context.run_count()
    }

    /// Whether the new state is one that is about to be tried again.
    pub fn will_retry(&self) -> bool {
        self.will_retry
    }

    /// How long it has run, once it has started.
    pub fn duration(&self) -> Option<Duration> {
        Some(crate::clock::until(self.context.started_at()?, self.context.now()))
    }

    /// The states of the flow's tasks that have failed so far, each with the task's name, slug and map index:
    /// for a flow's handler.
    pub fn failed_tasks(&self) -> Vec<TaskState> {
        self.context.run.task_states(State::is_failed)
    }

    /// The states of all tasks of the flow, children of mapped tasks included.
    pub fn task_states(&self) -> Vec<TaskState> {
        self.context.run.task_states(|_| true)
    }
}

/// A task of a flow, and its state.
#[derive(Clone, Debug)]
pub struct TaskState {
    /// The task's name.
    pub name: String,
    /// The task's slug.
    pub slug: String,
    /// Which child of a mapped task.
    pub map_index: Option<u32>,
    /// The state.
    pub state: State,
}
