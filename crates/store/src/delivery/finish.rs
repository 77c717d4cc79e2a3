//! The end of an attempt.

use std::time::Duration;

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, HookId, RowId, TenantId};
use uuid::Uuid;

use super::Status;
use super::close::{self, Closed, closed};
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, destination};

/// Closes an attempt and says what that means for its delivery.
#[derive(Clone, Debug)]
pub struct Finish {
    /// The delivery.
    pub id: DeliveryId,
    /// Its place among all deliveries.
    pub seq: i64,
    /// The number of the attempt.
    pub attempt: u32,
    /// The time.
    pub now: Timestamp,
    /// When the attempt began.
    pub started_at: Timestamp,
    /// How long the provider took.
    pub latency: Duration,
    /// What was sent, to be sent again; what is stored already stays.
    pub payload: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// What it taught about the destination.
    pub destination: Option<destination::Change>,
    /// [`Claimed::route`](super::Claimed::route).
    pub route: Uuid,
}

/// How an attempt ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The provider accepted: the delivery is done.
    Accepted {
        /// Its status: 202.
        status: u16,
        /// The beginning of what it said, without secrets.
        answer: String,
    },
    /// It failed, and another attempt may succeed.
    Retry {
        /// The kind of failure.
        kind: String,
        /// The status, if there was an answer.
        status: Option<u16>,
        /// What happened, without secrets.
        reason: String,
        /// When to try again; none: this was the last attempt, and the delivery is dead.
        due_at: Option<Timestamp>,
        /// Whether it spends one of the attempts that the delivery may have.
        spends: bool,
    },
    /// It was sent, and nobody knows whether it arrived.
    Ambiguous {
        /// What happened, without secrets.
        reason: String,
        /// When to try again; none: this was the last attempt, and the delivery is dead.
        due_at: Option<Timestamp>,
    },
    /// The provider refused for good: the delivery is dead.
    Rejected {
        /// The kind of failure.
        kind: String,
        /// The status, if there was an answer.
        status: Option<u16>,
        /// What happened, without secrets.
        reason: String,
    },
    /// Nothing was sent, for want of something of ours, such as `[smtp]`. No attempt is counted.
    Waits {
        /// What is missing.
        reason: String,
        /// When to look again.
        due_at: Timestamp,
    },
    /// It is not to be sent any more, as its hook is gone.
    Cancelled {
        /// Why.
        reason: String,
    },
}

/// What a [`Finish`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finished {
    /// The delivery was in the hands of whoever reported, or the report was a success: it counts.
    Applied,
    /// The delivery was delivered, dead or cancelled already.
    AlreadyDone,
    /// The lease had run out, and the delivery is somebody else's now; he decides.
    HeldByAnother,
    /// There is no such delivery.
    Missing,
}

/// What an outcome does to the delivery.
enum Effect<'a> {
    Close(Status, Option<&'a str>),
    Again { due_at: Timestamp, reason: &'a str, counts: Counts },
}

/// What an attempt after which there is another counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    /// One that is spent.
    Spent,
    /// One that was made, but is not held against the delivery.
    Made,
    /// None at all.
    Nothing,
}

impl Outcome {
    fn effect(&self) -> Effect<'_> {
        match self {
            Self::Accepted { .. } => Effect::Close(Status::Delivered, None),
            Self::Retry { reason, due_at: Some(due_at), spends, .. } => {
                let counts = if *spends { Counts::Spent } else { Counts::Made };
                Effect::Again { due_at: *due_at, reason, counts }
            }
            Self::Ambiguous { reason, due_at: Some(due_at) } => {
                Effect::Again { due_at: *due_at, reason, counts: Counts::Spent }
            }
            Self::Retry { reason, due_at: None, .. }
            | Self::Ambiguous { reason, due_at: None }
            | Self::Rejected { reason, .. } => Effect::Close(Status::Dead, Some(reason)),
            Self::Waits { reason, due_at } => {
                Effect::Again { due_at: *due_at, reason, counts: Counts::Nothing }
            }
            Self::Cancelled { reason } => Effect::Close(Status::Cancelled, Some(reason)),
        }
    }

    /// The row of the attempt; what was not sent has none.
    fn attempt(&self) -> Option<Attempt<'_>> {
        let (outcome, kind, status, reason, answer) = match self {
            Self::Accepted { status, answer } => {
                ("accepted", None, Some(*status), None, Some(answer.as_str()))
            }
            Self::Retry { kind, status, reason, .. } => ("retry", Some(kind), *status, Some(reason), None),
            Self::Ambiguous { reason, .. } => ("ambiguous", None, None, Some(reason), None),
            Self::Rejected { kind, status, reason } => ("rejected", Some(kind), *status, Some(reason), None),
            Self::Waits { .. } | Self::Cancelled { .. } => return None,
        };
        Some(Attempt {
            outcome,
            kind: kind.map(String::as_str),
            status,
            reason: reason.map(String::as_str),
            answer,
        })
    }
}

struct Attempt<'a> {
    outcome: &'static str,
    kind: Option<&'a str>,
    status: Option<u16>,
    reason: Option<&'a str>,
    answer: Option<&'a str>,
}

/// A failure counts while the lease is that of whoever reports it; taking it over counts an attempt.
macro_rules! while_ours {
    () => {
        " AND leased_by = $7 AND attempts = $8"
    };
}

pub(super) const SUCCEED: &str = close::statement!("");
pub(super) const FAIL: &str = close::statement!(while_ours!());
pub(super) const AGAIN: &str = concat!(
    "UPDATE delivery SET due_at = $3, reason = $4, attempts = attempts - $5, spent = spent - $9,
         payload = COALESCE(payload, $6), leased_by = NULL, leased_until = NULL
     WHERE seq = $1 AND id = $2 AND COALESCE(status, '') = 'pending'",
    while_ours!(),
    " RETURNING tenant_id, cloud_hook_id"
);

impl ApplyWrite for Finish {
    type Applied = Finished;

    fn route(&self) -> Uuid {
        self.route
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Finished, Error> {
        match self.outcome.effect() {
            Effect::Close(status, reason) => self.close(tx, status, reason),
            Effect::Again { due_at, reason, counts } => self.again(tx, due_at, reason, counts),
        }
    }
}

impl Finish {
    fn close(&self, tx: &mut Tx<'_>, status: Status, reason: Option<&str>) -> Result<Finished, Error> {
        let server = tx.leasing.server;
        let (name, now, payload) = (status.name(), self.now, &self.payload);
        let rows = match status {
            Status::Delivered => {
                tx.returning(SUCCEED, params![self.seq, self.id, name, reason, now, payload])?
            }
            _ => tx.returning(
                FAIL,
                params![self.seq, self.id, name, reason, now, payload, server, self.attempt],
            )?,
        };
        let Some(row) = rows.first() else { return self.too_late(tx) };
        let delivery = Closed::from_row(row)?;
        self.record(tx, delivery.tenant_id, delivery.hook_id)?;
        closed(tx, &delivery, status, reason, now)?;
        Ok(Finished::Applied)
    }

    fn again(
        &self,
        tx: &mut Tx<'_>,
        due_at: Timestamp,
        reason: &str,
        counts: Counts,
    ) -> Result<Finished, Error> {
        let server = tx.leasing.server;
        let (unmade, unspent) = (i64::from(counts == Counts::Nothing), i64::from(counts != Counts::Spent));
        let rows = tx.returning(
            AGAIN,
            params![self.seq, self.id, due_at, reason, unmade, self.payload, server, self.attempt, unspent],
        )?;
        let Some(row) = rows.first() else { return self.too_late(tx) };
        let (tenant_id, hook_id) = (row.get(0)?, row.get(1)?);
        self.record(tx, tenant_id, hook_id)?;
        tx.changed(tenant_id, Changed::Delivery(self.id, hook_id, None));
        tx.leaves_due = true;
        Ok(Finished::Applied)
    }

    /// Says why nothing was to be changed; the attempt and what it taught are recorded all the same.
    fn too_late(&self, tx: &mut Tx<'_>) -> Result<Finished, Error> {
        let sql = "SELECT tenant_id, cloud_hook_id, status FROM delivery WHERE seq = $1 AND id = $2";
        let Some(row) = tx.query_opt(sql, params![self.seq, self.id])? else { return Ok(Finished::Missing) };
        self.record(tx, row.get(0)?, row.get(1)?)?;
        let status: String = row.get(2)?;
        match status == Status::Pending.name() {
            true => Ok(Finished::HeldByAnother),
            false => Ok(Finished::AlreadyDone),
        }
    }

    fn record(&self, tx: &mut Tx<'_>, tenant_id: TenantId, hook_id: HookId) -> Result<(), Error> {
        if let Some(attempt) = self.outcome.attempt() {
            let latency = i64::try_from(self.latency.as_micros()).unwrap_or(i64::MAX);
            // An attempt that was given up for lost has a row; what really became of it is better known here.
            tx.execute(
                "INSERT INTO attempt (id, tenant_id, delivery_id, number, server_id, started, finished, latency_us,
                     outcome, kind, status, reason, answer)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                 ON CONFLICT (delivery_id, number) DO UPDATE SET finished = excluded.finished,
                     latency_us = excluded.latency_us, outcome = excluded.outcome, kind = excluded.kind,
                     status = excluded.status, reason = excluded.reason, answer = excluded.answer
                 WHERE attempt.outcome = 'lost'",
                params![
                    RowId::new(),
                    tenant_id,
                    self.id,
                    self.attempt,
                    tx.leasing.server,
                    self.started_at,
                    self.now,
                    latency,
                    attempt.outcome,
                    attempt.kind,
                    attempt.status,
                    attempt.reason,
                    attempt.answer,
                ],
            )?;
        }
        match &self.destination {
            Some(change) => change.apply(tx, hook_id, self.now),
            None => Ok(()),
        }
    }
}
