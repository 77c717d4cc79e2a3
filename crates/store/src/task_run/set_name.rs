//! A task run gets a name.

use campana_model::Timestamp;
use campana_model::id::TaskRunId;
use uuid::Uuid;

use super::row::not_found;
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope};

/// Gives a task run a name.
#[derive(Clone, Debug)]
pub struct SetName {
    /// Whose run it may be.
    pub scope: Scope,
    /// The run.
    pub task_run_id: TaskRunId,
    /// The name.
    pub name: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for SetName {
    type Applied = ();

    fn route(&self) -> Uuid {
        super::route(self.task_run_id)
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let found = tx.returning(
            "UPDATE task_run SET name = $3, updated = $4 WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)
             RETURNING tenant_id, flow_run_id",
            params![self.task_run_id, self.scope, self.name, self.now],
        )?;
        let row = found.first().ok_or_else(|| not_found(self.task_run_id))?;
        tx.changed(row.get(0)?, Changed::TaskRun(row.get(1)?, self.task_run_id));
        Ok(())
    }
}
