//! Makes deliveries ready to be sent: the hook's credentials as they are now, and the message.
//!
//! The message is made at the first attempt, from what the store knows then, and stored with its outcome; each later
//! attempt carries the same. Where it goes and by what credentials is looked up anew each time.

use std::sync::Arc;
use std::time::Duration;

use campana_model::id::EventId;
use campana_model::notification::Message;
use campana_notify::{BoxFuture, Channel, Payload};
use campana_outbox::{Prepare, Prepared, Unprepared, UnpreparedKind};
use campana_store::delivery::{self, About, Action, Claimed, Fact};
use campana_store::hook::Hook;

use super::App;
use super::facts::facts;
use crate::hook_config::{ChannelError, Purpose};
use crate::message::{Digest, DigestLine, Facts, Telling};

impl Prepare for App {
    fn prepare<'a>(&'a self, delivery: &'a Claimed) -> BoxFuture<'a, Result<Prepared, Unprepared>> {
        Box::pin(self.prepared(delivery))
    }
}

impl App {
    async fn prepared(&self, claimed: &Claimed) -> Result<Prepared, Unprepared> {
        let found = self.store.read(delivery::Facts { ids: vec![claimed.id] }).await;
        let mut found = found.map_err(|error| busy(format!("the database could not be asked: {error}")))?;
        let Some(Fact { action, hook, about, .. }) = found.pop() else {
            return Err(cancelled("the delivery is not there any more"));
        };
        if hook.deleted_at.is_some() {
            return Err(cancelled("the hook was deleted"));
        }
        match about {
            About::Event(told) => {
                let facts = facts(*told);
                let channel = self.channel(&hook, &purpose(&hook, action, &facts))?;
                let payload = match stored(claimed)? {
                    Some(payload) => payload,
                    None => self.compose(&*channel, &hook, &facts),
                };
                Ok(Prepared { channel, payload, event_id: facts.event_id })
            }
            About::Digest(digest) => {
                let channel = self.channel(&hook, &purpose_of_digest(&hook))?;
                let payload = match stored(claimed)? {
                    Some(payload) => payload,
                    None => channel.render_message(&self.digest(&hook, digest)),
                };
                // A digest is of no one event, and its id is nobody else's.
                Ok(Prepared { channel, payload, event_id: EventId::from_uuid(claimed.id.uuid()) })
            }
        }
    }

    fn channel(&self, hook: &Hook, purpose: &Purpose) -> Result<Arc<dyn Channel>, Unprepared> {
        let config = self.hook_config(hook).map_err(|error| broken(error.to_string()))?;
        config.channel(&self.senders, purpose).map_err(|error| match error {
            ChannelError::NotConfigured { .. } => waits(error.to_string()),
            ChannelError::Unusable(_) => broken(error.to_string()),
        })
    }

    fn digest(&self, hook: &Hook, digest: delivery::Digest) -> Message {
        let delivery::Digest { count: _, counts, since, until, members } = digest;
        let window = Duration::try_from(until.duration_since(since)).unwrap_or_default();
        let line = |told| DigestLine::new(&Telling::new(&facts(told), &self.pages, false));
        let digest = Digest {
            counts: counts.into_iter().map(|(kind, count)| (kind, count.into())).collect(),
            first: members.into_iter().map(line).collect(),
        };
        digest.message(hook.hook_type, window)
    }
}

/// What was sent before.
fn stored(claimed: &Claimed) -> Result<Option<Payload>, Unprepared> {
    let payload = claimed.payload.as_deref().map(serde_json::from_str).transpose();
    payload.map_err(|error| broken(format!("the stored message cannot be read: {error}")))
}

fn purpose(hook: &Hook, action: Action, facts: &Facts) -> Purpose {
    Purpose {
        hook_id: hook.id,
        tenant_id: hook.tenant_id,
        version_group_id: facts.run.as_ref().and_then(|run| run.version_group_id.clone()),
        event: facts.kind,
        resolves: action == Action::Resolve,
        include_parameters: hook.settings.include_parameters,
        is_test: false,
    }
}

fn purpose_of_digest(hook: &Hook) -> Purpose {
    Purpose {
        hook_id: hook.id,
        tenant_id: hook.tenant_id,
        version_group_id: None,
        event: campana_model::EventKind::StateChange,
        resolves: false,
        include_parameters: false,
        is_test: false,
    }
}

fn waits(reason: String) -> Unprepared {
    Unprepared { reason, kind: UnpreparedKind::Waits }
}

fn busy(reason: String) -> Unprepared {
    Unprepared { reason, kind: UnpreparedKind::Busy }
}

fn cancelled(reason: &str) -> Unprepared {
    Unprepared { reason: reason.to_owned(), kind: UnpreparedKind::Cancelled }
}

fn broken(reason: String) -> Unprepared {
    Unprepared { reason, kind: UnpreparedKind::Broken }
}
