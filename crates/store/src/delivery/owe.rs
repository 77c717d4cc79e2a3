//! What an event makes owed: a delivery for each hook that it matches, in the transaction of the change.

use std::time::Duration;

use campana_model::id::{DeliveryId, FlowRunId, HookId, TaskRunId};
use campana_model::{EventKind, HookType, StateKind, StateSet, Subject};

use super::claimed::route;
use super::lease::after;
use super::{Action, Claimed};
use crate::event::Event;
use crate::incident;
use crate::sql::{Row, Tx, params};
use crate::{Changed, Error};

/// How long a delivery may wait for a destination that is paused before it is given up: longer than its
/// attempts take when nothing is paused.
pub const GIVE_UP_AFTER: Duration = Duration::from_hours(78);

/// A hook as the match finds it; `$1..$5` are tenant, version group, project, order keys of the group and the run.
macro_rules! matching {
    ($condition:literal) => {
        concat!(
            "SELECT h.id, h.type, h.destination, h.max_per_minute IS NOT NULL,
                 EXISTS (SELECT 1 FROM destination t WHERE t.key = h.destination AND t.paused_until IS NOT NULL),
                 EXISTS (SELECT 1 FROM delivery e WHERE e.cloud_hook_id = h.id AND e.status = 'pending'
                     AND e.order_key = CASE h.type WHEN 'PAGERDUTY' THEN $4 ELSE $5 END)
             FROM cloud_hook h
             WHERE h.tenant_id = $1 AND h.deleted_at IS NULL AND h.active
                 AND (h.version_group_id IS NULL OR h.version_group_id = $2)
                 AND (h.project_id IS NULL OR h.project_id = $3) AND ",
            $condition
        )
    };
}

pub(super) const BY_STATE: &str = matching!("(h.subject & $6) <> 0 AND (h.state_mask & $7) <> 0");
pub(super) const BY_KIND: &str = matching!("(h.event_mask & $6) <> 0");

/// Writes a delivery for each hook that the event matches.
pub(crate) fn owe(tx: &mut Tx<'_>, event: &Event) -> Result<(), Error> {
    // A success that ends an incident is told as its end, so this comes first: one event, one delivery.
    incident::succeeded(tx, event)?;
    let keys = OrderKeys::of(event);
    for hook in matches(tx, event, &keys)? {
        let order_key = keys.of_hook(hook.hook_type);
        let new = New {
            hook_id: hook.id,
            event,
            action: Action::Notify,
            destination: &hook.destination,
            order_key,
            limited: hook.limited,
            held_back: hook.paused || hook.follows,
        };
        new.insert(tx)?;
    }
    Ok(())
}

/// In what line an event's deliveries stand.
pub(crate) struct OrderKeys {
    run: Option<String>,
    group: Option<String>,
}

impl OrderKeys {
    pub(crate) fn of(event: &Event) -> Self {
        let run = event.task_run_id.map(TaskRunId::uuid).or(event.flow_run_id.map(FlowRunId::uuid));
        Self {
            run: run.map(|id| format!("run:{id}")),
            group: event.version_group_id.as_ref().map(|group| format!("group:{group}")),
        }
    }

    /// Of PagerDuty, what concerns one flow is in line, so that the end of an incident never overtakes its
    /// beginning; of the others, what concerns one run.
    pub(crate) fn of_hook(&self, hook_type: HookType) -> Option<&str> {
        match hook_type {
            HookType::PagerDuty => self.group.as_deref(),
            _ => self.run.as_deref(),
        }
    }
}

struct Match {
    id: HookId,
    hook_type: HookType,
    destination: String,
    limited: bool,
    paused: bool,
    /// Whether an earlier delivery of the same line is pending.
    follows: bool,
}

impl Match {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let hook_type: String = row.get(1)?;
        Ok(Self {
            id: row.get(0)?,
            hook_type: hook_type.parse().map_err(|error| Error::corrupt("type of a hook", error))?,
            destination: row.get(2)?,
            limited: row.get(3)?,
            paused: row.get(4)?,
            follows: row.get(5)?,
        })
    }
}

fn matches(tx: &mut Tx<'_>, event: &Event, keys: &OrderKeys) -> Result<Vec<Match>, Error> {
    let (tenant, group, project) = (event.tenant_id, &event.version_group_id, event.project_id);
    let rows = match (event.kind, event.state) {
        (EventKind::StateChange, Some(state)) => {
            let subject = if event.task_run_id.is_some() { Subject::TaskRun } else { Subject::FlowRun };
            let state: i64 = StateSet::of(state).bits();
            tx.query(BY_STATE, params![tenant, group, project, keys.group, keys.run, subject.bits(), state])?
        }
        (EventKind::StateChange, None) => Vec::new(),
        (kind, _) => tx.query(BY_KIND, params![tenant, group, project, keys.group, keys.run, kind.bit()])?,
    };
    rows.iter().map(Match::from_row).collect()
}

/// A delivery to be written.
pub(crate) struct New<'a> {
    pub(crate) hook_id: HookId,
    pub(crate) event: &'a Event,
    pub(crate) action: Action,
    pub(crate) destination: &'a str,
    pub(crate) order_key: Option<&'a str>,
    pub(crate) limited: bool,
    /// Whether it may not be leased at once: something is before it, or nothing is sent there now.
    pub(crate) held_back: bool,
}

const INSERT: &str = "INSERT INTO delivery (id, tenant_id, cloud_hook_id, event_id, digest_count, action, destination,
     order_key, limited, status, attempts, spent, due_at, give_up_at, leased_by, leased_until, attempt_started_at, created)
 VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, 'pending', $9, $9, $10, $11, $12, $13, $14, $10)
 ON CONFLICT (event_id, cloud_hook_id) DO NOTHING RETURNING seq";

impl New<'_> {
    /// Writes it, leased if that can be; gives its id unless the hook has a delivery of this event.
    pub(crate) fn insert(&self, tx: &mut Tx<'_>) -> Result<Option<DeliveryId>, Error> {
        let (id, now) = (DeliveryId::new(), self.event.recorded_at);
        let may_lease = !self.held_back && !self.limited;
        let leased = may_lease && tx.leasing.slots.take_for(self.destination);
        let row = self.write(tx, id, leased);
        let Some(row) = row.inspect_err(|_| self.give_back(tx, leased))? else {
            self.give_back(tx, leased);
            return Ok(None);
        };
        let Event { tenant_id, flow_run_id, .. } = *self.event;
        tx.changed(tenant_id, Changed::Delivery(id, self.hook_id, flow_run_id));
        if leased {
            tx.births.push(Claimed {
                id,
                seq: row.get(0)?,
                tenant_id: self.event.tenant_id,
                hook_id: self.hook_id,
                event_id: Some(self.event.id),
                action: self.action,
                destination: self.destination.to_owned(),
                attempt: 1,
                spent: 1,
                started_at: now,
                created_at: now,
                payload: None,
                digest_count: 0,
                route: route(self.order_key),
            });
        } else {
            tx.leaves_due = true;
        }
        Ok(Some(id))
    }

    fn write(&self, tx: &mut Tx<'_>, id: DeliveryId, leased: bool) -> Result<Option<Row>, Error> {
        let now = self.event.recorded_at;
        let lease = leased.then(|| (tx.leasing.server, after(now, tx.leasing.lease)));
        let give_up_at = after(now, GIVE_UP_AFTER);
        let rows = tx.returning(
            INSERT,
            params![
                id,
                self.event.tenant_id,
                self.hook_id,
                self.event.id,
                self.action.name(),
                self.destination,
                self.order_key,
                self.limited,
                i64::from(leased),
                now,
                give_up_at,
                lease.map(|(server, _)| server),
                lease.map(|(_, until)| until),
                leased.then_some(now),
            ],
        )?;
        Ok(rows.into_iter().next())
    }

    fn give_back(&self, tx: &Tx<'_>, leased: bool) {
        if leased {
            tx.leasing.slots.give_back(self.destination);
        }
    }
}

/// Whether the event is a flow run's success.
pub(crate) fn is_success(event: &Event) -> bool {
    let success = event.state.is_some_and(|state| state.is_a(StateKind::Success));
    success && event.kind == EventKind::StateChange && event.task_run_id.is_none()
}
