//! What the store knows of an event: the plain material of every message about it.

use std::time::Duration;

use campana_model::id::{AgentId, DeliveryId, EventId, FlowGroupId, FlowId, HookId};
use campana_model::notification::{LogLine, TenantRef};
use campana_model::{EventKind, FlowRunId, HookType, State, StateKind, TaskRunId, Timestamp};
use serde_json::{Map, Value as Json};

/// All that is known of an event when its message is made.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The event.
    pub event_id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Whether somebody only tries a hook out.
    pub is_test: bool,
    /// What the event itself says, beside the state's own message.
    pub message: Option<String>,
    /// Whose it is.
    pub tenant: Option<TenantRef>,
    /// The run that it happened to.
    pub run: Option<RunFacts>,
    /// The agent that it happened to.
    pub agent: Option<AgentFacts>,
    /// The delivery that was given up.
    pub dead: Option<DeadDelivery>,
}

/// A flow run, and the task run in it if it is about one.
#[derive(Clone, Debug)]
pub struct RunFacts {
    /// The version of the flow.
    pub flow_id: Option<FlowId>,
    /// What all its versions share: the flow's page.
    pub flow_group_id: Option<FlowGroupId>,
    /// The flow's name.
    pub flow_name: String,
    /// What hooks name the flow by.
    pub version_group_id: Option<String>,
    /// The project's name.
    pub project: Option<String>,
    /// The run.
    pub flow_run_id: FlowRunId,
    /// The run's name.
    pub flow_run_name: String,
    /// The run's parameters.
    pub parameters: Map<String, Json>,
    /// When it was to start.
    pub scheduled_start: Option<Timestamp>,
    /// When what it is about started: the task run, or else the flow run.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The task run that it is about; none: it is about the flow run.
    pub task: Option<TaskFacts>,
    /// The state that was taken, or the one that the run is in.
    pub state: State,
    /// The state before.
    pub previous: Option<StateKind>,
    /// The version of the state.
    pub version: Option<u64>,
    /// How many times it has run so far, this time included.
    pub run_count: u32,
    /// Whether it will be tried again; a state of Retrying says so too.
    pub will_retry: bool,
    /// The first task that failed, when a flow did.
    pub failed_task: Option<FailedTaskFacts>,
    /// The last lines of its log, the newest last.
    pub logs: Vec<LogLine>,
}

/// A task run.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskFacts {
    /// The task run.
    pub task_run_id: TaskRunId,
    /// The task's name.
    pub name: String,
    /// The task's slug.
    pub slug: String,
    /// Which child of a mapped task.
    pub map_index: Option<u32>,
}

/// The task that made a flow fail.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedTaskFacts {
    /// The task.
    pub task: TaskFacts,
    /// What its state says.
    pub message: Option<String>,
}

/// A program that runs are given to.
#[derive(Clone, Debug)]
pub struct AgentFacts {
    /// The agent.
    pub agent_id: AgentId,
    /// Its name.
    pub name: String,
    /// The labels whose runs it takes.
    pub labels: Vec<String>,
    /// When it last asked for work.
    pub last_seen: Option<Timestamp>,
}

/// A delivery that was given up.
#[derive(Clone, Debug)]
pub struct DeadDelivery {
    /// The delivery.
    pub delivery_id: DeliveryId,
    /// The hook that owed it.
    pub hook_id: HookId,
    /// The hook's name.
    pub hook_name: String,
    /// By what the hook notifies.
    pub hook_type: HookType,
    /// How often it was tried.
    pub attempts: u32,
    /// How the last attempt ended, without secrets.
    pub reason: Option<String>,
}

impl RunFacts {
    /// Reads the state of a run: its JSON, or a state of this kind with this message if the JSON cannot be read.
    pub fn read_state(json: &Json, kind: StateKind, message: Option<&str>) -> State {
        serde_json::from_value(json.clone()).unwrap_or_else(|_| {
            let state = State::new(kind);
            message.map_or(state.clone(), |message| state.with_message(message.to_owned()))
        })
    }

    /// How long it has run, once it has ended.
    pub(super) fn duration(&self) -> Option<Duration> {
        let (start, end) = (self.started_at?, self.ended_at?);
        Duration::try_from(end.duration_since(start)).ok()
    }
}
