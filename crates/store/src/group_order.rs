//! The order of changes within a version group, where somebody depends on it.

use campana_model::id::FlowGroupId;
use campana_model::{StateSet, Subject};

use crate::Error;
use crate::delivery::is_success;
use crate::event::Event;
use crate::sql::{Dialect, Tx, params};

/// Lets the changes that PagerDuty is told be recorded one after the other: an incident is opened and resolved
/// by different runs of a group, so the order of its deliveries has to be that of the commits. Others, which are
/// most, wait for nobody. SQLite has one writer anyway.
pub(crate) fn keep(tx: &mut Tx<'_>, group: FlowGroupId, event: &Event) -> Result<(), Error> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let subject = if event.task_run_id.is_some() { Subject::TaskRun } else { Subject::FlowRun };
    let states = event.state.map_or(StateSet::EMPTY, StateSet::of);
    // A success may end an incident, whatever states the hook lists.
    tx.query(
        "SELECT 1 FROM flow_group WHERE id = $1 AND EXISTS (
             SELECT 1 FROM cloud_hook h
             WHERE h.tenant_id = $2 AND h.type = 'PAGERDUTY' AND h.active AND h.deleted_at IS NULL
                 AND (h.version_group_id IS NULL OR h.version_group_id = $3)
                 AND (h.project_id IS NULL OR h.project_id = $4)
                 AND ($5 OR ((h.subject & $6) <> 0 AND (h.state_mask & $7) <> 0))
         ) FOR NO KEY UPDATE",
        params![
            group,
            event.tenant_id,
            event.version_group_id,
            event.project_id,
            is_success(event),
            subject.bits(),
            states.bits(),
        ],
    )?;
    Ok(())
}
