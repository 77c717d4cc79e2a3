//! Flow groups: what all versions of a flow share.

use async_graphql::{Context, InputObject, Object, Result};
use campana_model::id::FlowGroupId;
use campana_store::flow;
use serde_json::{Map, Value as Json};

use super::input::{invalid, json_or_text, scope, write};
use super::payload::SuccessPayload;
use crate::graphql::scalars::Uuid;
use crate::scope::Role;

/// Labels for the runs of all versions of a flow.
#[derive(InputObject)]
#[graphql(name = "set_flow_group_labels_input", rename_fields = "snake_case")]
pub(crate) struct SetLabels {
    /// The group.
    flow_group_id: Uuid,
    /// The labels; none: those of the flow.
    labels: Option<Vec<String>>,
}

/// How runs of all versions of a flow are run.
#[derive(InputObject)]
#[graphql(name = "set_flow_group_run_config_input", rename_fields = "snake_case")]
pub(crate) struct SetRunConfig {
    /// The group.
    flow_group_id: Uuid,
    /// The configuration; none: that of the flow.
    run_config: Option<Json>,
}

/// Parameters for the runs of all versions of a flow.
#[derive(InputObject)]
#[graphql(name = "set_flow_group_default_parameters_input", rename_fields = "snake_case")]
pub(crate) struct SetDefaultParameters {
    /// The group.
    flow_group_id: Uuid,
    /// The parameters, which runs get if they are given no other.
    parameters: Json,
}

/// Settings of all versions of a flow.
#[derive(InputObject)]
#[graphql(name = "update_flow_group_settings_input", rename_fields = "snake_case")]
pub(crate) struct UpdateSettings {
    /// The group.
    flow_group_id: Uuid,
    /// Whether its runs are to give signs of life.
    heartbeat_enabled: Option<bool>,
    /// Whether a run that was lost is begun again.
    lazarus_enabled: Option<bool>,
    /// Whether a report has to know the version of the run.
    version_locking_enabled: Option<bool>,
}

/// What can be done to flow groups.
#[derive(Default)]
pub(crate) struct FlowGroups;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl FlowGroups {
    /// Gives the runs of all versions of a flow labels.
    #[graphql(guard = "Role::Member")]
    async fn set_flow_group_labels(&self, ctx: &Context<'_>, input: SetLabels) -> Result<SuccessPayload> {
        let SetLabels { flow_group_id, labels } = input;
        let labels = Some(labels.map(|labels| labels.into_iter().collect()));
        update(ctx, flow::UpdateGroup { labels, ..unchanged(ctx, flow_group_id)? }).await
    }

    /// Says how the runs of all versions of a flow are run.
    #[graphql(guard = "Role::Member")]
    async fn set_flow_group_run_config(
        &self,
        ctx: &Context<'_>,
        input: SetRunConfig,
    ) -> Result<SuccessPayload> {
        let SetRunConfig { flow_group_id, run_config } = input;
        let run_config = run_config.map(|config| json_or_text("run_config", config)).transpose()?;
        update(ctx, flow::UpdateGroup { run_config: Some(run_config), ..unchanged(ctx, flow_group_id)? })
            .await
    }

    /// Gives the runs of all versions of a flow parameters.
    #[graphql(guard = "Role::Member")]
    async fn set_flow_group_default_parameters(
        &self,
        ctx: &Context<'_>,
        input: SetDefaultParameters,
    ) -> Result<SuccessPayload> {
        let SetDefaultParameters { flow_group_id, parameters } = input;
        let Json::Object(parameters) = json_or_text("parameters", parameters)? else {
            return Err(invalid("parameters: write an object, such as {\"x\": 1}"));
        };
        let default_parameters = Some(parameters);
        update(ctx, flow::UpdateGroup { default_parameters, ..unchanged(ctx, flow_group_id)? }).await
    }

    /// Changes those settings of a flow that are given.
    #[graphql(guard = "Role::Member")]
    async fn update_flow_group_settings(
        &self,
        ctx: &Context<'_>,
        input: UpdateSettings,
    ) -> Result<SuccessPayload> {
        let UpdateSettings { flow_group_id, heartbeat_enabled, lazarus_enabled, version_locking_enabled } =
            input;
        let given = [
            ("heartbeat_enabled", heartbeat_enabled),
            ("lazarus_enabled", lazarus_enabled),
            ("version_locking_enabled", version_locking_enabled),
        ];
        let settings =
            given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.into()))).collect();
        update(ctx, flow::UpdateGroup { settings, ..unchanged(ctx, flow_group_id)? }).await
    }
}

fn unchanged(ctx: &Context<'_>, group: Uuid) -> Result<flow::UpdateGroup> {
    Ok(flow::UpdateGroup {
        scope: scope(ctx)?.rows(),
        flow_group_id: FlowGroupId::from_uuid(group.0),
        labels: None,
        run_config: None,
        default_parameters: None,
        settings: Map::new(),
    })
}

async fn update(ctx: &Context<'_>, update: flow::UpdateGroup) -> Result<SuccessPayload> {
    write(ctx, update).await?;
    Ok(SuccessPayload::DONE)
}
