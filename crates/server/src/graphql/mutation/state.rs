//! Runs take states: what runners, agents and people report.

use async_graphql::{Context, Enum, Error, InputObject, Object, PathSegment, Result, SimpleObject};
use campana_model::{FlowRunId, State, TaskRunId};
use campana_store::{self as store, flow_run, task_run};
use futures_util::future::join_all;
use serde_json::Value as Json;

use super::input::{app, caller, invalid, scope};
use crate::graphql::error::from_store;
use crate::graphql::scalars::{Time, Uuid};
use crate::scope::Role;

/// States for some flow runs. Each is taken or refused by itself, in this order.
#[derive(InputObject)]
#[graphql(name = "set_flow_run_states_input", rename_fields = "snake_case")]
pub(crate) struct SetFlowRunStates {
    /// The states.
    states: Vec<FlowRunState>,
}

/// A state for a flow run.
#[derive(InputObject)]
#[graphql(name = "set_flow_run_state_input", rename_fields = "snake_case")]
pub(crate) struct FlowRunState {
    /// The run.
    flow_run_id: Uuid,
    /// The version of the run that the reporter knows; it counts only if the flow locks versions.
    version: Option<i64>,
    /// The epoch of the run that the reporter knows.
    epoch: Option<i64>,
    /// The state, as JSON.
    state: Json,
    /// Since when it counts; now, unless given. Whoever could not report at once says so.
    timestamp: Option<Time>,
}

/// States for some task runs. Each is taken or refused by itself, in this order.
#[derive(InputObject)]
#[graphql(name = "set_task_run_states_input", rename_fields = "snake_case")]
pub(crate) struct SetTaskRunStates {
    /// The states.
    states: Vec<TaskRunState>,
}

/// A state for a task run.
#[derive(InputObject)]
#[graphql(name = "set_task_run_state_input", rename_fields = "snake_case")]
pub(crate) struct TaskRunState {
    /// The run.
    task_run_id: Uuid,
    /// The version of the run that the reporter knows; it counts only if the flow locks versions.
    version: Option<i64>,
    /// The epoch of the flow run that the reporter knows.
    epoch: Option<i64>,
    /// The state, as JSON.
    state: Json,
    /// Since when it counts; now, unless given. Whoever could not report at once says so.
    timestamp: Option<Time>,
}

/// What became of each state.
#[derive(SimpleObject)]
#[graphql(name = "set_states_payload", rename_fields = "snake_case")]
pub(crate) struct StatesPayload {
    /// One for each state that was sent, in the same order.
    states: Vec<StatePayload>,
}

/// What became of a state.
#[derive(SimpleObject)]
#[graphql(name = "set_state_payload", rename_fields = "snake_case")]
pub(crate) struct StatePayload {
    /// The run.
    id: Uuid,
    /// Whether the run has the state.
    status: Status,
    /// Why it has not; the request has an error that says the same.
    message: Option<String>,
    /// How many states the run has taken.
    version: Option<i64>,
    /// How often the run was taken back from a process that was lost.
    epoch: Option<i64>,
}

/// Whether a run has a state.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "set_state_status", rename_items = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    /// It has.
    Success,
    /// Not yet: it has to wait for its turn, and is to ask again.
    Queued,
    /// It has not, and will not.
    Failed,
}

/// What can be done to states.
#[derive(Default)]
pub(crate) struct States;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl States {
    /// Lets flow runs take states. With each are written its history, the event, and the deliveries of the hooks
    /// that it matches.
    #[graphql(guard = "Role::Member")]
    async fn set_flow_run_states(&self, ctx: &Context<'_>, input: SetFlowRunStates) -> Result<StatesPayload> {
        let (app, scope, agent_id) = (app(ctx)?, scope(ctx)?.rows(), caller(ctx)?.agent_id);
        let writes = input.states.into_iter().map(
            |FlowRunState { flow_run_id, version, epoch, state, timestamp }| async move {
                let flow_run_id = FlowRunId::from_uuid(flow_run_id.0);
                let now = app.now();
                let set =
                    |state| flow_run::SetState { scope, flow_run_id, version, epoch, agent_id, state, now };
                (flow_run_id.uuid(), take(app.store.clone(), read_state(&state, timestamp).map(set)).await)
            },
        );
        Ok(answer(ctx, join_all(writes).await))
    }

    /// Lets task runs take states. With each are written its history, the event, and the deliveries of the hooks
    /// that it matches.
    #[graphql(guard = "Role::Member")]
    async fn set_task_run_states(&self, ctx: &Context<'_>, input: SetTaskRunStates) -> Result<StatesPayload> {
        let (app, scope) = (app(ctx)?, scope(ctx)?.rows());
        let writes = input.states.into_iter().map(
            |TaskRunState { task_run_id, version, epoch, state, timestamp }| async move {
                let task_run_id = TaskRunId::from_uuid(task_run_id.0);
                let set =
                    |state| task_run::SetState { scope, task_run_id, version, epoch, state, now: app.now() };
                (task_run_id.uuid(), take(app.store.clone(), read_state(&state, timestamp).map(set)).await)
            },
        );
        Ok(answer(ctx, join_all(writes).await))
    }
}

/// How often a run has changed, and was taken back.
struct Taken {
    version: i64,
    epoch: i64,
}

impl<Id> From<flow_run::Changed<Id>> for Taken {
    fn from(changed: flow_run::Changed<Id>) -> Self {
        Self { version: changed.version, epoch: changed.epoch }
    }
}

async fn take<W: store::Write>(store: store::Store, write: Result<W>) -> Result<Taken>
where
    W::Applied: Into<Taken>,
{
    store.write(write?).await.map(Into::into).map_err(from_store)
}

fn read_state(json: &Json, timestamp: Option<Time>) -> Result<State> {
    let state = State::from_json(json).map_err(invalid)?;
    Ok(match timestamp {
        Some(Time(at)) => state.at(at),
        None => state,
    })
}

/// What was refused is told twice: where its state would be, and among the errors, where clients look.
fn answer(ctx: &Context<'_>, taken: Vec<(uuid::Uuid, Result<Taken>)>) -> StatesPayload {
    let of = |(index, (id, taken)): (usize, (uuid::Uuid, Result<Taken>))| {
        let id = Uuid(id);
        match taken {
            Ok(Taken { version, epoch }) => StatePayload {
                id,
                status: Status::Success,
                message: None,
                version: Some(version),
                epoch: Some(epoch),
            },
            Err(error) => {
                let message = Some(error.message.clone());
                tell(ctx, error, index);
                StatePayload { id, status: Status::Failed, message, version: None, epoch: None }
            }
        }
    };
    let states: Vec<_> = taken.into_iter().enumerate().map(of).collect();
    let count = states.iter().filter(|state: &&StatePayload| state.status == Status::Success).count();
    if let Ok(app) = app(ctx) {
        app.counters.states.add(count as u64);
    }
    StatesPayload { states }
}

fn tell(ctx: &Context<'_>, error: Error, index: usize) {
    let mut error = error.into_server_error(ctx.item.pos);
    let field = ctx.item.node.response_key().node.to_string();
    error.path =
        vec![PathSegment::Field(field), PathSegment::Field("states".to_owned()), PathSegment::Index(index)];
    ctx.add_error(error);
}
