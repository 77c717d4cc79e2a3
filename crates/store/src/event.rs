//! Events: the facts that hooks match. Recorded in the transaction of what happened, together with the
//! deliveries that they make owed.

use std::borrow::Cow;

use campana_model::id::{AgentId, DeliveryId, EventId, FlowId, FlowRunId, ProjectId, TaskRunId, TenantId};
use campana_model::{EventKind, StateKind, Timestamp};
use uuid::Uuid;

use crate::sql::{Row, Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, flow_run};

/// Something that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The event.
    pub id: EventId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What kind of thing happened.
    pub kind: EventKind,
    /// The project of the flow.
    pub project_id: Option<ProjectId>,
    /// The flow.
    pub flow_id: Option<FlowId>,
    /// What all versions of the flow share.
    pub version_group_id: Option<String>,
    /// The flow run that it happened to, or to a task run of.
    pub flow_run_id: Option<FlowRunId>,
    /// The task run that it happened to; none: it happened to the flow run.
    pub task_run_id: Option<TaskRunId>,
    /// The agent that it happened to.
    pub agent_id: Option<AgentId>,
    /// The delivery that was given up.
    pub delivery_id: Option<DeliveryId>,
    /// The state that was taken, if one was.
    pub state: Option<StateKind>,
    /// The version of the run's state.
    pub version: Option<i64>,
    /// What the state or the event says.
    pub message: Option<String>,
    /// When it happened, as whoever told it says.
    pub occurred_at: Timestamp,
    /// When it was told.
    pub recorded_at: Timestamp,
}

pub(crate) const COLUMNS: &str =
    "id, tenant_id, kind, project_id, flow_id, version_group_id, flow_run_id, task_run_id, agent_id,
     delivery_id, state, version, message, occurred_at, recorded_at";

/// The run, whose row is as the event left it, says how often it had run by then.
const INSERT: &str =
    "INSERT INTO event (id, tenant_id, kind, project_id, flow_id, version_group_id, flow_run_id,
         task_run_id, agent_id, delivery_id, state, version, message, occurred_at, recorded_at, run_count)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
         COALESCE((SELECT k.run_count FROM task_run k WHERE k.id = $8),
             (SELECT r.run_count FROM flow_run r WHERE r.id = $7)))";

/// Records the event, and what is owed because of it.
pub(crate) fn record(tx: &mut Tx<'_>, event: &Event) -> Result<(), Error> {
    insert(tx, event, "")?;
    event.note(tx);
    crate::delivery::owe(tx, event)
}

fn insert(tx: &mut Tx<'_>, event: &Event, or_else: &str) -> Result<u64, Error> {
    let sql = match or_else {
        "" => Cow::Borrowed(INSERT),
        or_else => Cow::Owned(format!("{INSERT} {or_else}")),
    };
    tx.execute(
        &sql,
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
    )
}

/// Records something that is no change of state, and what is owed because of it; says whether it is new. An event
/// whose id is there already is not recorded again, so that two servers that notice the same tell it once: see
/// [`id_of`].
#[derive(Clone, Debug)]
pub struct Record {
    /// What happened.
    pub event: Event,
}

impl ApplyWrite for Record {
    type Applied = bool;

    fn route(&self) -> Uuid {
        self.event.flow_run_id.map(flow_run::route).unwrap_or_default()
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        if insert(tx, &self.event, "ON CONFLICT (id) DO NOTHING")? == 0 {
            return Ok(false);
        }
        self.event.note(tx);
        crate::delivery::owe(tx, &self.event)?;
        Ok(true)
    }
}

/// The id of the event that something of this kind happened to `subject` for the `number`th time.
pub fn id_of(kind: EventKind, subject: Uuid, number: i64) -> EventId {
    EventId::from_uuid(Uuid::new_v5(&subject, format!("{kind} {number}").as_bytes()))
}

pub(crate) fn find(tx: &mut Tx<'_>, id: EventId) -> Result<Option<Event>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE id = $1");
    tx.query_opt(&sql, params![id])?.map(|row| Event::from_row(&row)).transpose()
}

impl Event {
    /// Has those told who watch the run that it happened to.
    fn note(&self, tx: &mut Tx<'_>) {
        match (self.flow_run_id, self.task_run_id) {
            (Some(run), Some(task_run)) => tx.changed(self.tenant_id, Changed::TaskRun(run, task_run)),
            (Some(run), None) => tx.changed(self.tenant_id, Changed::FlowRun(run)),
            (None, _) => {}
        }
    }

    /// Reads the columns above.
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        let kind: String = row.get(2)?;
        let state: Option<String> = row.get(10)?;
        let state =
            state.map(|name| name.parse().map_err(|error| Error::corrupt("state of an event", error)));
        Ok(Self {
            id: row.get(0)?,
            tenant_id: row.get(1)?,
            kind: kind.parse().map_err(|error| Error::corrupt("kind of an event", error))?,
            project_id: row.get(3)?,
            flow_id: row.get(4)?,
            version_group_id: row.get(5)?,
            flow_run_id: row.get(6)?,
            task_run_id: row.get(7)?,
            agent_id: row.get(8)?,
            delivery_id: row.get(9)?,
            state: state.transpose()?,
            version: row.get(11)?,
            message: row.get(12)?,
            occurred_at: row.get(13)?,
            recorded_at: row.get(14)?,
        })
    }
}
