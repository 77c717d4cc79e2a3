//! Flow runs.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use campana_model::FlowRunId;
use campana_model::id::FlowId;
use campana_store::flow_run;
use serde_json::{Map, Value as Json};

use super::input::{actor, app, invalid, json_or_text, scope, write};
use super::payload::{IdPayload, SuccessPayload};
use crate::app::name;
use crate::graphql::scalars::{Time, Uuid};
use crate::scope::Role;

/// A run to be made.
#[derive(InputObject)]
#[graphql(name = "create_flow_run_input", rename_fields = "snake_case")]
pub(crate) struct CreateFlowRun {
    /// The version of the flow; this or `version_group_id` is needed.
    flow_id: Option<Uuid>,
    /// What all versions of the flow share: the newest that is not archived is run.
    version_group_id: Option<String>,
    /// Parameters that differ from their defaults.
    parameters: Option<Json>,
    /// How to run it, if not as the flow is.
    run_config: Option<Json>,
    /// Which agents may take it, if not those that may take the flow.
    labels: Option<Vec<String>>,
    /// What the run finds in its context.
    context: Option<Json>,
    /// When to begin; now, unless given.
    scheduled_start_time: Option<Time>,
    /// The name; two words, unless given.
    flow_run_name: Option<String>,
    /// Of two runs of a flow with the same key only the first is made, and is the answer to both.
    idempotency_key: Option<String>,
    /// The id; a new one, unless given. A flow that has begun while the server was away has told its own already.
    id: Option<Uuid>,
}

/// Another name for a flow run.
#[derive(InputObject)]
#[graphql(name = "set_flow_run_name_input", rename_fields = "snake_case")]
pub(crate) struct SetFlowRunName {
    /// The run.
    flow_run_id: Uuid,
    /// The name.
    name: String,
}

macro_rules! flow_run_inputs {
    ($($(#[$doc:meta])* $name:ident = $input:literal;)*) => {$(
        $(#[$doc])*
        #[derive(InputObject)]
        #[graphql(name = $input, rename_fields = "snake_case")]
        pub(crate) struct $name {
            /// The run.
            flow_run_id: Uuid,
        }

        impl $name {
            fn id(&self) -> FlowRunId {
                FlowRunId::from_uuid(self.flow_run_id.0)
            }
        }
    )*};
}
flow_run_inputs! {
    /// A flow run to be stopped.
    CancelFlowRun = "cancel_flow_run_input";
    /// A flow run to be deleted.
    DeleteFlowRun = "delete_flow_run_input";
    /// A flow run that gives a sign of life.
    UpdateFlowRunHeartbeat = "update_flow_run_heartbeat_input";
}

/// What has become of a run.
#[derive(SimpleObject)]
#[graphql(name = "cancel_flow_run_payload", rename_fields = "snake_case")]
pub(crate) struct CancelPayload {
    /// The name of its state.
    state: String,
}

/// What can be done to flow runs.
#[derive(Default)]
pub(crate) struct FlowRuns;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl FlowRuns {
    /// Makes a run of a flow, which is Scheduled. Agents find it when it is due.
    #[graphql(guard = "Role::Member")]
    async fn create_flow_run(&self, ctx: &Context<'_>, input: CreateFlowRun) -> Result<IdPayload> {
        let CreateFlowRun {
            flow_id,
            version_group_id,
            parameters,
            run_config,
            labels,
            context,
            scheduled_start_time,
            flow_run_name,
            idempotency_key,
            id,
        } = input;
        let target = match (flow_id, version_group_id) {
            (Some(Uuid(id)), _) => flow_run::Target::Flow(FlowId::from_uuid(id)),
            (None, Some(group)) => flow_run::Target::VersionGroup(group),
            (None, None) => return Err(invalid("create_flow_run needs a flow_id or a version_group_id")),
        };
        let json = |field, json: Option<Json>| json.map(|json| json_or_text(field, json)).transpose();
        let parameters = match json("parameters", parameters)? {
            None | Some(Json::Null) => Map::new(),
            Some(Json::Object(parameters)) => parameters,
            Some(_) => return Err(invalid("parameters: write an object, such as {\"x\": 1}")),
        };
        let id = id.map_or_else(FlowRunId::new, |Uuid(id)| FlowRunId::from_uuid(id));
        let create = flow_run::Create {
            scope: scope(ctx)?.rows(),
            id,
            target,
            name: flow_run_name.filter(|name| !name.is_empty()).unwrap_or_else(|| name::of(id.uuid())),
            scheduled_start_time: scheduled_start_time.map(|Time(at)| at),
            parameters,
            run_config: json("run_config", run_config)?,
            labels: labels.map(|labels| labels.into_iter().collect()),
            context: json("context", context)?,
            idempotency_key,
            auto_scheduled: false,
            created_by: Some(actor(ctx)?),
            now: app(ctx)?.now(),
        };
        Ok(IdPayload::of(write(ctx, create).await?.id.uuid()))
    }

    /// Gives a flow run another name.
    #[graphql(guard = "Role::Member")]
    async fn set_flow_run_name(&self, ctx: &Context<'_>, input: SetFlowRunName) -> Result<SuccessPayload> {
        let SetFlowRunName { flow_run_id, name } = input;
        let (scope, now) = (scope(ctx)?.rows(), app(ctx)?.now());
        let flow_run_id = FlowRunId::from_uuid(flow_run_id.0);
        write(ctx, flow_run::SetName { scope, flow_run_id, name, now }).await?;
        Ok(SuccessPayload::DONE)
    }

    /// Stops a flow run: one that has not begun is Cancelled, one that runs is Cancelling until it says that it has
    /// stopped, and one that has ended stays as it is.
    #[graphql(guard = "Role::Member")]
    async fn cancel_flow_run(&self, ctx: &Context<'_>, input: CancelFlowRun) -> Result<CancelPayload> {
        let (scope, now) = (scope(ctx)?.rows(), app(ctx)?.now());
        let run = write(ctx, flow_run::Cancel { scope, flow_run_id: input.id(), now }).await?;
        Ok(CancelPayload { state: run.state.name().to_owned() })
    }

    /// Deletes a flow run with its task runs and its log. What is owed because of it is delivered.
    #[graphql(guard = "Role::Member")]
    async fn delete_flow_run(&self, ctx: &Context<'_>, input: DeleteFlowRun) -> Result<SuccessPayload> {
        write(ctx, flow_run::Delete { scope: scope(ctx)?.rows(), flow_run_id: input.id() }).await?;
        Ok(SuccessPayload::DONE)
    }

    /// Notes a sign of life of a flow run.
    #[graphql(guard = "Role::Member")]
    async fn update_flow_run_heartbeat(
        &self,
        ctx: &Context<'_>,
        input: UpdateFlowRunHeartbeat,
    ) -> Result<SuccessPayload> {
        let (scope, now) = (scope(ctx)?.rows(), app(ctx)?.now());
        write(ctx, flow_run::Heartbeat { scope, flow_run_id: input.id(), now }).await?;
        Ok(SuccessPayload::DONE)
    }
}
