//! How much is owed, for `/health` and `/metrics`.

use campana_model::Timestamp;

use super::claim::oldest_due;
use crate::Error;
use crate::sql::{Tx, params};
use crate::store::sealed::RunRead;

/// Counts what is owed and what failed.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// The time.
    pub now: Timestamp,
}

/// How much is owed, and what failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// What is owed, in whosever hands.
    pub pending: u64,
    /// What of it is in a server's hands.
    pub leased: u64,
    /// What was given up.
    pub dead: u64,
    /// Destinations to which nothing is sent now.
    pub paused_destinations: u64,
    /// Since when the delivery that has waited longest could be sent; one whose destination is paused, or that
    /// follows another, cannot.
    pub oldest_due: Option<Timestamp>,
}

impl RunRead for Count {
    type Found = Counts;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Counts, Error> {
        let mut count = |sql: &str| -> Result<u64, Error> {
            let row = tx.query_opt(sql, params![])?;
            let count: i64 = row.map_or(Ok(0), |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or_default())
        };
        Ok(Counts {
            pending: count("SELECT count(*) FROM delivery WHERE status = 'pending'")?,
            leased: count("SELECT count(*) FROM delivery WHERE leased_until IS NOT NULL")?,
            dead: count("SELECT count(*) FROM delivery WHERE status = 'dead'")?,
            paused_destinations: count("SELECT count(*) FROM destination WHERE paused_until IS NOT NULL")?,
            oldest_due: oldest_due(tx, self.now)?,
        })
    }
}
