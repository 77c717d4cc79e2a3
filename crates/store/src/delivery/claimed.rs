//! A delivery in somebody's hands.

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, EventId, HookId, TenantId};
use uuid::Uuid;

use crate::sql::Row;
use crate::{Error, flow_run};

/// What a delivery says to its destination.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// That something happened.
    Notify,
    /// That an incident is over (PagerDuty).
    Resolve,
    /// That several things happened, which each have a delivery of their own (its members).
    Digest,
}

impl Action {
    /// The name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Resolve => "resolve",
            Self::Digest => "digest",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Notify, Self::Resolve, Self::Digest].into_iter().find(|action| action.name() == name)
    }
}

/// A delivery that this server has leased: an attempt is open, and whoever has this makes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Claimed {
    /// The delivery, which is also the idempotency key.
    pub id: DeliveryId,
    /// Its place among all deliveries.
    pub seq: i64,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The hook that asked for it.
    pub hook_id: HookId,
    /// The event; a digest has none.
    pub event_id: Option<EventId>,
    /// What it says.
    pub action: Action,
    /// Where it goes, as the hook had it when it was claimed: the name that the store has for it.
    pub destination: String,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// How many attempts of its budget are spent, this one included; a replay begins anew.
    pub spent: u32,
    /// When this attempt began.
    pub started_at: Timestamp,
    /// When it was owed.
    pub created_at: Timestamp,
    /// What was sent before, to be sent again: the stored payload.
    pub payload: Option<String>,
    /// How many changes a digest stands for.
    pub digest_count: u32,
    /// Keeps what is written about this delivery in line with the changes of its run: for
    /// [`Finish::route`](super::Finish::route).
    pub route: Uuid,
}

/// What [`Claimed::from_row`] reads.
macro_rules! columns {
    () => {
        "seq, id, tenant_id, cloud_hook_id, event_id, action, destination, attempts, spent, attempt_started_at,
         created, payload, digest_count, order_key"
    };
}
pub(super) use columns;

impl Claimed {
    /// Reads the columns above.
    pub(super) fn from_row(row: &Row) -> Result<Self, Error> {
        let action: String = row.get(5)?;
        let order_key: Option<String> = row.get(13)?;
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            tenant_id: row.get(2)?,
            hook_id: row.get(3)?,
            event_id: row.get(4)?,
            action: Action::from_name(&action)
                .ok_or_else(|| Error::corrupt("action of a delivery", action))?,
            destination: row.get(6)?,
            attempt: row.get(7)?,
            spent: row.get(8)?,
            started_at: row.get(9)?,
            created_at: row.get(10)?,
            payload: row.get(11)?,
            digest_count: row.get(12)?,
            route: route(order_key.as_deref()),
        })
    }
}

/// Where writes about this run are routed.
pub(super) fn route(order_key: Option<&str>) -> Uuid {
    let run = order_key.and_then(|key| key.strip_prefix("run:"));
    run.and_then(|run| run.parse().ok()).map(flow_run::end_of).unwrap_or_default()
}
