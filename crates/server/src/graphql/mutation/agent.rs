//! Agents.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use campana_model::id::AgentId;
use campana_store::{agent, flow_run};

use super::input::{app, caller, scope, tenant, write};
use super::payload::{IdPayload, SuccessPayload};
use crate::graphql::scalars::{Time, Uuid};
use crate::scope::Role;

/// An agent that makes itself known.
#[derive(InputObject)]
#[graphql(name = "register_agent_input", rename_fields = "snake_case")]
pub(crate) struct RegisterAgent {
    /// What kind of agent: `LocalAgent`.
    #[graphql(name = "type")]
    kind: String,
    /// Its name.
    name: Option<String>,
    /// The labels of the runs that it takes.
    labels: Option<Vec<String>>,
    /// Whose runs it takes; the request's own tenant, unless given.
    tenant_id: Option<Uuid>,
    /// Not used: agents have no configuration here.
    agent_config_id: Option<Uuid>,
}

/// An agent to be forgotten.
#[derive(InputObject)]
#[graphql(name = "delete_agent_input", rename_fields = "snake_case")]
pub(crate) struct DeleteAgent {
    /// The agent.
    agent_id: Uuid,
}

/// An agent that asks for work.
#[derive(InputObject)]
#[graphql(name = "get_runs_in_queue_input", rename_fields = "snake_case")]
pub(crate) struct GetRunsInQueue {
    /// Runs that are due by then; now, unless given.
    before: Option<Time>,
    /// The labels of the runs that it takes.
    labels: Option<Vec<String>>,
    /// Whose runs it takes; the request's own tenant, unless given.
    tenant_id: Option<Uuid>,
}

/// Runs that wait for somebody to start them.
#[derive(SimpleObject)]
#[graphql(name = "runs_in_queue_payload", rename_fields = "snake_case")]
pub(crate) struct RunsInQueue {
    /// The runs, the one that is due first in front.
    flow_run_ids: Vec<Uuid>,
}

/// What can be done to agents, and by them.
#[derive(Default)]
pub(crate) struct Agents;

#[Object(rename_fields = "snake_case", rename_args = "snake_case")]
impl Agents {
    /// Makes an agent known; the same agent gets the same id again.
    #[graphql(guard = "Role::Member")]
    async fn register_agent(&self, ctx: &Context<'_>, input: RegisterAgent) -> Result<IdPayload> {
        let RegisterAgent { kind, name, labels, tenant_id, agent_config_id: _ } = input;
        let register = agent::Register {
            id: AgentId::new(),
            tenant_id: tenant(ctx, tenant_id)?,
            kind,
            name,
            labels: labels.unwrap_or_default().into_iter().collect(),
            core_version: caller(ctx)?.core_version.clone(),
            now: app(ctx)?.now(),
        };
        let id = write(ctx, register).await?;
        Ok(IdPayload::of(id.uuid()))
    }

    /// Forgets an agent.
    #[graphql(guard = "Role::Member")]
    async fn delete_agent(&self, ctx: &Context<'_>, input: DeleteAgent) -> Result<SuccessPayload> {
        let agent_id = AgentId::from_uuid(input.agent_id.0);
        write(ctx, agent::Delete { scope: scope(ctx)?.rows(), agent_id }).await?;
        Ok(SuccessPayload::DONE)
    }

    /// The runs that wait for an agent with these labels. That it asks is how an agent shows that it is alive.
    #[graphql(guard = "Role::Member")]
    async fn get_runs_in_queue(&self, ctx: &Context<'_>, input: GetRunsInQueue) -> Result<RunsInQueue> {
        let GetRunsInQueue { before, labels, tenant_id } = input;
        let (now, scope) = (app(ctx)?.now(), scope(ctx)?.rows());
        if let Some(agent_id) = caller(ctx)?.agent_id {
            write(ctx, agent::Queried { scope, agent_id, now }).await?;
        }
        let due = flow_run::InQueue {
            tenant_id: tenant(ctx, tenant_id)?,
            before: before.map_or(now, |Time(before)| before),
            labels: labels.unwrap_or_default().into_iter().collect(),
        };
        let runs = super::input::read(ctx, due).await?;
        Ok(RunsInQueue { flow_run_ids: runs.into_iter().map(|id| Uuid(id.uuid())).collect() })
    }
}
