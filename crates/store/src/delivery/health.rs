//! How a tenant's deliveries are: what is owed, what was given up, what fails.

use campana_model::Timestamp;

use crate::sql::{Tx, params};
use crate::store::sealed::RunRead;
use crate::{Error, Scope};

/// Asks how the deliveries are.
#[derive(Clone, Copy, Debug)]
pub struct HealthOf {
    /// Whose.
    pub scope: Scope,
}

/// How the deliveries are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Health {
    /// How many are owed.
    pub pending: u64,
    /// Of these, how many have failed so far and are tried again.
    pub failing: u64,
    /// Since when the oldest of them is owed.
    pub oldest_pending: Option<Timestamp>,
    /// How many were given up.
    pub dead: u64,
    /// When the latest of those was.
    pub last_dead: Option<Timestamp>,
    /// How many destinations fail.
    pub failing_destinations: u64,
}

impl RunRead for HealthOf {
    type Found = Health;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Health, Error> {
        // The words stand in the statements, so that the indexes over some of the rows serve them.
        let one = |tx: &mut Tx<'_>, sql: &str| {
            let row = tx.query_opt(sql, params![self.scope])?;
            row.ok_or_else(|| Error::corrupt("count", "there is none"))
        };
        let pending = one(
            tx,
            "SELECT count(*), count(d.reason), min(d.created) FROM delivery d
             WHERE d.status = 'pending' AND d.tenant_id = COALESCE($1, d.tenant_id)",
        )?;
        let dead = one(
            tx,
            "SELECT count(*), max(d.finished) FROM delivery d
             WHERE d.status = 'dead' AND d.tenant_id = COALESCE($1, d.tenant_id)",
        )?;
        let destinations = one(
            tx,
            "SELECT count(*) FROM destination
             WHERE paused_until IS NOT NULL AND tenant_id = COALESCE($1, tenant_id)",
        )?;
        let count = |value: i64| u64::try_from(value).unwrap_or_default();
        Ok(Health {
            pending: count(pending.get(0)?),
            failing: count(pending.get(1)?),
            oldest_pending: pending.get(2)?,
            dead: count(dead.get(0)?),
            last_dead: dead.get(1)?,
            failing_destinations: count(destinations.get(0)?),
        })
    }
}
