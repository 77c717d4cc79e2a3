//! Taking a lease, which opens an attempt.

use std::time::Duration;

use campana_model::Timestamp;
use campana_model::id::HookId;

use super::claimed::{Claimed, columns};
use crate::sql::{Tx, params};
use crate::{Changed, Error};

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

/// Leases the first of a line (`$4` the hook, `$5` the key), if it may go now to `$6`.
pub(super) const LEASE_FIRST: &str = concat!(
    "UPDATE delivery ",
    lease!(),
    " WHERE seq = (SELECT d.seq FROM delivery d WHERE d.cloud_hook_id = $4 AND d.order_key = $5
             AND d.status = 'pending' ORDER BY d.seq LIMIT 1)
         AND leased_by IS NULL AND digest_id IS NULL AND NOT limited AND due_at <= $1 AND destination = $6
         AND NOT EXISTS (SELECT 1 FROM destination t WHERE t.key = delivery.destination
             AND t.paused_until IS NOT NULL)
     RETURNING ",
    columns!()
);

pub(super) const ANY_IN_LINE: &str =
    "SELECT 1 FROM delivery WHERE cloud_hook_id = $1 AND order_key = $2 AND status = 'pending' LIMIT 1";

/// One of a line was closed: leases the one that is the first now, so that it goes out right after the commit.
pub(super) fn lease_first(
    tx: &mut Tx<'_>,
    hook_id: HookId,
    order_key: &str,
    destination: &str,
    now: Timestamp,
) -> Result<(), Error> {
    if !tx.leasing.slots.take_for(destination) {
        tx.leaves_due |= tx.query_opt(ANY_IN_LINE, params![hook_id, order_key])?.is_some();
        return Ok(());
    }
    let (server, until) = (tx.leasing.server, after(now, tx.leasing.lease));
    let leased = tx.returning(LEASE_FIRST, params![now, server, until, hook_id, order_key, destination]);
    let birth = leased.and_then(|rows| rows.first().map(Claimed::from_row).transpose());
    match birth {
        Ok(Some(birth)) => {
            tx.changed(birth.tenant_id, Changed::Delivery(birth.id, birth.hook_id, None));
            tx.births.push(birth);
        }
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
