//! Ends that no attempt brings about: a person cancels, or a destination stays away for too long.

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, TenantId};

use super::Status;
use super::close::close;
use crate::audit::Deed;
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Error, Scope};

/// Cancels a delivery; says whether it was pending. An attempt that is under way may still arrive.
#[derive(Clone, Debug)]
pub struct Cancel {
    /// Which.
    pub id: DeliveryId,
    /// Whose it may be.
    pub scope: Scope,
    /// Who cancels it.
    pub actor: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Cancel {
    type Applied = bool;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let sql = format!(
            "SELECT seq, tenant_id, status FROM delivery WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id){}",
            tx.dialect().for_update()
        );
        let Some(row) = tx.query_opt(&sql, params![self.id, self.scope])? else {
            return Err(Error::NotFound { what: "delivery", id: self.id.to_string() });
        };
        let (seq, tenant_id, status): (_, TenantId, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if status != Status::Pending.name() {
            return Ok(false);
        }
        let reason = format!("cancelled by {}", self.actor);
        close(tx, seq, self.id, Status::Cancelled, Some(&reason), self.now)?;
        note(tx, tenant_id, &self.actor, "cancel", self.id.to_string(), self.now)?;
        Ok(true)
    }
}

/// How many are given up in one write.
const AT_ONCE: i64 = 200;

/// Gives up what has waited too long for a destination whose probe failed; says how many, and is to be done again
/// until that is none.
#[derive(Clone, Debug)]
pub struct GiveUp {
    /// Which destination.
    pub destination: String,
    /// The time.
    pub now: Timestamp,
    /// How the destination fails.
    pub reason: String,
}

impl ApplyWrite for GiveUp {
    type Applied = usize;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<usize, Error> {
        let sql = format!(
            "SELECT seq, id FROM delivery
             WHERE destination = $1 AND give_up_at <= $2
                 AND status = 'pending' AND leased_by IS NULL AND digest_id IS NULL AND NOT limited
             ORDER BY seq LIMIT $3{}",
            tx.dialect().for_update_skip_locked()
        );
        let rows = tx.query(&sql, params![self.destination, self.now, AT_ONCE])?;
        for row in &rows {
            close(tx, row.get(0)?, row.get(1)?, Status::Dead, Some(&self.reason), self.now)?;
        }
        Ok(rows.len())
    }
}

pub(super) fn note(
    tx: &mut Tx<'_>,
    tenant_id: TenantId,
    actor: &str,
    action: &str,
    subject_id: String,
    at: Timestamp,
) -> Result<(), Error> {
    Deed { tenant_id, at, actor, action, subject: "delivery", subject_id, detail: None }.note(tx)
}
