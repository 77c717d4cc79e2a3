//! Destinations that fail: how often, until when nothing is sent there, and why.
//!
//! A destination has a row from its first failure until it takes a message again. While it is paused
//! nothing is claimed for it, nor born leased; after the pause one delivery is, the probe. When that succeeds, all that
//! waits for the destination becomes due at once.

use campana_model::Timestamp;
use campana_model::id::{HookId, TenantId};

use crate::Error;
use crate::sql::{Tx, params};
use crate::store::sealed::RunRead;

/// What an attempt taught about a destination.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Which.
    pub key: String,
    /// How many attempts in a row it failed; 0: it took one, and what waits for it becomes due.
    pub failures: u32,
    /// Until when nothing is sent there; none: it is not paused (yet).
    pub paused_until: Option<Timestamp>,
    /// How it failed.
    pub reason: Option<String>,
}

impl Change {
    /// Applies it; the hook is the one whose attempt it was.
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, hook_id: HookId, now: Timestamp) -> Result<(), Error> {
        if self.failures == 0 && self.paused_until.is_none() {
            return recover(tx, &self.key, now);
        }
        tx.execute(
            "INSERT INTO destination (key, tenant_id, type, failures, paused_until, reason, updated)
             VALUES ($1, (SELECT tenant_id FROM cloud_hook WHERE id = $2),
                 (SELECT type FROM cloud_hook WHERE id = $2), $3, $4, $5, $6)
             ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, paused_until = excluded.paused_until,
                 reason = excluded.reason, updated = excluded.updated",
            params![self.key, hook_id, self.failures, self.paused_until, self.reason, now],
        )?;
        Ok(())
    }
}

fn recover(tx: &mut Tx<'_>, key: &str, now: Timestamp) -> Result<(), Error> {
    if tx.execute("DELETE FROM destination WHERE key = $1", params![key])? == 0 {
        return Ok(());
    }
    tx.execute(
        "UPDATE delivery SET due_at = $2
         WHERE destination = $1 AND status = 'pending' AND leased_by IS NULL AND digest_id IS NULL AND NOT limited
             AND due_at > $2",
        params![key, now],
    )?;
    tx.leaves_due = true;
    Ok(())
}

/// A destination that fails.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failing {
    /// Which.
    pub key: String,
    /// Whose.
    pub tenant_id: TenantId,
    /// By what it is reached.
    pub hook_type: String,
    /// How many attempts in a row it failed.
    pub failures: u32,
    /// Until when nothing is sent there.
    pub paused_until: Option<Timestamp>,
    /// How it failed.
    pub reason: Option<String>,
    /// When this was learnt.
    pub updated: Timestamp,
}

/// All destinations that fail.
#[derive(Clone, Copy, Debug)]
pub struct List;

impl RunRead for List {
    type Found = Vec<Failing>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Failing>, Error> {
        let sql = "SELECT key, tenant_id, type, failures, paused_until, reason, updated FROM destination ORDER BY key";
        let rows = tx.query(sql, params![])?;
        rows.iter()
            .map(|row| {
                Ok(Failing {
                    key: row.get(0)?,
                    tenant_id: row.get(1)?,
                    hook_type: row.get(2)?,
                    failures: row.get(3)?,
                    paused_until: row.get(4)?,
                    reason: row.get(5)?,
                    updated: row.get(6)?,
                })
            })
            .collect()
    }
}
