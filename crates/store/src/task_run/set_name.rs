//! A task run gets a name.

use campana_model::Timestamp;
use campana_model::id::TaskRunId;
use uuid::Uuid;

use super::row::not_found;
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Error, Scope};

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
        let found = tx.execute(
            "UPDATE task_run SET name = $3, updated = $4 WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)",
            params![self.task_run_id, self.scope, self.name, self.now],
        )?;
        if found == 0 { Err(not_found(self.task_run_id)) } else { Ok(()) }
    }
}
