//! How much is owed, and for how long it has been.

use campana_model::Timestamp;

use crate::Error;
use crate::sql::{Tx, params};
use crate::store::sealed::RunRead;

/// What all tenants are owed.
#[derive(Clone, Copy, Debug)]
pub struct CountBacklog {
    /// The time.
    pub now: Timestamp,
}

/// How much is owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Backlog {
    /// Deliveries that have not ended.
    pub pending: u64,
    /// Deliveries that were given up, and neither replayed nor pruned.
    pub dead: u64,
    /// Destinations that fail.
    pub failing: u64,
    /// Since when a delivery has been due that nobody has in hand, though its destination does not fail.
    pub due_since: Option<Timestamp>,
}

macro_rules! unleased {
    () => {
        "d.status = 'pending' AND d.leased_by IS NULL AND d.digest_id IS NULL AND NOT d.limited"
    };
}

/// One step in the index for each destination, so that a long queue does not make it slow.
const DUE_SINCE: &str = concat!(
    "WITH RECURSIVE place (destination) AS (
         SELECT min(d.destination) FROM delivery d WHERE ",
    unleased!(),
    "   UNION ALL
         SELECT (SELECT min(d.destination) FROM delivery d WHERE d.destination > place.destination AND ",
    unleased!(),
    ") FROM place WHERE place.destination IS NOT NULL
     )
     SELECT min((SELECT min(d.due_at) FROM delivery d WHERE d.destination = place.destination AND ",
    unleased!(),
    ")) FROM place
     WHERE NOT EXISTS (SELECT 1 FROM destination t WHERE t.key = place.destination AND t.failures > 0)"
);

impl RunRead for CountBacklog {
    type Found = Backlog;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Backlog, Error> {
        let due_since: Option<Timestamp> = match tx.query_opt(DUE_SINCE, params![])? {
            Some(row) => row.get(0)?,
            None => None,
        };
        Ok(Backlog {
            pending: count(tx, "SELECT count(*) FROM delivery WHERE status = 'pending'")?,
            dead: count(tx, "SELECT count(*) FROM delivery WHERE status = 'dead'")?,
            failing: count(tx, "SELECT count(*) FROM destination WHERE failures > 0")?,
            due_since: due_since.filter(|since| *since <= self.now),
        })
    }
}

fn count(tx: &mut Tx<'_>, sql: &str) -> Result<u64, Error> {
    let row = tx.query_opt(sql, params![])?;
    let count: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
