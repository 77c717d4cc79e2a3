//! Taking a lease, which opens an attempt.

use std::time::Duration;

use campana_model::Timestamp;

use super::claimed::{Claimed, columns};
use crate::Error;
use crate::sql::{Tx, params};

/// What a delivery `d` must be to be leased: owed, in nobody's hands, not held back by a budget or a digest, and
/// the first of its line. `$1` is the time.
macro_rules! claimable {
    () => {
        "d.status = 'pending' AND d.leased_by IS NULL AND d.digest_id IS NULL AND NOT d.limited AND d.due_at <= $1
             AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.cloud_hook_id = d.cloud_hook_id
                 AND e.order_key = d.order_key AND e.status = 'pending' AND e.seq < d.seq)"
    };
}
pub(super) use claimable;

/// How a row is leased; `$1` is the time, `$2` whose it is, `$3` until when.
macro_rules! lease {
    () => {
        "SET leased_by = $2, leased_until = $3, attempt_started_at = $1, attempts = attempts + 1, spent = spent + 1"
    };
}
pub(super) use lease;

const LEASE_NEXT: &str = concat!(
    "UPDATE delivery ",
    lease!(),
    " WHERE seq IN (SELECT d.seq FROM delivery d WHERE d.seq = $4 AND d.destination = $5 AND ",
    claimable!(),
    " AND NOT EXISTS (SELECT 1 FROM destination t WHERE t.key = d.destination AND t.paused_until IS NOT NULL))
     RETURNING ",
    columns!()
);

/// Leases a delivery that has become the first of its line, so that it goes out right after the commit.
pub(super) fn lease_next(tx: &mut Tx<'_>, seq: i64, destination: &str, now: Timestamp) -> Result<(), Error> {
    if !tx.leasing.slots.take_for(destination) {
        tx.leaves_due = true;
        return Ok(());
    }
    let (server, until) = (tx.leasing.server, after(now, tx.leasing.lease));
    let leased = tx.returning(LEASE_NEXT, params![now, server, until, seq, destination]);
    let birth = leased.and_then(|rows| rows.first().map(Claimed::from_row).transpose());
    match birth {
        Ok(Some(birth)) => tx.births.push(birth),
        Ok(None) => tx.leasing.slots.give_back(destination),
        Err(error) => {
            tx.leasing.slots.give_back(destination);
            return Err(error);
        }
    }
    Ok(())
}

/// The time `wait` after `now`.
pub(crate) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
