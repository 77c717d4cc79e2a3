//! A version of a flow goes out of use, or is deleted; and whether its schedule makes runs.

use campana_model::Timestamp;
use campana_model::id::{FlowGroupId, FlowId};
use campana_model::transition::Command;
use uuid::Uuid;

use crate::flow_run::{self, FlowRun};
use crate::sql::{Tx, params};
use crate::store::sealed::ApplyWrite;
use crate::{Changed, Error, Scope};

/// Archives a version of a flow: it makes no runs any more. Those that its schedule has made ahead are deleted,
/// others that have not begun are cancelled, and those that run go on.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Whose flow it may be.
    pub scope: Scope,
    /// The version.
    pub flow_id: FlowId,
    /// The time.
    pub now: Timestamp,
}

impl ApplyWrite for Archive {
    type Applied = ();

    fn route(&self) -> Uuid {
        self.flow_id.uuid()
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        check(tx, self.scope, self.flow_id)?;
        archive(tx, self.flow_id, self.now)
    }
}

/// Deletes a version of a flow with its runs. Events and deliveries stay, and what is owed is delivered.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Whose flow it may be.
    pub scope: Scope,
    /// The version.
    pub flow_id: FlowId,
}

impl ApplyWrite for Delete {
    type Applied = ();

    fn route(&self) -> Uuid {
        self.flow_id.uuid()
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        check(tx, self.scope, self.flow_id)?;
        delete(tx, self.flow_id)
    }
}

/// Lets the schedule of a flow make runs, or not. A flow without one takes it and makes none.
#[derive(Clone, Debug)]
pub struct SetScheduleActive {
    /// Whose flow it may be.
    pub scope: Scope,
    /// The version.
    pub flow_id: FlowId,
    /// Whether it makes runs; if not, those that it has made ahead are deleted.
    pub active: bool,
}

impl ApplyWrite for SetScheduleActive {
    type Applied = ();

    fn route(&self) -> Uuid {
        self.flow_id.uuid()
    }

    fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        check(tx, self.scope, self.flow_id)?;
        tx.execute(
            "UPDATE flow SET is_schedule_active = ($2 AND schedule IS NOT NULL AND NOT archived) WHERE id = $1",
            params![self.flow_id, self.active],
        )?;
        if !self.active {
            delete_made_ahead(tx, self.flow_id)?;
        }
        Ok(())
    }
}

/// Locks the flow, which is about to change, and in which no other transaction makes runs until this one ends.
fn check(tx: &mut Tx<'_>, scope: Scope, id: FlowId) -> Result<(), Error> {
    let sql = format!(
        "SELECT tenant_id FROM flow WHERE id = $1 AND tenant_id = COALESCE($2, tenant_id){}",
        tx.dialect().for_update()
    );
    let row = tx.query_opt(&sql, params![id, scope])?.ok_or_else(|| super::not_found(id))?;
    tx.changed(row.get(0)?, Changed::Flow);
    Ok(())
}

/// Archives all versions but this one.
pub(super) fn archive_others(
    tx: &mut Tx<'_>,
    group: FlowGroupId,
    current: FlowId,
    now: Timestamp,
) -> Result<(), Error> {
    let others = tx.query(
        "SELECT id FROM flow WHERE flow_group_id = $1 AND id <> $2 AND NOT archived ORDER BY id",
        params![group, current],
    )?;
    for other in others {
        archive(tx, other.get(0)?, now)?;
    }
    Ok(())
}

fn archive(tx: &mut Tx<'_>, id: FlowId, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE flow SET archived = $2, is_schedule_active = $3 WHERE id = $1",
        params![id, true, false],
    )?;
    delete_made_ahead(tx, id)?;
    let waiting = tx.query(
        "SELECT id FROM flow_run WHERE flow_id = $1 AND state = 'Scheduled' ORDER BY id",
        params![id],
    )?;
    for run in waiting {
        let mut run = FlowRun::lock(tx, Scope::All, run.get(0)?)?;
        let decision = run.decide(Command::Cancel, now)?;
        run.take(tx, &decision, now)?;
    }
    Ok(())
}

fn delete_made_ahead(tx: &mut Tx<'_>, id: FlowId) -> Result<(), Error> {
    let sql = format!(
        "SELECT id FROM flow_run WHERE flow_id = $1 AND state = 'Scheduled' AND auto_scheduled ORDER BY id{}",
        tx.dialect().for_update()
    );
    for run in tx.query(&sql, params![id])? {
        flow_run::delete(tx, run.get(0)?)?;
    }
    Ok(())
}

/// Deletes the flow with what hangs on it.
pub(crate) fn delete(tx: &mut Tx<'_>, id: FlowId) -> Result<(), Error> {
    let sql = format!("SELECT id FROM flow_run WHERE flow_id = $1 ORDER BY id{}", tx.dialect().for_update());
    for run in tx.query(&sql, params![id])? {
        flow_run::delete(tx, run.get(0)?)?;
    }
    let group = tx.query_opt("SELECT flow_group_id FROM flow WHERE id = $1", params![id])?;
    for sql in [
        "DELETE FROM edge WHERE flow_id = $1",
        "DELETE FROM task WHERE flow_id = $1",
        "DELETE FROM flow WHERE id = $1",
    ] {
        tx.execute(sql, params![id])?;
    }
    if let Some(group) = group {
        // The last version takes with it what all shared.
        tx.execute(
            "DELETE FROM flow_group
             WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM flow WHERE flow.flow_group_id = flow_group.id)",
            params![group.get::<FlowGroupId>(0)?],
        )?;
    }
    Ok(())
}
