//! What became of a delivery so far.

use std::time::Duration;

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, EventId, FlowRunId, HookId, ServerId, TenantId};

use super::{Action, Status};
use crate::sql::{Row, Tx, params};
use crate::store::sealed::RunRead;
use crate::{Error, Scope};

/// A delivery.
#[derive(Clone, PartialEq, Debug)]
pub struct Delivery {
    /// The delivery, which is also the idempotency key.
    pub id: DeliveryId,
    /// Its place among all deliveries.
    pub seq: i64,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The hook that asked for it.
    pub hook_id: HookId,
    /// The event; a digest has none.
    pub event_id: Option<EventId>,
    /// The digest that stands for it.
    pub digest_id: Option<DeliveryId>,
    /// How many a digest stands for.
    pub digest_count: u32,
    /// What it says.
    pub action: Action,
    /// Where it goes.
    pub destination: String,
    /// Where it stands.
    pub status: Status,
    /// Why it stands there, if that is not success.
    pub reason: Option<String>,
    /// How many attempts there were.
    pub attempts: u32,
    /// How many attempts of its budget are spent.
    pub spent: u32,
    /// From when it may be tried.
    pub due_at: Timestamp,
    /// Who has it in hand.
    pub leased_by: Option<ServerId>,
    /// What is sent: as rendered for the first attempt.
    pub payload: Option<String>,
    /// When it was owed.
    pub created: Timestamp,
    /// When it was closed.
    pub finished: Option<Timestamp>,
}

/// Which deliveries tell of a flow run and its task runs.
#[derive(Clone, Copy, Debug)]
pub struct OfRun {
    /// Whose run it may be.
    pub scope: Scope,
    /// The run.
    pub flow_run_id: FlowRunId,
}

impl RunRead for OfRun {
    type Found = Vec<DeliveryId>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<DeliveryId>, Error> {
        let rows = tx.query(
            "SELECT d.id FROM event e JOIN delivery d ON d.event_id = e.id
             WHERE e.flow_run_id = $1 AND e.tenant_id = COALESCE($2, e.tenant_id)",
            params![self.flow_run_id, self.scope],
        )?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// An attempt that was closed.
#[derive(Clone, PartialEq, Debug)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// Who made it.
    pub server: ServerId,
    /// When it began.
    pub started: Timestamp,
    /// When it was closed.
    pub finished: Timestamp,
    /// How long the provider took.
    pub latency: Option<Duration>,
    /// `accepted`, `retry`, `rejected`, `ambiguous` or `lost`.
    pub outcome: String,
    /// The kind of failure.
    pub kind: Option<String>,
    /// The status that the provider answered.
    pub status: Option<u16>,
    /// What happened.
    pub reason: Option<String>,
    /// The beginning of what the provider said.
    pub answer: Option<String>,
}

/// One delivery.
#[derive(Clone, Copy, Debug)]
pub struct Fetch {
    /// Which.
    pub id: DeliveryId,
    /// Whose it may be.
    pub scope: Scope,
}

impl RunRead for Fetch {
    type Found = Delivery;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Delivery, Error> {
        let row = tx.query_opt(
            "SELECT id, seq, tenant_id, cloud_hook_id, event_id, digest_id, digest_count, action, destination, status,
                 reason, attempts, spent, due_at, leased_by, payload, created, finished
             FROM delivery WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)",
            params![self.id, self.scope],
        )?;
        row.map_or_else(
            || Err(Error::NotFound { what: "delivery", id: self.id.to_string() }),
            |row| delivery(&row),
        )
    }
}

fn delivery(row: &Row) -> Result<Delivery, Error> {
    let (action, status): (String, String) = (row.get(7)?, row.get(9)?);
    Ok(Delivery {
        id: row.get(0)?,
        seq: row.get(1)?,
        tenant_id: row.get(2)?,
        hook_id: row.get(3)?,
        event_id: row.get(4)?,
        digest_id: row.get(5)?,
        digest_count: row.get(6)?,
        action: Action::from_name(&action).ok_or_else(|| Error::corrupt("action of a delivery", action))?,
        destination: row.get(8)?,
        status: status.parse().map_err(|error| Error::corrupt("status of a delivery", error))?,
        reason: row.get(10)?,
        attempts: row.get(11)?,
        spent: row.get(12)?,
        due_at: row.get(13)?,
        leased_by: row.get(14)?,
        payload: row.get(15)?,
        created: row.get(16)?,
        finished: row.get(17)?,
    })
}

/// The attempts of a delivery that were closed, the first first.
#[derive(Clone, Copy, Debug)]
pub struct Attempts {
    /// Of which delivery.
    pub id: DeliveryId,
    /// Whose it may be.
    pub scope: Scope,
}

impl RunRead for Attempts {
    type Found = Vec<Attempt>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Attempt>, Error> {
        let rows = tx.query(
            "SELECT number, server_id, started, finished, latency_us, outcome, kind, status, reason, answer
             FROM attempt WHERE delivery_id = $1 AND tenant_id = COALESCE($2, tenant_id) ORDER BY number",
            params![self.id, self.scope],
        )?;
        rows.iter().map(attempt).collect()
    }
}

fn attempt(row: &Row) -> Result<Attempt, Error> {
    let latency: Option<i64> = row.get(4)?;
    Ok(Attempt {
        number: row.get(0)?,
        server: row.get(1)?,
        started: row.get(2)?,
        finished: row.get(3)?,
        latency: latency.and_then(|micros| u64::try_from(micros).ok()).map(Duration::from_micros),
        outcome: row.get(5)?,
        kind: row.get(6)?,
        status: row.get(7)?,
        reason: row.get(8)?,
        answer: row.get(9)?,
    })
}
