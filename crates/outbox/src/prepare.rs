//! What the outbox asks of whoever knows hooks, credentials and words.

use std::sync::Arc;

use campana_model::id::EventId;
use campana_notify::{BoxFuture, Channel, Payload};
use campana_store::delivery::Claimed;

/// Makes a delivery ready to be sent: the channel with its credentials as they are now, and what to send.
pub trait Prepare: Send + Sync + 'static {
    /// Prepares one attempt. Sends nothing, and is cheap to repeat.
    ///
    /// A delivery that has a [payload](Claimed::payload) is sent with that one, so that each of its attempts
    /// carries the same body.
    fn prepare<'a>(&'a self, delivery: &'a Claimed) -> BoxFuture<'a, Result<Prepared, Unprepared>>;
}

/// A delivery that can be sent.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// How.
    pub channel: Arc<dyn Channel>,
    /// What.
    pub payload: Payload,
    /// The event that the receiver is told; of a digest, one of its own.
    pub event_id: EventId,
}

/// A delivery cannot be sent now, or ever.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unprepared {
    /// The words for people; no secrets.
    pub reason: String,
    /// What becomes of the delivery.
    pub kind: UnpreparedKind,
}

/// What becomes of a delivery that cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnpreparedKind {
    /// Something is missing on our side (`[smtp]`): it waits, and spends no attempt.
    Waits,
    /// We did not get to it, or the database did not answer: it is tried again soon, and spends no attempt.
    Busy,
    /// Nobody wants it any more: its hook was deleted.
    Cancelled,
    /// It can never be sent: it is dead.
    Broken,
}
