//! Cloud Hooks: standing orders to notify.

use async_graphql::{Context, Enum, Error, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use campana_model::id::{HookId, ProjectId};
use campana_model::{HookType, Subject};
use campana_store::hook;
use serde_json::Value as Json;

use super::input::{actor, app, caller, internal, invalid, scope, tenant, write};
use super::payload::{IdPayload, SuccessPayload};
use crate::app::{HookError, NewHook, Trial, TrialError, Wish, Wishes};
use crate::graphql::error::from_store;
use crate::graphql::scalars::Uuid;
use crate::scope::Role;

/// By what a hook notifies.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "cloud_hook_type", remote = "HookType", rename_items = "SCREAMING_SNAKE_CASE")]
pub(crate) enum CloudHookType {
    /// E-mail: `{to}`, one address or several with commas between.
    Email,
    /// An incoming webhook of Slack: `{url}`.
    SlackWebhook,
    /// SMS by Twilio: `{account_sid, auth_token, messaging_service_sid, to: [...]}`.
    Twilio,
    /// Incidents of PagerDuty: `{routing_key, severity: info|warning|error|critical, api_token}`.
    #[graphql(name = "PAGERDUTY")]
    PagerDuty,
    /// Any web server: `{url, signing_secrets: [...]}`.
    Webhook,
    /// The inbox of the web UI: `{}`.
    PrefectMessage,
    /// A workflow of Microsoft Teams: `{url}`.
    Teams,
}

/// Whose changes a hook watches.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "cloud_hook_subject", remote = "Subject", rename_items = "SCREAMING_SNAKE_CASE")]
pub(crate) enum CloudHookSubject {
    /// Those of flow runs.
    FlowRun,
    /// Those of task runs.
    TaskRun,
    /// Those of both.
    Any,
}

/// A hook to be made, or tried.
#[derive(InputObject)]
#[graphql(name = "create_cloud_hook_input", rename_fields = "snake_case")]
pub(crate) struct CreateCloudHook {
    /// By what it notifies.
    #[graphql(name = "type")]
    kind: CloudHookType,
    /// The states that it tells, by name in any case; `ALL` means every one.
    states: Option<Vec<String>>,
    /// The configuration of its type: an object, or a text that holds one.
    config: Json,
    /// The name; `Custom`, unless given.
    name: Option<String>,
    /// Only what concerns this flow, all its versions; the flow may come later. Unless given, every flow.
    version_group_id: Option<String>,
    /// Only what concerns this project; unless given, every project.
    project_id: Option<Uuid>,
    /// Whose it is; the request's own tenant, unless given.
    tenant_id: Option<Uuid>,
    /// Whose changes it watches; those of flow runs, unless given.
    subject: Option<CloudHookSubject>,
    /// What else it tells: `LATE`, `STUCK`, `HEARTBEAT_LOST`, `AGENT_UNHEALTHY`, `DELIVERY_DEAD`.
    events: Option<Vec<String>>,
    /// The words of its messages, as a template.
    template: Option<String>,
    /// Whether its messages tell the parameters of the run; not, unless given.
    include_parameters: Option<bool>,
    /// What exceeds this goes into a digest; no limit, unless given.
    max_per_minute: Option<u32>,
    /// Whether it matches from now on; it does, unless given.
    active: Option<bool>,
}

/// A hook to be changed: what is not given stays; null, where it says so, takes away.
#[derive(InputObject)]
#[graphql(name = "update_cloud_hook_input", rename_fields = "snake_case")]
pub(crate) struct UpdateCloudHook {
    /// The hook.
    cloud_hook_id: Uuid,
    /// By what it notifies: that cannot be changed.
    #[graphql(name = "type")]
    kind: Option<CloudHookType>,
    /// The states that it tells.
    states: Option<Vec<String>>,
    /// The configuration, whole; a secret that stands there masked stays as it is.
    config: Option<Json>,
    /// The name.
    name: Option<String>,
    /// Only what concerns this flow; null: every flow.
    version_group_id: MaybeUndefined<String>,
    /// Only what concerns this project; null: every project.
    project_id: MaybeUndefined<Uuid>,
    /// Whose changes it watches.
    subject: Option<CloudHookSubject>,
    /// What else it tells.
    events: Option<Vec<String>>,
    /// The words of its messages; null or an empty text: the usual ones.
    template: MaybeUndefined<String>,
    /// Whether its messages tell the parameters of the run.
    include_parameters: Option<bool>,
    /// What exceeds this goes into a digest; null: no limit.
    max_per_minute: MaybeUndefined<u32>,
    /// Whether it matches from now on.
    active: Option<bool>,
}

macro_rules! hook_inputs {
    ($($(#[$doc:meta])* $name:ident = $input:literal;)*) => {$(
        $(#[$doc])*
        #[derive(InputObject)]
        #[graphql(name = $input, rename_fields = "snake_case")]
        pub(crate) struct $name {
            /// The hook.
            cloud_hook_id: Uuid,
        }

        impl $name {
            fn id(&self) -> HookId {
                HookId::from_uuid(self.cloud_hook_id.0)
            }
        }
    )*};
}
hook_inputs! {
    /// A hook to be deleted.
    DeleteCloudHook = "delete_cloud_hook_input";
    /// A hook that is to match.
    SetCloudHookActive = "set_cloud_hook_active_input";
    /// A hook that is not to match.
    SetCloudHookInactive = "set_cloud_hook_inactive_input";
}

/// A hook to be tried: one that is there, or one that is not yet.
#[derive(InputObject)]
#[graphql(name = "test_cloud_hook_input", rename_fields = "snake_case")]
pub(crate) struct TestCloudHook {
    /// The hook; this or `input` is needed.
    cloud_hook_id: Option<Uuid>,
    /// The hook as it would be made.
    input: Option<CreateCloudHook>,
    /// The run that is told of; a made-up one, unless given.
    flow_run_id: Option<Uuid>,
    /// The state that is told, by name in any case; that of the run, unless given.
    state_type: Option<String>,
}

/// What came of a test.
#[derive(SimpleObject)]
#[graphql(name = "test_cloud_hook_payload", rename_fields = "snake_case")]
pub(crate) struct TestPayload {
    /// Whether the provider took the message.
    success: bool,
    /// What the provider answered instead, or why nothing was sent.
    error: Option<String>,
    /// What an attempt would be noted down as: `accepted`, `retry` (another one may help), `rejected` (for good) or
    /// `ambiguous` (sent, but not answered); none: nothing could be sent.
    outcome: Option<&'static str>,
    /// The status that the provider answered with, if it did.
    status: Option<u16>,
    /// The beginning of its answer, if it took the message.
    answer: Option<String>,
}

/// What can be done to hooks.
#[derive(Default)]
pub(crate) struct Hooks;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Hooks {
    /// Makes a hook: from now on, each change that it matches is told, whatever crashes. Its configuration is checked
    /// first, and encrypted.
    #[graphql(guard = "Role::Admin")]
    async fn create_cloud_hook(&self, ctx: &Context<'_>, input: CreateCloudHook) -> Result<IdPayload> {
        let new = new_hook(ctx, input)?;
        let id = app(ctx)?.hook_create(caller(ctx)?, new).await.map_err(from_hook)?;
        Ok(IdPayload::of(id.uuid()))
    }

    /// Changes a hook. Its id, its type and what it has delivered stay.
    #[graphql(guard = "Role::Admin")]
    async fn update_cloud_hook(&self, ctx: &Context<'_>, input: UpdateCloudHook) -> Result<SuccessPayload> {
        let UpdateCloudHook {
            cloud_hook_id,
            kind,
            states,
            config,
            name,
            version_group_id,
            project_id,
            subject,
            events,
            template,
            include_parameters,
            max_per_minute,
            active,
        } = input;
        if kind.is_some() {
            return Err(invalid("type: it cannot be changed; make another hook"));
        }
        let wishes = Wishes {
            name,
            states,
            events,
            subject: subject.map(Into::into),
            project_id: wish(project_id.map_value(|Uuid(id)| ProjectId::from_uuid(id))),
            version_group_id: wish(version_group_id),
            template: wish(template),
            include_parameters,
            max_per_minute: wish(max_per_minute),
            active,
        };
        let id = HookId::from_uuid(cloud_hook_id.0);
        app(ctx)?.hook_update(caller(ctx)?, id, config, wishes).await.map_err(from_hook)?;
        Ok(SuccessPayload::DONE)
    }

    /// Deletes a hook and cancels what it has not delivered.
    #[graphql(guard = "Role::Admin")]
    async fn delete_cloud_hook(&self, ctx: &Context<'_>, input: DeleteCloudHook) -> Result<SuccessPayload> {
        let (scope, actor, now) = (scope(ctx)?.rows(), actor(ctx)?, app(ctx)?.now());
        write(ctx, hook::Delete { id: input.id(), scope, actor, now }).await?;
        Ok(SuccessPayload::DONE)
    }

    /// Lets a hook match.
    #[graphql(guard = "Role::Admin")]
    async fn set_cloud_hook_active(
        &self,
        ctx: &Context<'_>,
        input: SetCloudHookActive,
    ) -> Result<SuccessPayload> {
        set_active(ctx, input.id(), true).await
    }

    /// Lets a hook match no more. What it owes already stays owed.
    #[graphql(guard = "Role::Admin")]
    async fn set_cloud_hook_inactive(
        &self,
        ctx: &Context<'_>,
        input: SetCloudHookInactive,
    ) -> Result<SuccessPayload> {
        set_active(ctx, input.id(), false).await
    }

    /// Sends one message as a hook would, and says what the provider answered.
    #[graphql(guard = "Role::Admin")]
    async fn test_cloud_hook(&self, ctx: &Context<'_>, input: TestCloudHook) -> Result<TestPayload> {
        let TestCloudHook { cloud_hook_id, input, flow_run_id, state_type } = input;
        let app = app(ctx)?;
        let hook = hook_of(ctx, cloud_hook_id, input).await?;
        let trial = Trial::new(scope(ctx)?, flow_run_id.map(|Uuid(id)| id), state_type).map_err(invalid)?;
        let facts = app.trial_facts(&hook, trial).await.map_err(from_store)?;
        Ok(match app.hook_test(&hook, &facts).await {
            Ok(receipt) => TestPayload {
                success: true,
                error: None,
                outcome: Some("accepted"),
                status: Some(receipt.status),
                answer: Some(receipt.answer),
            },
            Err(TrialError::Hook(error)) => return Err(from_hook(error)),
            Err(error) => TestPayload {
                success: false,
                outcome: error.outcome(),
                status: error.status(),
                error: Some(error.to_string()),
                answer: None,
            },
        })
    }
}

async fn set_active(ctx: &Context<'_>, id: HookId, active: bool) -> Result<SuccessPayload> {
    let (scope, actor, now) = (scope(ctx)?.rows(), actor(ctx)?, app(ctx)?.now());
    write(ctx, hook::SetActive { id, scope, active, actor, now }).await?;
    Ok(SuccessPayload::DONE)
}

/// The hook that is to be tried: the one that is there, or the one that would be.
pub(crate) async fn hook_of(
    ctx: &Context<'_>,
    id: Option<Uuid>,
    input: Option<CreateCloudHook>,
) -> Result<hook::Hook> {
    match (id, input) {
        (Some(Uuid(id)), None) => {
            let scope = scope(ctx)?.rows();
            app(ctx)?.hook(scope, HookId::from_uuid(id)).await.map_err(from_hook)
        }
        (None, Some(input)) => app(ctx)?.hook_unsaved(new_hook(ctx, input)?).map_err(from_hook),
        _ => Err(invalid(
            "give either the cloud_hook_id of a hook that is there, or an input as for a new one",
        )),
    }
}

fn new_hook(ctx: &Context<'_>, input: CreateCloudHook) -> Result<NewHook> {
    let CreateCloudHook {
        kind,
        states,
        config,
        name,
        version_group_id,
        project_id,
        tenant_id,
        subject,
        events,
        template,
        include_parameters,
        max_per_minute,
        active,
    } = input;
    let wishes = Wishes {
        name,
        states,
        events,
        subject: subject.map(Into::into),
        project_id: project_id.map(|Uuid(id)| ProjectId::from_uuid(id)).into(),
        version_group_id: version_group_id.into(),
        template: template.into(),
        include_parameters,
        max_per_minute: max_per_minute.into(),
        active,
    };
    Ok(NewHook { tenant_id: tenant(ctx, tenant_id)?, hook_type: kind.into(), config, wishes })
}

fn wish<T>(sent: MaybeUndefined<T>) -> Wish<T> {
    match sent {
        MaybeUndefined::Undefined => Wish::Stays,
        MaybeUndefined::Null => Wish::None,
        MaybeUndefined::Value(value) => Wish::Some(value),
    }
}

/// What is wrong with the request is told; what went wrong behind it goes to the log.
pub(crate) fn from_hook(error: HookError) -> Error {
    match error {
        HookError::Store(error) => from_store(error),
        HookError::Vault(_) => internal(&error),
        error => invalid(error),
    }
}
