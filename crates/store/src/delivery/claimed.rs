//! A delivery in somebody's hands.

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, EventId, HookId, TenantId};

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
}
