//! Events: the facts that hooks match. Recorded in the transaction of what happened, together with the
//! deliveries that they make owed.

use campana_model::id::{AgentId, DeliveryId, EventId, FlowId, FlowRunId, ProjectId, TaskRunId, TenantId};
use campana_model::{EventKind, StateKind, Timestamp};

use crate::Error;
use crate::sql::{Tx, params};

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    pub(crate) tenant_id: TenantId,
    pub(crate) kind: EventKind,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) flow_id: Option<FlowId>,
    pub(crate) version_group_id: Option<String>,
    pub(crate) flow_run_id: Option<FlowRunId>,
    /// The task run that it happened to; none: it happened to the flow run.
    pub(crate) task_run_id: Option<TaskRunId>,
    pub(crate) agent_id: Option<AgentId>,
    /// The delivery that was given up.
    pub(crate) delivery_id: Option<DeliveryId>,
    /// The state that was taken, if one was.
    pub(crate) state: Option<StateKind>,
    pub(crate) version: Option<i64>,
    pub(crate) message: Option<String>,
    /// When it happened, as whoever told it says.
    pub(crate) occurred_at: Timestamp,
    /// When it was told.
    pub(crate) recorded_at: Timestamp,
}

/// Records the event, and what is owed because of it.
pub(crate) fn record(tx: &mut Tx<'_>, event: &Event) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO event (id, tenant_id, kind, project_id, flow_id, version_group_id, flow_run_id, task_run_id,
             agent_id, delivery_id, state, version, message, occurred_at, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params![
            event.id,
            event.tenant_id,
            event.kind.name(),
            event.project_id,
            event.flow_id,
            event.version_group_id,
            event.flow_run_id,
            event.task_run_id,
            event.agent_id,
            event.delivery_id,
            event.state.map(StateKind::name),
            event.version,
            event.message,
            event.occurred_at,
            event.recorded_at,
        ],
    )?;
    crate::delivery::owe(tx, event)
}
