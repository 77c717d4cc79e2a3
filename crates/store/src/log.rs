//! The logs of runs.

use std::collections::BTreeMap;

use campana_model::Timestamp;
use campana_model::id::{FlowRunId, RowId, TaskRunId, TenantId};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Error, Scope, flow_run};

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
        let mut tenants: BTreeMap<FlowRunId, Option<TenantId>> = BTreeMap::new();
        let mut written = 0;
        for line in &self.lines {
            let known = tenants.get(&line.flow_run_id).copied();
            let tenant = match known {
                Some(tenant) => tenant,
                None => {
                    let tenant = flow_run::tenant(tx, self.scope, line.flow_run_id)?;
                    tenants.insert(line.flow_run_id, tenant);
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
