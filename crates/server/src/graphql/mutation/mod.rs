//! Everything that can be done: one file for each noun.
//!
//! A mutation is named as Prefect's server names it and takes one argument `input`, whose type is named after
//! it, since clients declare that type. It turns what was sent into a write of the store or a call of the app, and
//! what comes of it into its payload.

mod agent;
mod delivery;
mod flow;
mod flow_group;
mod flow_run;
pub(crate) mod hook;
pub(crate) mod input;
mod key;
mod log;
mod message;
mod payload;
mod project;
mod secret;
mod state;
mod task_run;
mod tenant;

use async_graphql::MergedObject;

/// All that can be done.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    tenant::Tenants,
    project::Projects,
    flow::Flows,
    flow_group::FlowGroups,
    flow_run::FlowRuns,
    task_run::TaskRuns,
    state::States,
    log::Logs,
    agent::Agents,
    secret::Secrets,
    key::Keys,
    hook::Hooks,
    delivery::Deliveries,
    message::Messages,
);
