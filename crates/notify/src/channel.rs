//! What every channel can do.

use std::fmt;
use std::pin::Pin;

use campana_model::id::{DeliveryId, EventId};
use campana_model::notification::Message;
use campana_model::{Notification, Timestamp};

use crate::{Payload, Receipt, SendError};

/// A future behind a pointer, so that [`Channel`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A way to reach people, set up for one destination.
///
/// Its `Debug` shows no credentials.
pub trait Channel: fmt::Debug + Send + Sync + 'static {
    /// The channel's name, as it stands in configurations: `slack`.
    fn name(&self) -> &'static str;

    /// What to send about a change of state. Pure; the payload holds no credentials, and the same
    /// notification makes the same payload.
    fn render(&self, notification: &Notification) -> Payload;

    /// What to send for a message in somebody's own words.
    fn render_message(&self, message: &Message) -> Payload;

    /// Sends a payload of this channel: exactly one attempt, no waiting and no second try. Whoever drops the
    /// future gives the attempt up; the message may have been sent by then.
    ///
    /// # Errors
    /// If the provider did not accept the message, or it is not known whether it did; the error says what to
    /// do about it.
    fn send<'a>(
        &'a self,
        payload: &'a Payload,
        context: &'a SendContext,
    ) -> BoxFuture<'a, Result<Receipt, SendError>>;
}

/// What a channel is told about an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendContext {
    /// The delivery: the same for each of its attempts, so that the receiver can tell a repetition.
    pub delivery_id: DeliveryId,
    /// The event that the delivery is about.
    pub event_id: EventId,
    /// The time of this attempt.
    pub now: Timestamp,
}
