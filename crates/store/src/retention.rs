//! What has been kept for long enough goes.
//!
//! Each write takes a bounded number of rows, so that nobody waits long behind it; whoever calls repeats it as
//! long as there is more.

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, EventId, TenantId};

use crate::Error;
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;

/// Deletes deliveries that have ended, with their attempts, and the events that nothing speaks of any more.
/// What is pending stays, however old it is.
#[derive(Clone, Copy, Debug)]
pub struct PruneDeliveries {
    /// What came to be and ended before goes.
    pub before: Timestamp,
    /// How many rows of each kind at most, for each tenant.
    pub limit: u32,
}

/// Deletes lines of logs.
#[derive(Clone, Copy, Debug)]
pub struct PruneLogs {
    /// What was written before goes.
    pub before: Timestamp,
    /// How many at most.
    pub limit: u32,
}

/// How much was deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pruned {
    /// How many rows.
    pub rows: u64,
    /// Whether there may be more.
    pub more: bool,
}

impl ApplyWrite for PruneDeliveries {
    type Applied = Pruned;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Pruned, Error> {
        let mut pruned = Pruned::default();
        for tenant in tx.query("SELECT id FROM tenant", params![])? {
            let tenant: TenantId = tenant.get(0)?;
            let deliveries = self.deliveries(tx, tenant)?;
            let events = self.events(tx, tenant)?;
            pruned.rows += deliveries + events;
            pruned.more |= deliveries.max(events) >= u64::from(self.limit);
        }
        Ok(pruned)
    }
}

impl PruneDeliveries {
    fn deliveries(&self, tx: &mut Tx<'_>, tenant: TenantId) -> Result<u64, Error> {
        let ended = tx.query(
            "SELECT id FROM delivery WHERE tenant_id = $1 AND created < $2 AND status <> 'pending' AND finished < $2
             ORDER BY created LIMIT $3",
            params![tenant, self.before, self.limit],
        )?;
        for row in &ended {
            let id: DeliveryId = row.get(0)?;
            tx.execute("DELETE FROM attempt WHERE delivery_id = $1", params![id])?;
            tx.execute("DELETE FROM delivery WHERE id = $1", params![id])?;
        }
        Ok(ended.len() as u64)
    }

    fn events(&self, tx: &mut Tx<'_>, tenant: TenantId) -> Result<u64, Error> {
        let unspoken = tx.query(
            "SELECT id FROM event
             WHERE tenant_id = $1 AND recorded_at < $2 AND NOT EXISTS (
                 SELECT 1 FROM delivery WHERE event_id = event.id)
             ORDER BY recorded_at LIMIT $3",
            params![tenant, self.before, self.limit],
        )?;
        for row in &unspoken {
            tx.execute("DELETE FROM event WHERE id = $1", params![row.get::<EventId>(0)?])?;
        }
        Ok(unspoken.len() as u64)
    }
}

impl ApplyWrite for PruneLogs {
    type Applied = Pruned;

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Pruned, Error> {
        // The first lines were written first, so no other needs to be looked at.
        let rows = tx.execute(
            "DELETE FROM log WHERE seq IN (
                 SELECT seq FROM (SELECT seq, created FROM log ORDER BY seq LIMIT $2) AS first WHERE created < $1)",
            params![self.before, self.limit],
        )?;
        Ok(Pruned { rows, more: rows >= u64::from(self.limit) })
    }
}
