//! The inbox of the web UI, as a channel: what is sent there becomes a row.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use campana_model::id::{DeliveryId, EventId, HookId, TenantId};
use campana_model::notification::Message;
use campana_model::{EventKind, Notification, Timestamp};
use campana_notify::{BoxFuture, Channel, Payload, Receipt, SendContext, SendError, SendErrorKind, plain};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Purpose;

/// Where the messages of the inbox are kept.
pub trait Inbox: fmt::Debug + Send + Sync + 'static {
    /// Keeps a message. One that is there already, by its delivery, stays as it is: that is no error.
    ///
    /// # Errors
    /// If it could not be kept; it will be tried again.
    fn put(&self, entry: InboxEntry) -> BoxFuture<'_, Result<(), Box<dyn Error + Send + Sync>>>;
}

/// A message of the inbox.
#[derive(Clone, Debug, PartialEq)]
pub struct InboxEntry {
    /// The delivery: the message's own name.
    pub delivery_id: DeliveryId,
    /// What it tells of.
    pub event_id: EventId,
    /// The hook that it is from.
    pub hook_id: HookId,
    /// Whose inbox it is.
    pub tenant_id: TenantId,
    /// When it came in.
    pub at: Timestamp,
    /// What happened, in a line.
    pub title: String,
    /// More about it, in plain words.
    pub text: String,
    /// Where to click.
    pub link: Option<String>,
    /// The new state, if one changed: `Failed`.
    pub state: Option<String>,
}

/// What is stored of a message before it is sent.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    title: String,
    text: String,
    link: Option<String>,
    state: Option<String>,
}

/// A channel to the inbox of one tenant.
#[derive(Debug)]
pub(super) struct InboxChannel {
    inbox: Option<Arc<dyn Inbox>>,
    hook_id: HookId,
    tenant_id: TenantId,
}

impl InboxChannel {
    pub(super) fn new(inbox: Option<Arc<dyn Inbox>>, purpose: &Purpose) -> Self {
        let &Purpose { hook_id, tenant_id, .. } = purpose;
        Self { inbox, hook_id, tenant_id }
    }

    async fn put(&self, payload: &Payload, context: &SendContext) -> Result<Receipt, SendError> {
        let internal = |message: String| SendError::retry(SendErrorKind::Internal, message);
        let Body { title, text, link, state } = serde_json::from_str(payload.body()).map_err(|_| {
            SendError::permanent(SendErrorKind::Internal, "the payload is not one of this channel")
        })?;
        let &SendContext { delivery_id, event_id, now } = context;
        let &Self { hook_id, tenant_id, .. } = self;
        let entry =
            InboxEntry { delivery_id, event_id, hook_id, tenant_id, at: now, title, text, link, state };
        let inbox = self.inbox.as_ref().ok_or_else(|| internal("there is no inbox".to_owned()))?;
        match inbox.put(entry).await {
            Ok(()) => Ok(Receipt { status: 200, answer: "kept".to_owned() }),
            Err(error) => Err(internal(format!("could not keep the message: {error}"))),
        }
    }
}

fn payload(body: &Body) -> Payload {
    Payload::json(&json!(body))
}

impl Channel for InboxChannel {
    fn name(&self) -> &'static str {
        "inbox"
    }

    fn render(&self, notification: &Notification) -> Payload {
        let Message { title, text } = plain(notification);
        payload(&Body {
            title: title.unwrap_or_default(),
            text,
            link: notification.subject_link().map(ToOwned::to_owned),
            state: (notification.event == EventKind::StateChange)
                .then(|| notification.state.kind().name().to_owned()),
        })
    }

    fn render_message(&self, Message { title, text }: &Message) -> Payload {
        let first_line = || text.lines().next().unwrap_or_default().to_owned();
        let title = title.clone().unwrap_or_else(first_line);
        payload(&Body { title, text: text.clone(), link: None, state: None })
    }

    fn send<'a>(
        &'a self,
        payload: &'a Payload,
        context: &'a SendContext,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(self.put(payload, context))
    }
}
