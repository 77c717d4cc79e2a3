//! Incidents: alerts of PagerDuty that were triggered and not yet resolved.
//!
//! A trigger that was accepted opens one for its hook and flow. What ends it is a success of the same run, or of a
//! run of the flow that started later, recorded after what triggered: for that a delivery is written that
//! [resolves](Action::Resolve) it, whatever states the hook lists. It is looked for when a flow run succeeds, when a
//! trigger is accepted (the success may be there already), and now and then ([`sweep`]), as two servers may do
//! these at once and not see each other's.
//!
//! While another trigger of the same hook and flow is on its way nothing is resolved: it looks for itself when it
//! is accepted.

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, EventId, FlowRunId, HookId, TenantId};

use crate::Error;
use crate::delivery::{Action, New, is_success};
use crate::event::{self, Event};
use crate::sql::{Row, Tx, params};

struct Incident {
    hook_id: HookId,
    tenant_id: TenantId,
    version_group_id: String,
    flow_run_id: FlowRunId,
    run_start_time: Timestamp,
    /// When that was recorded which triggered it.
    since: Timestamp,
    destination: String,
}

impl Incident {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            hook_id: row.get(0)?,
            tenant_id: row.get(1)?,
            version_group_id: row.get(2)?,
            flow_run_id: row.get(3)?,
            run_start_time: row.get(4)?,
            since: row.get(5)?,
            destination: row.get(6)?,
        })
    }
}

macro_rules! open {
    ($and:literal) => {
        concat!(
            "SELECT i.cloud_hook_id, i.tenant_id, i.version_group_id, i.flow_run_id, i.run_start_time,
                 e.recorded_at, h.destination
             FROM incident i JOIN event e ON e.id = i.event_id JOIN cloud_hook h ON h.id = i.cloud_hook_id
             WHERE i.resolve_id IS NULL",
            $and
        )
    };
}

/// Looks for incidents that the event ends, if it is a success of a flow run.
pub(crate) fn succeeded(tx: &mut Tx<'_>, event: &Event) -> Result<(), Error> {
    let Some(group) = event.version_group_id.as_ref().filter(|_| is_success(event)) else { return Ok(()) };
    let sql = open!(" AND i.tenant_id = $1 AND i.version_group_id = $2");
    let open = tx.query(sql, params![event.tenant_id, group])?;
    open.iter().try_for_each(|row| resolve(tx, &Incident::from_row(row)?))
}

/// Opens an incident, as a message of this event was accepted.
pub(crate) fn triggered(
    tx: &mut Tx<'_>,
    hook_id: HookId,
    event_id: EventId,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(event) = event::find(tx, event_id)? else { return Ok(()) };
    let (Some(group), Some(run), false) = (&event.version_group_id, event.flow_run_id, is_success(&event))
    else {
        return Ok(());
    };
    tx.execute(
        "INSERT INTO incident (cloud_hook_id, version_group_id, tenant_id, flow_run_id, run_start_time, event_id,
             opened)
         VALUES ($1, $2, $3, $4, COALESCE((SELECT COALESCE(start_time, created) FROM flow_run WHERE id = $4), $6), $5, $6)
         ON CONFLICT (cloud_hook_id, version_group_id) DO UPDATE SET flow_run_id = excluded.flow_run_id,
             run_start_time = excluded.run_start_time, event_id = excluded.event_id, resolve_id = NULL",
        params![hook_id, group, event.tenant_id, run, event.id, now],
    )?;
    let sql = open!(" AND i.cloud_hook_id = $1 AND i.version_group_id = $2");
    let open = tx.query(sql, params![hook_id, group])?;
    open.iter().try_for_each(|row| resolve(tx, &Incident::from_row(row)?))
}

/// Looks at every incident that is open.
pub(crate) fn sweep(tx: &mut Tx<'_>) -> Result<(), Error> {
    let open = tx.query(open!(""), params![])?;
    open.iter().try_for_each(|row| resolve(tx, &Incident::from_row(row)?))
}

/// An incident is over: its end was accepted.
pub(crate) fn ended(tx: &mut Tx<'_>, hook_id: HookId, resolve_id: DeliveryId) -> Result<(), Error> {
    let sql = "DELETE FROM incident WHERE cloud_hook_id = $1 AND resolve_id = $2";
    tx.execute(sql, params![hook_id, resolve_id])?;
    Ok(())
}

/// The end of an incident could not be told, so the next success is to tell it.
pub(crate) fn still_open(tx: &mut Tx<'_>, hook_id: HookId, resolve_id: DeliveryId) -> Result<(), Error> {
    let sql = "UPDATE incident SET resolve_id = NULL WHERE cloud_hook_id = $1 AND resolve_id = $2";
    tx.execute(sql, params![hook_id, resolve_id])?;
    Ok(())
}

/// Writes the delivery that tells the end of the incident, if there was a success that ends it.
fn resolve(tx: &mut Tx<'_>, incident: &Incident) -> Result<(), Error> {
    let order_key = format!("group:{}", incident.version_group_id);
    let Some(success) = success(tx, incident)? else { return Ok(()) };
    if another_trigger(tx, incident.hook_id, &order_key)? {
        return Ok(());
    }
    let Some(resolve_id) = tell_end(tx, incident, &order_key, &success)? else { return Ok(()) };
    tx.execute(
        "UPDATE incident SET resolve_id = $3 WHERE cloud_hook_id = $1 AND version_group_id = $2",
        params![incident.hook_id, incident.version_group_id, resolve_id],
    )?;
    Ok(())
}

/// The latest success that ends the incident.
fn success(tx: &mut Tx<'_>, incident: &Incident) -> Result<Option<Event>, Error> {
    let row = tx.query_opt(
        "SELECT e.id FROM event e JOIN flow_run r ON r.id = e.flow_run_id
         WHERE e.version_group_id = $1 AND e.tenant_id = $2 AND e.recorded_at >= $3
             AND e.kind = 'STATE_CHANGE' AND e.task_run_id IS NULL
             AND e.state IN ('Success', 'Cached', 'Mapped', 'Skipped')
             AND (e.flow_run_id = $4 OR COALESCE(r.start_time, r.created) > $5)
         ORDER BY e.recorded_at DESC LIMIT 1",
        params![
            incident.version_group_id,
            incident.tenant_id,
            incident.since,
            incident.flow_run_id,
            incident.run_start_time,
        ],
    )?;
    row.map_or(Ok(None), |row| event::find(tx, row.get(0)?))
}

fn another_trigger(tx: &mut Tx<'_>, hook_id: HookId, order_key: &str) -> Result<bool, Error> {
    let found = tx.query_opt(
        "SELECT 1 FROM delivery d JOIN event e ON e.id = d.event_id
         WHERE d.cloud_hook_id = $1 AND d.order_key = $2 AND d.status = 'pending' AND d.action = 'notify'
             AND (e.state IS NULL OR e.state NOT IN ('Success', 'Cached', 'Mapped', 'Skipped')) LIMIT 1",
        params![hook_id, order_key],
    )?;
    Ok(found.is_some())
}

/// Gives the delivery that tells the end, unless the hook has told this success already.
fn tell_end(
    tx: &mut Tx<'_>,
    incident: &Incident,
    order_key: &str,
    success: &Event,
) -> Result<Option<DeliveryId>, Error> {
    // A hook that lists successes may owe this one already; it becomes the end of the incident.
    let owed = tx.returning(
        "UPDATE delivery SET action = 'resolve'
         WHERE event_id = $1 AND cloud_hook_id = $2 AND status = 'pending' AND attempts = 0 RETURNING id",
        params![success.id, incident.hook_id],
    )?;
    if let Some(row) = owed.first() {
        return row.get(0).map(Some);
    }
    let new = New {
        hook_id: incident.hook_id,
        event: success,
        action: Action::Resolve,
        destination: &incident.destination,
        order_key: Some(order_key),
        limited: false,
        held_back: true,
    };
    new.insert(tx)
}
