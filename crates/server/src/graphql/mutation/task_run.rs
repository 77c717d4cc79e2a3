//! Task runs.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use campana_model::id::TaskId;
use campana_model::{FlowRunId, TaskRunId};
use campana_store::task_run;
use serde_json::Value as Json;

use super::input::{app, invalid, scope, write};
use super::payload::SuccessPayload;
use crate::graphql::scalars::Uuid;
use crate::scope::Role;

/// A task that is about to run.
#[derive(InputObject)]
#[graphql(name = "get_or_create_task_run_info_input", rename_fields = "snake_case")]
pub(crate) struct GetOrCreateTaskRunInfo {
    /// The flow run.
    flow_run_id: Uuid,
    /// The task, of the same flow.
    task_id: Uuid,
    /// The number of the child of a mapped task; -1, or none, for others and for the mapped task itself.
    map_index: Option<i32>,
}

/// A name for a task run.
#[derive(InputObject)]
#[graphql(name = "set_task_run_name_input", rename_fields = "snake_case")]
pub(crate) struct SetTaskRunName {
    /// The run.
    task_run_id: Uuid,
    /// The name.
    name: String,
}

/// A task run, as whoever is about to run it needs to know it.
#[derive(SimpleObject)]
#[graphql(name = "task_run_info_payload", rename_fields = "snake_case")]
pub(crate) struct TaskRunInfo {
    /// The run.
    id: Uuid,
    /// How many states it has taken.
    version: i64,
    /// The name of the one that it has.
    state: String,
    /// That state.
    serialized_state: Json,
}

/// What can be done to task runs.
#[derive(Default)]
pub(crate) struct TaskRuns;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl TaskRuns {
    /// Finds the run of a task in a flow run, or makes it.
    #[graphql(guard = "Role::Member")]
    async fn get_or_create_task_run_info(
        &self,
        ctx: &Context<'_>,
        input: GetOrCreateTaskRunInfo,
    ) -> Result<TaskRunInfo> {
        let GetOrCreateTaskRunInfo { flow_run_id, task_id, map_index } = input;
        let map_index = match map_index {
            None | Some(-1) => None,
            Some(index) => Some(u32::try_from(index).map_err(|_| invalid("map_index: write -1, 0 or more"))?),
        };
        let find = task_run::GetOrCreate {
            scope: scope(ctx)?.rows(),
            flow_run_id: FlowRunId::from_uuid(flow_run_id.0),
            task_id: TaskId::from_uuid(task_id.0),
            map_index,
            now: app(ctx)?.now(),
        };
        let task_run::Info { id, version, state, serialized_state, is_new: _ } = write(ctx, find).await?;
        Ok(TaskRunInfo { id: Uuid(id.uuid()), version, state: state.name().to_owned(), serialized_state })
    }

    /// Gives a task run a name.
    #[graphql(guard = "Role::Member")]
    async fn set_task_run_name(&self, ctx: &Context<'_>, input: SetTaskRunName) -> Result<SuccessPayload> {
        let SetTaskRunName { task_run_id, name } = input;
        let (scope, now) = (scope(ctx)?.rows(), app(ctx)?.now());
        let task_run_id = TaskRunId::from_uuid(task_run_id.0);
        write(ctx, task_run::SetName { scope, task_run_id, name, now }).await?;
        Ok(SuccessPayload::DONE)
    }
}
