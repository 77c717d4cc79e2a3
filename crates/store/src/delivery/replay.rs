//! Owing anew what was closed.
//!
//! It is the same delivery, with the same idempotency key and, unless it is to be rendered anew, the same body. It has
//! all its attempts again, and its old place in its line: what is pending behind it waits for it.

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, HookId, TenantId};

use super::cancel::note;
use super::lease::after;
use super::owe::GIVE_UP_AFTER;
use super::{Action, Status};
use crate::sql::{Row, Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope};

/// Owes a delivery anew, or tries one at once that waits for its next attempt; says whether it does: one that is
/// under way, or that a digest stands for, is left alone.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Which.
    pub id: DeliveryId,
    /// Whose it may be.
    pub scope: Scope,
    /// Whether the body is made anew.
    pub rerender: bool,
    /// Who asks.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

/// Owes anew what became of events in a span of time; says how many. What went into a digest comes with
/// the digest.
#[derive(Clone, Debug)]
pub struct ReplayRange {
    /// Whose they may be.
    pub scope: Scope,
    /// Of which hook; none: of all.
    pub hook_id: Option<HookId>,
    /// What has become of them.
    pub statuses: Vec<Status>,
    /// Those that were owed from here.
    pub from: Timestamp,
    /// Those that were owed before this.
    pub until: Timestamp,
    /// Whether the bodies are made anew.
    pub rerender: bool,
    /// Who asks.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

const AGAIN: &str =
    "UPDATE delivery SET status = 'pending', reason = NULL, finished = NULL, spent = 0, due_at = $2,
         give_up_at = $3, limited = $4, digest_id = NULL, payload = CASE WHEN $5 THEN NULL ELSE payload END
     WHERE seq = $1";

impl ApplyWrite for Replay {
    type Applied = bool;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let sql = format!(
            "SELECT d.seq, d.id, d.tenant_id, d.action, h.deleted_at IS NOT NULL, d.leased_by IS NOT NULL
                     OR (d.status = 'pending' AND (d.limited OR d.digest_id IS NOT NULL))
             FROM delivery d JOIN cloud_hook h ON h.id = d.cloud_hook_id
             WHERE d.id = $1 AND d.tenant_id = COALESCE($2, d.tenant_id){}",
            if tx.dialect().for_update().is_empty() { "" } else { " FOR UPDATE OF d" }
        );
        let Some(row) = tx.query_opt(&sql, params![self.id, self.scope])? else {
            return Err(Error::NotFound { what: "delivery", id: self.id.to_string() });
        };
        if row.get(4)? {
            let problem = "was deleted, so nothing can be sent; make a hook like it first".to_owned();
            return Err(Error::Invalid { field: "cloud_hook", problem });
        }
        if row.get(5)? {
            return Ok(false);
        }
        let tenant_id: TenantId = row.get(2)?;
        again(tx, &row, self.rerender, self.now)?;
        note(tx, tenant_id, &self.actor, "replay", self.id.to_string(), self.now)?;
        Ok(true)
    }
}

impl ApplyWrite for ReplayRange {
    type Applied = u64;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<u64, Error> {
        let statuses: Vec<_> = self.statuses.iter().map(|status| format!("'{status}'")).collect();
        let sql = format!(
            "SELECT d.seq, d.id, d.tenant_id, d.action FROM delivery d JOIN cloud_hook h ON h.id = d.cloud_hook_id
             WHERE d.tenant_id = COALESCE($1, d.tenant_id) AND d.created >= $2 AND d.created < $3
                 AND d.cloud_hook_id = COALESCE($4, d.cloud_hook_id) AND h.deleted_at IS NULL
                 AND d.status <> 'pending' AND d.status IN ({}) AND d.digest_id IS NULL
             ORDER BY d.seq{}",
            if statuses.is_empty() { "NULL".to_owned() } else { statuses.join(", ") },
            if tx.dialect().for_update().is_empty() { "" } else { " FOR UPDATE OF d" }
        );
        let rows = tx.query(&sql, params![self.scope, self.from, self.until, self.hook_id])?;
        for row in &rows {
            again(tx, row, self.rerender, self.now)?;
        }
        if let Some(row) = rows.first() {
            let what = format!("{} of {} to {}", rows.len(), self.from, self.until);
            note(tx, row.get(2)?, &self.actor, "replay", what, self.now)?;
        }
        Ok(rows.len() as u64)
    }
}

/// The row begins with seq, id, tenant and action.
fn again(tx: &mut Tx<'_>, row: &Row, rerender: bool, now: Timestamp) -> Result<(), Error> {
    let (seq, id, action): (i64, DeliveryId, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
    tx.execute(AGAIN, params![seq, now, after(now, GIVE_UP_AFTER), false, rerender])?;
    if action == Action::Digest.name() {
        tx.execute(
            "UPDATE delivery SET status = 'pending', reason = NULL, finished = NULL WHERE digest_id = $1",
            params![id],
        )?;
    }
    tx.changed(row.get(2)?, Changed::Deliveries);
    tx.leaves_due = true;
    Ok(())
}
