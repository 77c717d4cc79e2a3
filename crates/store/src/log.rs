//! The logs of runs.

use std::collections::{BTreeMap, BTreeSet};

use campana_model::Timestamp;
use campana_model::id::{FlowRunId, RowId, TaskRunId, TenantId};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::sql::{Dialect, Row, Tx, params};
use crate::store::sealed::{ApplyWrite, RunRead};
use crate::{Changed, Error, Scope, flow_run};

/// A line of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The run that wrote it.
    pub flow_run_id: FlowRunId,
    /// The task run in it, if it was one.
    pub task_run_id: Option<TaskRunId>,
    /// When it was written, if the writer says so.
    pub timestamp: Option<Timestamp>,
    /// The logger.
    pub name: Option<String>,
    /// The level, by Python's names: `INFO`.
    pub level: String,
    /// What it says.
    pub message: String,
    /// What else there is.
    pub info: Option<Json>,
}

/// Writes lines into the logs of runs. Those of a run that is not there any more are dropped, so that they
/// do not keep the rest of the batch out.
#[derive(Clone, Debug)]
pub struct Write {
    /// Whose runs they may be.
    pub scope: Scope,
    /// The lines, in the order in which they were written.
    pub lines: Vec<Line>,
    /// The time.
    pub now: Timestamp,
}

/// What became of a batch of lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// How many were written.
    pub written: usize,
    /// How many were dropped, because their run is not there.
    pub dropped: usize,
}

impl ApplyWrite for Write {
    type Applied = Written;

    /// A batch is nearly always of one run.
    fn route(&self) -> Uuid {
        self.lines.first().map_or_else(Uuid::nil, |line| flow_run::route(line.flow_run_id))
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<Written, Error> {
        self.lock(tx)?;
        let mut tenants: BTreeMap<FlowRunId, Option<TenantId>> = BTreeMap::new();
        let mut written = 0;
        for line in &self.lines {
            let known = tenants.get(&line.flow_run_id).copied();
            let tenant = match known {
                Some(tenant) => tenant,
                None => {
                    let tenant = flow_run::tenant(tx, self.scope, line.flow_run_id)?;
                    tenants.insert(line.flow_run_id, tenant);
                    if let Some(tenant) = tenant {
                        tx.changed(tenant, Changed::Log(line.flow_run_id));
                    }
                    tenant
                }
            };
            let Some(tenant) = tenant else { continue };
            tx.execute(
                "INSERT INTO log (id, tenant_id, flow_run_id, task_run_id, timestamp, name, level, message, info,
                     created)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                params![
                    RowId::new(),
                    tenant,
                    line.flow_run_id,
                    line.task_run_id,
                    line.timestamp.unwrap_or(self.now),
                    line.name,
                    line.level,
                    line.message,
                    line.info,
                    self.now,
                ],
            )?;
            written += 1;
        }
        Ok(Written { written, dropped: self.lines.len() - written })
    }
}

impl Write {
    /// Has the lines of each run become visible in the order of their places: on Postgres, where a later place could be there
    /// before an earlier one, nobody else writes into the log of a run until this transaction ends.
    fn lock(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        if tx.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        // In one order, so that no two transactions wait for each other.
        let runs: BTreeSet<_> = self.lines.iter().map(|line| line.flow_run_id).collect();
        for run in runs {
            // Ids are random at their ends; two runs with one lock would but wait for each other.
            let [.., a, b, c, d, e, f, g, h] = run.uuid().into_bytes();
            let lock = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
            tx.query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)", params![lock])?;
        }
        Ok(())
    }
}

/// The lines of a run behind a place, in the order in which they were written.
#[derive(Clone, Copy, Debug)]
pub struct After {
    /// Whose run it may be.
    pub scope: Scope,
    /// The run.
    pub flow_run_id: FlowRunId,
    /// Only those of this task run.
    pub task_run_id: Option<TaskRunId>,
    /// The place; 0: from the first line on.
    pub seq: i64,
    /// How many at most.
    pub limit: u32,
}

/// A line as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its place among all lines.
    pub seq: i64,
    /// The line's id.
    pub id: RowId,
    /// The line.
    pub line: Line,
}

impl RunRead for After {
    type Found = Vec<Placed>;

    fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Placed>, Error> {
        // The sign keeps SQLite from going through all lines behind the place, whosever they are.
        let rows = tx.query(
            "SELECT seq, id, task_run_id, timestamp, name, level, message, info FROM log
             WHERE flow_run_id = $1 AND seq + 0 > $2 AND tenant_id = COALESCE($3, tenant_id)
                 AND (task_run_id = $4 OR $4 IS NULL)
             ORDER BY seq + 0 LIMIT $5",
            params![self.flow_run_id, self.seq, self.scope, self.task_run_id, self.limit],
        )?;
        rows.iter().map(|row| self.placed(row)).collect()
    }
}

impl After {
    fn placed(&self, row: &Row) -> Result<Placed, Error> {
        let line = Line {
            flow_run_id: self.flow_run_id,
            task_run_id: row.get(2)?,
            timestamp: Some(row.get(3)?),
            name: row.get(4)?,
            level: row.get(5)?,
            message: row.get(6)?,
            info: row.json(7)?,
        };
        Ok(Placed { seq: row.get(0)?, id: row.get(1)?, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::{Trial, at, on_both};

    on_both!(lines_are_read_on_from_where_one_was);

    async fn lines_are_read_on_from_where_one_was(trial: Trial) {
        let (run, other) = (trial.flow_run().await, trial.flow_run().await);
        let scope = trial.scope();
        let line = |flow_run_id, message: &str| Line {
            flow_run_id,
            task_run_id: None,
            timestamp: None,
            name: None,
            level: "INFO".into(),
            message: message.into(),
            info: None,
        };
        let mut watch = trial.store.watch();
        for batch in [&["1", "2"][..], &["3"]] {
            let lines = batch.iter().flat_map(|text| [line(run, text), line(other, "x")]).collect();
            trial.store.write(Write { scope, lines, now: at(1) }).await.unwrap();
        }
        let after = async |seq, limit| {
            let after = After { scope, flow_run_id: run, task_run_id: None, seq, limit };
            trial.store.read(after).await.unwrap()
        };
        let messages =
            |lines: &[Placed]| lines.iter().map(|placed| placed.line.message.clone()).collect::<Vec<_>>();
        let first = after(0, 2).await;
        assert_eq!(messages(&first), ["1", "2"]);
        assert_eq!(messages(&after(first[1].seq, 2).await), ["3"]);
        let task_run_id = Some(TaskRunId::from_uuid(run.uuid()));
        let of_task = After { scope, flow_run_id: run, task_run_id, seq: 0, limit: 9 };
        assert_eq!(trial.store.read(of_task).await.unwrap(), []);
        let elsewhere = After { scope: TenantId::new().into(), task_run_id: None, ..of_task };
        assert_eq!(trial.store.read(elsewhere).await.unwrap(), []);
        let Some(crate::Told::These(told)) = watch.next().await else { panic!("nothing was told") };
        let mut told: Vec<_> = told.iter().map(|change| change.what).collect();
        told.sort_by_key(|what| *what != Changed::Log(run));
        assert_eq!(told, [Changed::Log(run), Changed::Log(other)]);
    }
}
