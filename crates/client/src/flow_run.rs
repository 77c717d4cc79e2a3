//! Runs of flows.

use campana_model::id::{FlowId, TaskId};
use campana_model::{FlowRunId, State, StateKind, TaskRunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::project::{Id, Success};
use crate::task_run::StateReply;
use crate::transport::Repeat;
use crate::{Client, Error, Row};

/// A run of a flow, for lists.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FlowRun {
    /// The id.
    pub id: FlowRunId,
    /// The name.
    pub name: String,
    /// How many states it has had.
    pub version: i64,
    /// Its state, without `serialized_state` only its name.
    pub state: String,
    /// Its state.
    pub serialized_state: Option<State>,
    /// When it is to start.
    pub scheduled_start_time: Timestamp,
    /// When it started.
    pub start_time: Option<Timestamp>,
    /// When it ended.
    pub end_time: Option<Timestamp>,
    /// When it was made.
    pub created: Timestamp,
    /// Its parameters.
    pub parameters: Option<Map<String, Json>>,
    /// Its flow.
    pub flow: FlowOfRun,
}

/// The flow of a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FlowOfRun {
    /// The id.
    pub id: FlowId,
    /// The name.
    pub name: String,
}

impl Row for FlowRun {
    const TABLE: &str = "flow_run";
    const FIELDS: &str = "id name version state serialized_state scheduled_start_time start_time end_time created parameters flow { id name }";
}

/// What a runner has to know of its run.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FlowRunTasks {
    /// The id.
    pub id: FlowRunId,
    /// Its state.
    pub serialized_state: Option<State>,
    /// The runs of its tasks, without the children of mapped ones.
    pub task_runs: Vec<FlowRunTask>,
}

/// A task's run within its flow's.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FlowRunTask {
    /// The id.
    pub id: TaskRunId,
    /// The task.
    pub task: TaskOfRun,
}

/// The task of a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TaskOfRun {
    /// The id.
    pub id: TaskId,
    /// The slug.
    pub slug: String,
}

impl Row for FlowRunTasks {
    const TABLE: &str = "flow_run";
    const FIELDS: &str =
        "id serialized_state task_runs(where: {map_index: {_eq: -1}}) { id task { id slug } }";
}

/// The state of a run, and nothing else.
#[derive(Deserialize)]
struct OnlyState {
    serialized_state: Option<State>,
}

impl Row for OnlyState {
    const TABLE: &str = "flow_run";
    const FIELDS: &str = "serialized_state";
}

/// A run to be made.
#[derive(Clone, Debug, Serialize)]
pub struct CreateFlowRun {
    /// Which version of a flow.
    pub flow_id: FlowId,
    /// The id that it is to have, if not one of the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<FlowRunId>,
    /// A second run with this key is the first one.
    pub idempotency_key: String,
    /// Its name, if not one of the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_run_name: Option<String>,
    /// Its parameters, besides the flow's defaults.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Json>,
    /// Which agents may take it, if not those of its flow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// When it is to start, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_start_time: Option<Timestamp>,
}

/// A state that a flow run is to take.
#[derive(Clone, Debug, Serialize)]
pub struct SetFlowRunState {
    /// The run.
    pub flow_run_id: FlowRunId,
    /// How many states it has had, if somebody else's are not to be overwritten.
    pub version: Option<i64>,
    /// The state.
    pub state: State,
    /// Since when it counts, if not only now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(crate) struct States {
    pub(crate) states: Vec<StateReply>,
}

impl Client {
    /// Makes a run.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn create_flow_run(&self, create: &CreateFlowRun) -> Result<FlowRunId, Error> {
        let run: Id<_> = self.mutate("create_flow_run", create, "id", Repeat::Freely).await?;
        Ok(run.id)
    }

    /// What a runner has to know of this run; `None`, if there is none.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn flow_run_tasks(&self, run: FlowRunId) -> Result<Option<FlowRunTasks>, Error> {
        self.row(run).await
    }

    /// The state of a run; `None`, if there is no such run, or it has none.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn flow_run_state(&self, run: FlowRunId) -> Result<Option<State>, Error> {
        Ok(self.row::<OnlyState>(run).await?.and_then(|run| run.serialized_state))
    }

    /// Lets flow runs take states, in this order; a state that is refused is no error, and its reply says so.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn set_flow_run_states(&self, states: &[SetFlowRunState]) -> Result<Vec<StateReply>, Error> {
        let input = json!({ "states": states });
        let selection = "states { id status message }";
        let set: States = self.mutate_in_parts("set_flow_run_states", &input, selection).await?;
        Ok(set.states)
    }

    /// Says that a run is alive.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn update_flow_run_heartbeat(&self, run: FlowRunId) -> Result<(), Error> {
        let mutation = "update_flow_run_heartbeat";
        let input = json!({ "flow_run_id": run });
        self.mutate::<Success>(mutation, &input, "success", Repeat::Freely).await?.check(mutation)
    }

    /// Asks a run to stop, and gives back what it is now.
    ///
    /// # Errors
    /// If the server cannot be asked, refuses, or answers something else.
    pub async fn cancel_flow_run(&self, run: FlowRunId) -> Result<StateKind, Error> {
        #[derive(Deserialize)]
        struct Cancelled {
            state: String,
        }
        let input = json!({ "flow_run_id": run });
        let Cancelled { state } = self.mutate("cancel_flow_run", &input, "state", Repeat::Freely).await?;
        state.parse().map_err(|_| Error::Malformed { problem: format!("there is no state {state:?}") })
    }
}
