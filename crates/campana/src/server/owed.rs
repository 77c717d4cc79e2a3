//! What a run owes to its server.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use campana_engine::backend::{Change, LogRecord};
use campana_model::id::{FlowId, RowId};
use campana_model::{FlowRunId, State, TaskRunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// The key in a state's context under which its number travels.
const NUMBER: &str = "report_id";

/// The longest line of a log, in bytes; the server takes a megabyte.
const MAX_LINE_BYTES: usize = 256 * 1024;

/// A run as the server is to know it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Run {
    /// The id that it has here.
    pub(super) id: FlowRunId,
    pub(super) flow_id: FlowId,
    pub(super) name: String,
    pub(super) labels: Vec<String>,
    pub(super) parameters: Map<String, Json>,
}

/// The server's ids of task runs by those that they have here, for all who have to name one.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskRunIds(Arc<RwLock<HashMap<TaskRunId, TaskRunId>>>);

impl TaskRunIds {
    pub(super) fn learn(&self, own: TaskRunId, server: TaskRunId) {
        let mut ids = self.0.write().unwrap_or_else(PoisonError::into_inner);
        ids.insert(own, server);
        // Who asks with the server's gets the same.
        ids.insert(server, server);
    }

    pub(super) fn get(&self, id: TaskRunId) -> Option<TaskRunId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }
}

/// Which task, or child of a mapped one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) slug: String,
    pub(super) map_index: Option<u32>,
    /// The name that the task gave its run.
    pub(super) run_name: Option<String>,
}

/// One thing to report.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Owed {
    /// A state; of the flow itself, if of no task.
    State {
        /// Later ones are greater, within a process and from one to the next. The state has it in its context.
        number: RowId,
        task: Option<Task>,
        state: State,
        /// Since when it counts.
        at: Timestamp,
    },
    /// A line of a log.
    Log {
        /// By the id that it has here, or by the server's.
        task_run_id: Option<TaskRunId>,
        at: Timestamp,
        level: String,
        name: String,
        message: String,
    },
}

impl Owed {
    /// A state that is to be reported now: its number is taken here.
    pub(super) fn state(task: Option<Task>, state: State) -> Self {
        let number = RowId::new();
        let at = state.timestamp().unwrap_or_else(Timestamp::now);
        Self::State { number, task, at, state: state.with_context(NUMBER, number.to_string()) }
    }

    pub(super) fn change(change: Change) -> Self {
        let Change { flow_run_id: _, task, state } = change;
        Self::state(task.as_ref().map(Task::from), state)
    }

    pub(super) fn is_log(&self) -> bool {
        matches!(self, Self::Log { .. })
    }
}

/// The number of a state that was reported by us.
pub(super) fn number_of(state: &State) -> Option<RowId> {
    // A server that makes a state of another, such as Submitted, wraps it.
    state.unwrapped().context(NUMBER)?.as_str()?.parse().ok()
}

impl From<&campana_engine::backend::TaskIdent> for Task {
    fn from(task: &campana_engine::backend::TaskIdent) -> Self {
        Self {
            slug: task.slug(),
            map_index: task.map_index,
            run_name: task.run_name.as_deref().map(str::to_owned),
        }
    }
}

impl From<LogRecord> for Owed {
    fn from(record: LogRecord) -> Self {
        let LogRecord { flow_run_id: _, task_run_id, timestamp, level, target, mut message } = record;
        message.truncate(message.floor_char_boundary(MAX_LINE_BYTES));
        Self::Log { task_run_id, at: timestamp, level: level_name(level).to_owned(), name: target, message }
    }
}

/// What Python calls it, and so the API.
fn level_name(level: tracing::Level) -> &'static str {
    match level {
        tracing::Level::ERROR => "ERROR",
        tracing::Level::WARN => "WARNING",
        tracing::Level::INFO => "INFO",
        tracing::Level::DEBUG | tracing::Level::TRACE => "DEBUG",
    }
}
