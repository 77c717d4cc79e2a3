//! Leases that nobody keeps: their attempts are lost.

use std::time::Duration;

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, RowId, ServerId, TenantId};

use super::Status;
use super::close::close;
use super::lease::after;
use crate::sql::{Param, Row, Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, incident};

/// How many are taken over in one write; the rest the next time.
const AT_ONCE: i64 = 1_000;

macro_rules! leases {
    ($which:literal) => {
        concat!(
            "SELECT seq, id, tenant_id, attempts, spent, attempt_started_at, leased_by FROM delivery WHERE ",
            $which,
            " ORDER BY leased_until LIMIT $1"
        )
    };
}
pub(super) const RAN_OUT: &str = leases!("leased_until < $2");
pub(super) const ALL: &str = leases!("leased_until IS NOT NULL");

const LOST: &str = "the server stopped before it knew how this attempt ended";

/// Takes over deliveries whose leases have run out; says how many. Each attempt is closed as lost, it counts, and the
/// delivery is due again.
///
/// Looks after incidents too, which two servers may not have seen to be over.
#[derive(Clone, Debug)]
pub struct TakeOver {
    /// The time.
    pub now: Timestamp,
    /// How long to wait after the first attempt, the second, and so on; a delivery that has spent more attempts than
    /// this has waits is dead.
    pub waits: Vec<Duration>,
}

impl ApplyWrite for TakeOver {
    type Applied = usize;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<usize, Error> {
        incident::sweep(tx)?;
        lose(tx, RAN_OUT, params![AT_ONCE, self.now], self.now, &self.waits)
    }
}

/// Takes over all that is leased, to whomever; says how many. For the start of a server that has the database
/// to itself, that is on SQLite.
#[derive(Clone, Debug)]
pub struct VoidLeases {
    /// The time.
    pub now: Timestamp,
    /// As for [`TakeOver`].
    pub waits: Vec<Duration>,
}

impl ApplyWrite for VoidLeases {
    type Applied = usize;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<usize, Error> {
        // A probe that was in hand has paused its destination for the time of its lease.
        tx.execute(
            "UPDATE destination SET paused_until = $1 WHERE paused_until > $1
                 AND key IN (SELECT destination FROM delivery WHERE leased_until IS NOT NULL)",
            params![self.now],
        )?;
        let mut count = 0;
        loop {
            let lost = lose(tx, ALL, params![AT_ONCE], self.now, &self.waits)?;
            count += lost;
            if lost == 0 {
                return Ok(count);
            }
        }
    }
}

struct Lease {
    seq: i64,
    id: DeliveryId,
    tenant_id: TenantId,
    attempt: u32,
    spent: usize,
    started_at: Timestamp,
    server: ServerId,
}

impl Lease {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            tenant_id: row.get(2)?,
            attempt: row.get(3)?,
            spent: row.get(4)?,
            started_at: row.get(5)?,
            server: row.get(6)?,
        })
    }
}

/// Closes the attempts of these leases; the parameters begin with how many.
fn lose(
    tx: &mut Tx<'_>,
    which: &str,
    params: &[Param<'_>],
    now: Timestamp,
    waits: &[Duration],
) -> Result<usize, Error> {
    let sql = format!("{which}{}", tx.dialect().for_update_skip_locked());
    let rows = tx.query(&sql, params)?;
    for row in &rows {
        let lease = Lease::from_row(row)?;
        lease.record(tx, now)?;
        tx.changed(lease.tenant_id, Changed::Deliveries);
        match waits.get(lease.spent.saturating_sub(1)) {
            Some(&wait) => {
                tx.execute(
                    "UPDATE delivery SET due_at = $2, reason = $3, leased_by = NULL, leased_until = NULL WHERE seq = $1",
                    params![lease.seq, after(now, wait), LOST],
                )?;
                tx.leaves_due = true;
            }
            None => close(tx, lease.seq, lease.id, Status::Dead, Some(LOST), now)?,
        }
    }
    Ok(rows.len())
}

impl Lease {
    fn record(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
        tx.execute(
            "INSERT INTO attempt (id, tenant_id, delivery_id, number, server_id, started, finished, outcome, reason)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'lost', $8) ON CONFLICT (delivery_id, number) DO NOTHING",
            params![
                RowId::new(),
                self.tenant_id,
                self.id,
                self.attempt,
                self.server,
                self.started_at,
                now,
                LOST,
            ],
        )?;
        Ok(())
    }
}
