//! What follows when a delivery is closed, however that came about.

use campana_model::id::{DeliveryId, EventId, HookId, TenantId};
use campana_model::{EventKind, Timestamp};

use super::lease::lease_first;
use super::{Action, Status};
use crate::event::{self, Event};
use crate::sql::{Row, Tx, params};
use crate::{Changed, Error, incident};

/// Closes a pending delivery: `$1` its seq, `$2` its id, `$3` the status, `$4` the reason, `$5` the time, `$6` the
/// payload.
///
/// The status is compared in a roundabout way so that Postgres, which knows little of a table that grew a moment ago,
/// goes by the primary key and not through the index of all that is pending.
macro_rules! statement {
    ($guard:expr) => {
        concat!(
            "UPDATE delivery SET status = $3, reason = $4, finished = $5, payload = COALESCE(payload, $6),
                 leased_by = NULL, leased_until = NULL
             WHERE seq = $1 AND id = $2 AND COALESCE(status, '') = 'pending'",
            $guard,
            " RETURNING id, tenant_id, cloud_hook_id, event_id, order_key, action, destination"
        )
    };
}
pub(super) use statement;

/// A delivery that was just closed.
pub(super) struct Closed {
    pub(super) id: DeliveryId,
    pub(super) tenant_id: TenantId,
    pub(super) hook_id: HookId,
    event_id: Option<EventId>,
    order_key: Option<String>,
    action: Action,
    destination: String,
}

impl Closed {
    /// Reads what [`statement`] returns.
    pub(super) fn from_row(row: &Row) -> Result<Self, Error> {
        let action: String = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            tenant_id: row.get(1)?,
            hook_id: row.get(2)?,
            event_id: row.get(3)?,
            order_key: row.get(4)?,
            action: Action::from_name(&action)
                .ok_or_else(|| Error::corrupt("action of a delivery", action))?,
            destination: row.get(6)?,
        })
    }

    /// Whether it is about an incident of PagerDuty.
    fn is_of_incidents(&self) -> bool {
        self.order_key.as_ref().is_some_and(|key| key.starts_with("group:"))
    }
}

/// Closes a delivery that this transaction holds, whoever has leased it, and does what follows.
pub(super) fn close(
    tx: &mut Tx<'_>,
    seq: i64,
    id: DeliveryId,
    status: Status,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    const CLOSE: &str = statement!("");
    let payload: Option<&str> = None;
    let rows = tx.returning(CLOSE, params![seq, id, status.name(), reason, now, payload])?;
    match rows.first() {
        Some(row) => closed(tx, &Closed::from_row(row)?, status, reason, now),
        None => Ok(()),
    }
}

/// Does what follows: members take the outcome of their digest, incidents open and end, a dead delivery is
/// told, and the next of the line may go.
pub(super) fn closed(
    tx: &mut Tx<'_>,
    delivery: &Closed,
    status: Status,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.changed(delivery.tenant_id, Changed::Delivery(delivery.id, delivery.hook_id, None));
    let mut tells_dead = status == Status::Dead;
    if delivery.action == Action::Digest {
        tx.changed(delivery.tenant_id, Changed::Deliveries);
        tells_dead &= close_members(tx, delivery.id, status, reason, now)?;
    }
    if delivery.is_of_incidents() {
        incident_changes(tx, delivery, status, now)?;
    }
    if tells_dead {
        tell_dead(tx, delivery, reason, now)?;
    }
    if let Some(order_key) = &delivery.order_key {
        lease_first(tx, delivery.hook_id, order_key, &delivery.destination, now)?;
    }
    Ok(())
}

fn incident_changes(tx: &mut Tx<'_>, delivery: &Closed, status: Status, now: Timestamp) -> Result<(), Error> {
    match (delivery.action, status) {
        (Action::Notify, Status::Delivered) => {
            let Some(event_id) = delivery.event_id else { return Ok(()) };
            incident::triggered(tx, delivery.hook_id, event_id, now)
        }
        (Action::Resolve, Status::Delivered) => incident::ended(tx, delivery.hook_id, delivery.id),
        (Action::Resolve, Status::Dead | Status::Cancelled) => {
            incident::still_open(tx, delivery.hook_id, delivery.id)
        }
        _ => Ok(()),
    }
}

/// Says whether a dead digest is to be told: not if all it told was that others are dead.
fn close_members(
    tx: &mut Tx<'_>,
    digest: DeliveryId,
    status: Status,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.execute(
        "UPDATE delivery SET status = $2, reason = $3, finished = $4 WHERE digest_id = $1 AND status = 'pending'",
        params![digest, status.name(), reason, now],
    )?;
    // Something may have waited for a member.
    tx.leaves_due = true;
    let told = tx.query_opt(
        "SELECT 1 FROM delivery d JOIN event e ON e.id = d.event_id
         WHERE d.digest_id = $1 AND e.kind <> 'DELIVERY_DEAD' LIMIT 1",
        params![digest],
    )?;
    Ok(told.is_some())
}

/// Records that a delivery was given up, for the hooks that tell this. One that told the same of another is
/// not told, or two broken hooks would tell of each other for ever.
fn tell_dead(tx: &mut Tx<'_>, delivery: &Closed, reason: Option<&str>, now: Timestamp) -> Result<(), Error> {
    let dead = Event {
        id: EventId::new(),
        tenant_id: delivery.tenant_id,
        kind: EventKind::DeliveryDead,
        project_id: None,
        flow_id: None,
        version_group_id: None,
        flow_run_id: None,
        task_run_id: None,
        agent_id: None,
        delivery_id: Some(delivery.id),
        state: None,
        version: None,
        message: reason.map(str::to_owned),
        occurred_at: now,
        recorded_at: now,
    };
    match delivery.event_id {
        Some(event_id) => {
            let Some(told) = event::find(tx, event_id)? else { return Ok(()) };
            if told.kind == EventKind::DeliveryDead {
                return Ok(());
            }
            let Event { project_id, flow_id, version_group_id, flow_run_id, task_run_id, agent_id, .. } =
                told;
            event::record(
                tx,
                &Event { project_id, flow_id, version_group_id, flow_run_id, task_run_id, agent_id, ..dead },
            )
        }
        // A digest told of many runs; what they have in common is what its hook selects.
        None => {
            let sql = "SELECT project_id, version_group_id FROM cloud_hook WHERE id = $1";
            let Some(hook) = tx.query_opt(sql, params![delivery.hook_id])? else { return Ok(()) };
            event::record(tx, &Event { project_id: hook.get(0)?, version_group_id: hook.get(1)?, ..dead })
        }
    }
}
