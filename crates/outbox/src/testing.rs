//! What the tests share.

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, EventId, HookId, TenantId};
use campana_store::delivery::{Action, Claimed};
use uuid::Uuid;

/// A delivery in its first attempt.
pub(crate) fn claimed(destination: &str) -> Claimed {
    Claimed {
        id: DeliveryId::new(),
        seq: 1,
        tenant_id: TenantId::new(),
        hook_id: HookId::new(),
        event_id: Some(EventId::new()),
        action: Action::Notify,
        destination: destination.to_owned(),
        attempt: 1,
        spent: 1,
        started_at: Timestamp::UNIX_EPOCH,
        created_at: Timestamp::UNIX_EPOCH,
        payload: None,
        digest_count: 0,
        route: Uuid::nil(),
    }
}
