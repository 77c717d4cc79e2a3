//! Budgets of hooks, and the digests of what exceeds them.
//!
//! What a hook with a budget owes is held ([`limited`](super::owe)) until a claim lets it through: as many in a
//! minute as the budget says, one by one. The rest waits until the minute is over. A minute that begins with
//! more waiting than its budget sends all of that as one digest, which counts as one. While the destination is paused,
//! all waits.

use std::time::Duration;

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, HookId, TenantId};

use super::lease::after;
use crate::sql::{Tx, params};
use crate::{Changed, Error};

const MINUTE: Duration = Duration::from_secs(60);

/// How many a digest has at most; a longer queue makes several.
const MEMBERS: i64 = 10_000;

/// What is held of hooks that have something due, by one step in the index for each hook.
pub(super) const HOOKS: &str = "WITH RECURSIVE held (hook) AS (
         SELECT * FROM (SELECT d.cloud_hook_id FROM delivery d WHERE d.status = 'pending' AND d.leased_by IS NULL
             AND d.digest_id IS NULL AND d.limited ORDER BY d.cloud_hook_id LIMIT 1) AS first
         UNION ALL
         SELECT (SELECT d.cloud_hook_id FROM delivery d WHERE d.cloud_hook_id > held.hook AND d.status = 'pending'
             AND d.leased_by IS NULL AND d.digest_id IS NULL AND d.limited ORDER BY d.cloud_hook_id LIMIT 1)
         FROM held WHERE held.hook IS NOT NULL
     )
     SELECT h.id, h.tenant_id, h.destination, h.max_per_minute, b.since, b.used,
         (SELECT min(d.due_at) FROM delivery d WHERE d.cloud_hook_id = h.id AND d.status = 'pending'
             AND d.leased_by IS NULL AND d.digest_id IS NULL AND d.limited),
         t.paused_until,
         EXISTS (SELECT 1 FROM delivery d WHERE d.destination = h.destination AND d.status = 'pending'
             AND d.leased_by IS NULL AND d.digest_id IS NULL AND NOT d.limited)
     FROM held JOIN cloud_hook h ON h.id = held.hook LEFT JOIN hook_budget b ON b.cloud_hook_id = h.id
     LEFT JOIN destination t ON t.key = h.destination";

/// What is held and due of a hook, but for what waits for an earlier one of its line that is not held too.
pub(super) const DUE: &str = "SELECT d.seq FROM delivery d
     WHERE d.cloud_hook_id = $1 AND d.status = 'pending' AND d.leased_by IS NULL AND d.digest_id IS NULL AND d.limited
         AND d.due_at <= $2
         AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.cloud_hook_id = d.cloud_hook_id
             AND e.order_key = d.order_key AND e.status = 'pending' AND e.seq < d.seq
             AND (NOT e.limited OR e.digest_id IS NOT NULL))
     ORDER BY d.seq LIMIT $3";

struct Held {
    hook_id: HookId,
    tenant_id: TenantId,
    destination: String,
    budget: Option<u32>,
    /// When its minute began.
    since: Timestamp,
    used: usize,
    first_due: Timestamp,
}

/// Lets through what the budgets allow, alone or in digests; says when to look again.
pub(super) fn release(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let mut next = None;
    for row in tx.query(HOOKS, params![])? {
        let held = Held {
            hook_id: row.get(0)?,
            tenant_id: row.get(1)?,
            destination: row.get(2)?,
            budget: row.get(3)?,
            since: row.get::<Option<Timestamp>>(4)?.unwrap_or(Timestamp::MIN),
            used: row.get::<Option<usize>>(5)?.unwrap_or_default(),
            first_due: row.get(6)?,
        };
        let (paused_until, has_probe): (Option<Timestamp>, bool) = (row.get(7)?, row.get(8)?);
        let later = match paused_until {
            // As long as nothing is sent there, all of it may yet become one digest.
            Some(until) if until > now => Some(until),
            Some(_) if has_probe => None,
            _ if held.first_due > now => Some(held.first_due),
            _ => held.release(tx, now)?,
        };
        next = next.into_iter().chain(later).min();
    }
    Ok(next)
}

impl Held {
    fn release(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let rows = tx.query(DUE, params![self.hook_id, now, MEMBERS])?;
        let due = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<i64>, _>>()?;
        let Some(budget) = self.budget else {
            return let_through(tx, &due).map(|()| None);
        };
        if due.is_empty() {
            return Ok(None);
        }
        tx.changed(self.tenant_id, Changed::Deliveries);
        let budget = usize::try_from(budget).unwrap_or(usize::MAX).max(1);
        // A clock that went back begins a minute too, or it would last.
        let is_new = now >= after(self.since, MINUTE) || now < self.since;
        let (since, used) = if is_new { (now, 0) } else { (self.since, self.used) };
        let used = if due.len() <= budget.saturating_sub(used) {
            let_through(tx, &due)?;
            used + due.len()
        } else if used == 0 {
            self.digest(tx, &due, now)?;
            1
        } else {
            let (alone, held) = due.split_at(budget.saturating_sub(used));
            let_through(tx, alone)?;
            let until = after(since, MINUTE);
            held.iter().try_for_each(|seq| {
                tx.execute("UPDATE delivery SET due_at = $2 WHERE seq = $1", params![seq, until]).map(|_| ())
            })?;
            budget
        };
        tx.execute(
            "INSERT INTO hook_budget (cloud_hook_id, since, used) VALUES ($1, $2, $3)
             ON CONFLICT (cloud_hook_id) DO UPDATE SET since = excluded.since, used = excluded.used",
            params![self.hook_id, since, used as i64],
        )?;
        Ok((used >= budget).then(|| after(since, MINUTE)))
    }

    fn digest(&self, tx: &mut Tx<'_>, members: &[i64], now: Timestamp) -> Result<(), Error> {
        let id = DeliveryId::new();
        tx.execute(
            "INSERT INTO delivery (id, tenant_id, cloud_hook_id, digest_count, action, destination, limited, status,
                 attempts, spent, due_at, give_up_at, created)
             VALUES ($1, $2, $3, $4, 'digest', $5, $6, 'pending', 0, 0, $7,
                 (SELECT give_up_at FROM delivery WHERE seq = $8), $7)",
            params![
                id,
                self.tenant_id,
                self.hook_id,
                members.len() as i64,
                self.destination,
                false,
                now,
                // It does not wait longer than the first of them would.
                members.first(),
            ],
        )?;
        members.iter().try_for_each(|seq| {
            tx.execute("UPDATE delivery SET digest_id = $2 WHERE seq = $1", params![seq, id]).map(|_| ())
        })
    }
}

fn let_through(tx: &mut Tx<'_>, deliveries: &[i64]) -> Result<(), Error> {
    deliveries.iter().try_for_each(|seq| {
        tx.execute("UPDATE delivery SET limited = $2 WHERE seq = $1", params![seq, false]).map(|_| ())
    })
}
