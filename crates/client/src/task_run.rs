//! Runs of tasks.

use campana_model::id::TaskId;
use campana_model::{FlowRunId, State, TaskRunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::document::literal;
use crate::flow_run::States;
use crate::project::Success;
use crate::transport::Repeat;
use crate::{Client, Error, Order, Row, Select};

/// How many cached states are asked for; the youngest that is good enough counts.
const MAX_CACHED: u32 = 100;

/// What stands for "not a child of a mapped task".
const NO_CHILD: i64 = -1;

/// A run of a task, for lists.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TaskRun {
    /// The id.
    pub id: TaskRunId,
    /// The flow run that it is part of.
    pub flow_run_id: FlowRunId,
    /// Which child of a mapped task; −1: none.
    pub map_index: i64,
    /// The name of its state.
    pub state: String,
    /// Its state.
    pub serialized_state: Option<State>,
    /// When it started.
    pub start_time: Option<Timestamp>,
    /// When it ended.
    pub end_time: Option<Timestamp>,
    /// Its task.
    pub task: TaskNames,
}

/// What a task is called.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TaskNames {
    /// The name.
    pub name: String,
    /// The slug.
    pub slug: String,
}

impl Row for TaskRun {
    const TABLE: &str = "task_run";
    const FIELDS: &str =
        "id flow_run_id map_index state serialized_state start_time end_time task { name slug }";
}

/// The state of a task run, and nothing else.
#[derive(Deserialize)]
struct OnlyState {
    serialized_state: Option<State>,
}

impl Row for OnlyState {
    const TABLE: &str = "task_run";
    const FIELDS: &str = "serialized_state";
}

/// Which run of a task is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GetOrCreateTaskRun {
    /// The flow run.
    pub flow_run_id: FlowRunId,
    /// The task.
    pub task_id: TaskId,
    /// Which child of a mapped task.
    pub map_index: Option<u32>,
}

/// What a runner has to know of a task's run.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TaskRunInfo {
    /// The id.
    pub id: TaskRunId,
    /// How many states it has had.
    pub version: i64,
    /// Its state.
    pub serialized_state: Option<State>,
}

/// A state that a task run is to take.
#[derive(Clone, Debug, Serialize)]
pub struct SetTaskRunState {
    /// The run.
    pub task_run_id: TaskRunId,
    /// How many states it has had, if somebody else's are not to be overwritten.
    pub version: Option<i64>,
    /// The state.
    pub state: State,
    /// Since when it counts, if not only now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

/// What became of a state that a run was to take.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StateReply {
    /// `SUCCESS`, or `QUEUED` if the run has to wait.
    pub status: String,
    /// Why, if not `SUCCESS`.
    pub message: Option<String>,
}

impl StateReply {
    /// Whether the run has the state now.
    pub fn is_success(&self) -> bool {
        self.status == "SUCCESS"
    }

    /// Whether the run has to wait, and may ask again.
    pub fn is_queued(&self) -> bool {
        self.status == "QUEUED"
    }
}

impl Client {
    /// The runs of these tasks, which are made where there are none: in one request, in the same order.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses one of them, or answers something else.
    pub async fn get_or_create_task_runs(
        &self,
        wanted: &[GetOrCreateTaskRun],
    ) -> Result<Vec<TaskRunInfo>, Error> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let field = |(at, wanted): (usize, &GetOrCreateTaskRun)| {
            let input = literal(&json!({
                "flow_run_id": wanted.flow_run_id,
                "task_id": wanted.task_id,
                "map_index": wanted.map_index.map_or(NO_CHILD, i64::from),
            }));
            format!("t{at}: get_or_create_task_run_info(input: {input}) {{ id version serialized_state }}")
        };
        let fields: Vec<_> = wanted.iter().enumerate().map(field).collect();
        let document = format!("mutation {{ {} }}", fields.join(" "));
        self.fields(&document, (0..wanted.len()).map(|at| format!("t{at}"))).await
    }

    /// Lets task runs take states, in this order; a state that is refused is no error, and its reply says so.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn set_task_run_states(&self, states: &[SetTaskRunState]) -> Result<Vec<StateReply>, Error> {
        let input = json!({ "states": states });
        let selection = "states { id status message }";
        let set: States = self.mutate_in_parts("set_task_run_states", &input, selection).await?;
        Ok(set.states)
    }

    /// Gives a task's run a name.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn set_task_run_name(&self, run: TaskRunId, name: &str) -> Result<(), Error> {
        let mutation = "set_task_run_name";
        let input = json!({ "task_run_id": run, "name": name });
        self.mutate::<Success>(mutation, &input, "success", Repeat::Freely).await?.check(mutation)
    }

    /// The `Cached` states under a cache key, the youngest first, made at `since` or later.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn cached_states(
        &self,
        cache_key: &str,
        since: Option<Timestamp>,
    ) -> Result<Vec<State>, Error> {
        let mut filter = json!({ "state": { "_eq": "Cached" }, "cache_key": { "_eq": cache_key } });
        if let Some(since) = since {
            filter["state_timestamp"] = json!({ "_gte": since });
        }
        let select = Select::where_(filter).order_by("state_timestamp", Order::Desc).limit(MAX_CACHED);
        let found = self.rows::<OnlyState>(&select).await?;
        Ok(found.into_iter().filter_map(|run| run.serialized_state).collect())
    }
}
