//! One delivery to several recipients, where one attempt of the provider's is one recipient.
//!
//! All are sent to at the same time, so an attempt takes no longer than one alone. Who has the message, or
//! refused it for good, is remembered for the next attempt of the same delivery, which goes to the others only.
//!
//! Guaranteed: while the process lives, nobody gets a delivery twice, but for an attempt that was not answered.
//! Not guaranteed: that a restart between two attempts, or another server that goes on with the delivery, does
//! not send it again to those who have it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use campana_model::Notification;
use campana_model::id::DeliveryId;
use campana_model::notification::Message;
use campana_notify::{BoxFuture, Channel, Payload, Receipt, Scope, SendContext, SendError, Verdict};
use futures_util::future::join_all;

/// How many deliveries are remembered; the oldest are forgotten first.
const MAX_REMEMBERED: usize = 10_000;

/// How it ended with one recipient for good.
type Ended = Result<Receipt, SendError>;

/// Who has been told, of deliveries that are not over.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<BTreeMap<DeliveryId, BTreeMap<String, Ended>>>>);

impl Told {
    fn of(&self, delivery: DeliveryId) -> BTreeMap<String, Ended> {
        self.with(|told| told.get(&delivery).cloned().unwrap_or_default())
    }

    fn note(&self, delivery: DeliveryId, recipient: &str, ended: Ended) {
        self.with(|told| {
            told.entry(delivery).or_default().insert(recipient.to_owned(), ended);
            if told.len() > MAX_REMEMBERED {
                told.pop_first();
            }
        });
    }

    fn forget(&self, delivery: DeliveryId) {
        self.with(|told| told.remove(&delivery));
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<DeliveryId, BTreeMap<String, Ended>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Told").field(&self.with(|told| told.len())).finish()
    }
}

/// Channels of one kind that differ by the recipient only, so that one payload is good for all.
#[derive(Debug)]
pub(super) struct Several {
    name: &'static str,
    channels: Vec<(String, Arc<dyn Channel>)>,
    told: Told,
}

impl Several {
    pub(super) fn new(name: &'static str, channels: Vec<(String, Arc<dyn Channel>)>, told: Told) -> Self {
        Self { name, channels, told }
    }

    fn first(&self) -> &dyn Channel {
        &*self.channels.first().expect("a configuration has at least one recipient").1
    }

    async fn deliver(&self, payload: &Payload, context: &SendContext) -> Ended {
        let mut ended = self.told.of(context.delivery_id);
        let open = self.channels.iter().filter(|(recipient, _)| !ended.contains_key(recipient));
        let attempts = open.map(async |(recipient, channel)| {
            let outcome = channel.send(payload, context).await;
            // At once: whoever drops this future does not unsend what was sent.
            if outcome.as_ref().map_or_else(|error| !error.is_retryable(), |_| true) {
                self.told.note(context.delivery_id, recipient, outcome.clone());
            }
            (recipient.clone(), outcome)
        });
        ended.extend(join_all(attempts).await);
        ended.retain(|recipient, _| self.channels.iter().any(|(known, _)| known == recipient));
        let outcome = together(ended);
        if outcome.as_ref().map_or_else(|error| !error.is_retryable(), |_| true) {
            self.told.forget(context.delivery_id);
        }
        outcome
    }
}

/// What became of the whole: not over as long as one may be tried again; else accepted if by one.
fn together(outcomes: BTreeMap<String, Ended>) -> Ended {
    if outcomes.len() == 1 {
        return outcomes.into_values().next().expect("there is one");
    }
    let count = outcomes.len();
    let (mut accepted, mut failed) = (Vec::new(), Vec::new());
    for (recipient, outcome) in outcomes {
        match outcome {
            Ok(receipt) => accepted.push(receipt),
            Err(error) => failed.push((recipient, error)),
        }
    }
    let said: String = failed.iter().map(|(recipient, error)| format!("; {recipient}: {error}")).collect();
    let said = format!("{} of {count} told{said}", accepted.len());
    let after = failed.iter().filter_map(|(_, error)| wait(error)).max();
    // What concerns the whole destination is said of it.
    failed.sort_by_key(|(_, error)| (!error.is_retryable(), error.scope != Scope::Destination));
    match (failed.into_iter().next(), accepted.pop()) {
        (Some((_, mut error)), _) if error.is_retryable() => {
            error.message = said;
            Err(error.after(after))
        }
        (_, Some(receipt)) => Ok(Receipt { answer: said, ..receipt }),
        (Some((_, mut error)), None) => {
            error.message = said;
            Err(error)
        }
        (None, None) => unreachable!("there is at least one recipient"),
    }
}

fn wait(error: &SendError) -> Option<std::time::Duration> {
    match error.verdict {
        Verdict::Retry { after } => after,
        Verdict::Permanent => None,
    }
}

impl Channel for Several {
    fn name(&self) -> &'static str {
        self.name
    }

    fn render(&self, notification: &Notification) -> Payload {
        self.first().render(notification)
    }

    fn render_message(&self, message: &Message) -> Payload {
        self.first().render_message(message)
    }

    fn send<'a>(&'a self, payload: &'a Payload, context: &'a SendContext) -> BoxFuture<'a, Ended> {
        Box::pin(self.deliver(payload, context))
    }
}
