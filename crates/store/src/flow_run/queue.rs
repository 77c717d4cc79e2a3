//! Which runs an agent is to take.

use std::collections::BTreeSet;

use campana_model::Timestamp;
use campana_model::id::{FlowRunId, TenantId};

use crate::Error;
use crate::sql::{Row, Tx, params};
use crate::store::sealed::RunRead;

/// How many runs an agent is told of at once.
pub const MAX_IN_QUEUE: usize = 25;

/// How many candidates are read at once.
const PAGE: usize = 200;

/// The runs that are due and that an agent with these labels may take, the longest waiting first.
///
/// A run is due when it waits and its time has come, and also when it runs and one of its tasks waits and is
/// due: the process that ran it has ended, since it does not sleep through long delays. An agent has to have every
/// label of a run, and one that has labels takes only runs that have some.
#[derive(Clone, Debug)]
pub struct InQueue {
    /// Whose runs.
    pub tenant_id: TenantId,
    /// Runs that are due before this time.
    pub before: Timestamp,
    /// The labels of the agent.
    pub labels: BTreeSet<String>,
}

impl RunRead for InQueue {
    type Found = Vec<FlowRunId>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<FlowRunId>, Error> {
        // The lists of states are those of the indexes, word for word. SQLite would go through all runs of the
        // tenant, and takes a cross join in the order in which it is written.
        let mut found = self.collect(
            tx,
            "SELECT id, state_start_time, labels FROM flow_run
             WHERE state IN ('Scheduled', 'Retrying', 'Paused', 'Resume', 'Queued') AND tenant_id = $1
                 AND state_start_time <= $2
             ORDER BY state_start_time, id LIMIT $3 OFFSET $4",
        )?;
        found.extend(self.collect(
            tx,
            "SELECT r.id, MIN(t.state_start_time) AS due, r.labels
             FROM task_run t CROSS JOIN flow_run r
             WHERE t.state IN ('Retrying', 'Paused', 'Resume', 'Queued', 'Scheduled')
                 AND t.state_start_time <= $2 AND r.id = t.flow_run_id AND r.tenant_id = $1 AND r.state = 'Running'
             GROUP BY r.id, r.labels ORDER BY due, r.id LIMIT $3 OFFSET $4",
        )?);
        found.sort();
        found.truncate(MAX_IN_QUEUE);
        Ok(found.into_iter().map(|(_, run)| run).collect())
    }
}

impl InQueue {
    /// The first runs of the query that this agent may take.
    fn collect(&self, tx: &mut Tx<'_>, sql: &str) -> Result<Vec<(Timestamp, FlowRunId)>, Error> {
        let mut found = Vec::new();
        for page in 0.. {
            let passed = (page * PAGE) as i64;
            let rows = tx.query(sql, params![self.tenant_id, self.before, PAGE as i64, passed])?;
            for row in &rows {
                if self.may_take(row)? {
                    found.push((row.get(1)?, row.get(0)?));
                }
            }
            if rows.len() < PAGE || found.len() >= MAX_IN_QUEUE {
                break;
            }
        }
        Ok(found)
    }

    fn may_take(&self, row: &Row) -> Result<bool, Error> {
        let labels: String = row.get(2)?;
        let labels: BTreeSet<String> =
            serde_json::from_str(&labels).map_err(|error| Error::corrupt("labels", error))?;
        Ok(labels.is_empty() == self.labels.is_empty() && labels.is_subset(&self.labels))
    }
}
