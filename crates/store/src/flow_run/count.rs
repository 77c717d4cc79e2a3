//! How many runs there are that have not ended.

use campana_model::StateKind;

use crate::sql::{Tx, params};
use crate::store::sealed::RunRead;
use crate::{Error, Scope};

/// How many flow runs wait, and how many somebody has taken, by their state. Those that have ended are not
/// counted: they are many, and counting reads each.
#[derive(Clone, Copy, Debug)]
pub struct CountWaitingAndAlive {
    /// Whose runs.
    pub scope: Scope,
}

impl RunRead for CountWaitingAndAlive {
    type Found = Vec<(StateKind, u64)>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Found, Error> {
        let rows = tx.query(
            "SELECT state, COUNT(*) FROM flow_run
             WHERE state IN ('Scheduled', 'Retrying', 'Paused', 'Resume', 'Queued')
                 AND tenant_id = COALESCE($1, tenant_id)
             GROUP BY state
             UNION ALL
             SELECT state, COUNT(*) FROM flow_run
             WHERE state IN ('Running', 'Submitted', 'Cancelling') AND tenant_id = COALESCE($1, tenant_id)
             GROUP BY state",
            params![self.scope],
        )?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs()))).collect()
    }
}
