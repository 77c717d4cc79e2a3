//! The port to an orchestrator: everything that a server can say to a run, and a run to a server.
//!
//! A run without a backend is local: nobody is asked and nothing is reported. A backend is asked before the flow
//! and before each task goes to Running, and told of every other change after the handlers have seen it.

mod memory;

use std::borrow::Cow;
use std::sync::Arc;

use campana_model::{FlowRunId, Secret, State, TaskRunId, Timestamp};
use serde_json::{Map, Value as Json};
use tokio_util::sync::CancellationToken;

pub use memory::MemoryBackend;

use crate::answer::Answer;
use crate::graph::{Graph, NodeId};

/// Keeps the truth of runs for others to see, and may hold a run back.
///
/// None of its methods may panic. What it cannot pass on at once it keeps, in order: a run does not stop because
/// its server is away.
pub trait Backend: Send + Sync + 'static {
    /// Is told of a run that begins, or goes on after somebody let it, before its handlers are called. It must not
    /// wait.
    fn begin(&self, run: Beginning<'_>) {
        let _ = run;
    }

    /// Whether the flow may go to Running; `state` is the Running state that its handlers have seen.
    fn start_flow<'a>(&'a self, run: FlowRunId, state: &'a State) -> Answer<'a, Verdict>;

    /// Whether the task may go to Running; `state` is the Running state that its handlers have seen.
    fn start_task<'a>(&'a self, task: &'a TaskIdent, state: &'a State) -> Answer<'a, Verdict>;

    /// Is told of changes, in the order in which they happened. It must not wait: it queues what takes time.
    fn report(&self, changes: Vec<Change>);

    /// The id by which others know a task's run, by the one that it has here, which is the same unless the backend
    /// hands out ids of its own; `None`, as long as nobody else knows the run.
    fn task_run_id(&self, own: TaskRunId) -> Option<TaskRunId> {
        Some(own)
    }

    /// Waits until everything reported so far is where it is to be: the run has gone as far as it can.
    fn flush(&self) -> Answer<'_, ()> {
        Answer::Now(())
    }

    /// The `Cached` states that other runs left under a cache key, the youngest first.
    fn cached<'a>(&'a self, key: &'a str) -> Answer<'a, Vec<State>>;

    /// A secret that it keeps.
    fn secret<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Secret>>;

    /// Is told of a line of the log of a run. It must not wait.
    fn log(&self, record: LogRecord);
}

/// A run that begins, or goes on.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'a> {
    /// The run.
    pub flow_run_id: FlowRunId,
    /// Its name.
    pub name: &'a str,
    /// Its parameters, defaults included.
    pub parameters: &'a Map<String, Json>,
    /// Cancels the run, at any time.
    pub cancel: &'a CancellationToken,
}

/// What a backend says to a task or flow that wants to go to Running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Go,
    /// It may not yet: ask again at that time.
    Queued(Timestamp),
    /// Somebody else runs it.
    Taken,
    /// The run has been cancelled.
    Cancelled,
}

/// A change of a state.
#[derive(Clone, Debug)]
pub struct Change {
    /// The flow run.
    pub flow_run_id: FlowRunId,
    /// The task; `None`: the flow itself.
    pub task: Option<TaskIdent>,
    /// The new state.
    pub state: State,
}

/// Which task, or child of a mapped task, of which run.
#[derive(Clone)]
pub struct TaskIdent {
    pub(crate) graph: Arc<Graph>,
    /// The flow run.
    pub flow_run_id: FlowRunId,
    /// The task's place in the flow.
    pub node: NodeId,
    /// Which child of a mapped task.
    pub map_index: Option<u32>,
    /// The name that the task gave this run, once it has.
    pub run_name: Option<Arc<str>>,
}

impl TaskIdent {
    /// The task's slug.
    pub fn slug(&self) -> String {
        self.graph.slug(self.node)
    }

    /// The task's name.
    pub fn name(&self) -> &str {
        self.graph.name(self.node)
    }

    /// The key under which the task's result is kept, if it is kept.
    pub fn cache_key(&self) -> Option<Cow<'_, str>> {
        let spec = self.graph.spec(self.node);
        Some(spec.cache.as_ref()?.key(spec, self.map_index))
    }

    /// The id of the task's run.
    pub fn task_run_id(&self) -> TaskRunId {
        TaskRunId::derived(self.flow_run_id, &self.slug(), self.map_index)
    }
}

impl std::fmt::Debug for TaskIdent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.map_index {
            Some(index) => write!(f, "{}[{index}]", self.slug()),
            None => f.write_str(&self.slug()),
        }
    }
}

/// A line of a run's log.
#[derive(Clone, Debug)]
pub struct LogRecord {
    /// The flow run.
    pub flow_run_id: FlowRunId,
    /// The run of the task that wrote it; `None`: the flow itself.
    pub task_run_id: Option<TaskRunId>,
    /// When.
    pub timestamp: Timestamp,
    /// How grave.
    pub level: tracing::Level,
    /// Who wrote it: the target of the `tracing` event.
    pub target: String,
    /// What it says, with the fields of the event.
    pub message: String,
}
