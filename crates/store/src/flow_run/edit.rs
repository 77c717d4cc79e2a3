//! Changes of a flow run that are not changes of its state.

use campana_model::Timestamp;
use campana_model::id::{FlowRunId, TenantId};
use uuid::Uuid;

use super::not_found;
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope};

/// Gives a flow run another name.
#[derive(Clone, Debug)]
pub struct SetName {
    /// Whose run it may be.
    pub scope: Scope,
    /// The run.
    pub flow_run_id: FlowRunId,
    /// The name.
    pub name: String,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for SetName {
    type Applied = ();

    fn route(&self) -> Uuid {
        super::route(self.flow_run_id)
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let found = tx.returning(
            "UPDATE flow_run SET name = $3, updated = $4 WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)
             RETURNING tenant_id",
            params![self.flow_run_id, self.scope, self.name, self.now],
        )?;
        let row = found.first().ok_or_else(|| not_found(self.flow_run_id))?;
        tx.changed(row.get(0)?, Changed::FlowRun(self.flow_run_id));
        Ok(())
    }
}

/// Notes a sign of life of a flow run.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    /// Whose run it may be.
    pub scope: Scope,
    /// The run.
    pub flow_run_id: FlowRunId,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Heartbeat {
    type Applied = ();

    fn route(&self) -> Uuid {
        super::route(self.flow_run_id)
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let found = tx.execute(
            "UPDATE flow_run SET heartbeat = $3 WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)",
            params![self.flow_run_id, self.scope, self.now],
        )?;
        if found == 0 { Err(not_found(self.flow_run_id)) } else { Ok(()) }
    }
}

/// Deletes a flow run with its task runs, their histories and its log. Events and deliveries stay, and what
/// is owed is delivered.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Whose run it may be.
    pub scope: Scope,
    /// The run.
    pub flow_run_id: FlowRunId,
}

impl ApplyWrite for Delete {
    type Applied = ();

    fn route(&self) -> Uuid {
        super::route(self.flow_run_id)
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let sql = format!(
            "SELECT tenant_id FROM flow_run WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id){}",
            tx.dialect().for_update()
        );
        let row = tx.query_opt(&sql, params![self.flow_run_id, self.scope])?;
        let row = row.ok_or_else(|| not_found(self.flow_run_id))?;
        tx.changed(row.get(0)?, Changed::FlowRun(self.flow_run_id));
        delete(tx, self.flow_run_id)
    }
}

/// Deletes a run that this transaction has locked.
pub(crate) fn delete(tx: &mut Tx<'_>, id: FlowRunId) -> Result<(), Error> {
    for sql in [
        "DELETE FROM task_run_state WHERE task_run_id IN (SELECT id FROM task_run WHERE flow_run_id = $1)",
        "DELETE FROM task_run WHERE flow_run_id = $1",
        "DELETE FROM flow_run_state WHERE flow_run_id = $1",
        "DELETE FROM log WHERE flow_run_id = $1",
        "DELETE FROM flow_run WHERE id = $1",
    ] {
        tx.execute(sql, params![id])?;
    }
    Ok(())
}

/// Whose run it is, if it is in the scope.
pub(crate) fn tenant(tx: &mut Tx<'_>, scope: Scope, id: FlowRunId) -> Result<Option<TenantId>, Error> {
    let row = tx.query_opt(
        "SELECT tenant_id FROM flow_run WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id)",
        params![id, scope],
    )?;
    row.map(|row| row.get(0)).transpose()
}
