//! What arrived, kept in order, and the ways to wait for it.
//!
//! The server writes, any number of readers follow at their own pace. Nobody waits for a reader: who falls
//! more than `keep` requests behind misses the oldest, and sees it as a gap in [`Received::number`].

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use campana_model::Timestamp;
use tokio::sync::watch;

use crate::{Kind, Outcome, Received, Request};

/// The newest requests, and how many there were in all.
#[derive(Debug)]
struct Entries {
    kept: VecDeque<Arc<Received>>,
    keep: usize,
    total: u64,
    accepted: usize,
}

/// The writer's end. Readers learn of the end when the last copy is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Log(Arc<watch::Sender<Entries>>);

/// The readers' end.
#[derive(Clone, Debug)]
pub(crate) struct Reader(watch::Receiver<Entries>);

/// A log that keeps the newest `keep` requests.
pub(crate) fn log(keep: usize) -> (Log, Reader) {
    let entries = Entries { kept: VecDeque::new(), keep: keep.max(1), total: 0, accepted: 0 };
    let (sender, receiver) = watch::channel(entries);
    (Log(Arc::new(sender)), Reader(receiver))
}

impl Log {
    /// Writes one request down.
    pub(crate) fn push(&self, kind: Kind, at: Timestamp, request: Request, outcome: Outcome) {
        self.0.send_modify(|entries| {
            entries.total += 1;
            entries.accepted += usize::from(outcome.message().is_some());
            if entries.kept.len() == entries.keep {
                entries.kept.pop_front();
            }
            let number = entries.total;
            entries.kept.push_back(Arc::new(Received { number, kind, at, request, outcome }));
        });
    }
}

impl Reader {
    /// Everything kept so far, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Received>> {
        self.0.borrow().kept.iter().cloned().collect()
    }

    /// Follows the log from its oldest kept request.
    pub(crate) fn messages(&self) -> Messages {
        Messages { reader: self.clone(), seen: 0 }
    }

    /// Waits until `wanted` messages have been accepted.
    pub(crate) async fn wait_for(
        &self,
        wanted: usize,
        limit: Duration,
    ) -> Result<Vec<Arc<Received>>, TooFew> {
        let mut entries = self.0.clone();
        let waited =
            tokio::time::timeout(limit, entries.wait_for(|entries| entries.accepted >= wanted)).await;
        match waited {
            Ok(Ok(_)) => Ok(self.all()),
            Ok(Err(_)) | Err(_) => Err(TooFew { wanted, accepted: self.0.borrow().accepted, limit }),
        }
    }
}

/// Requests as they arrive, from the oldest that is kept; made by [`Receiver::messages`](crate::Receiver::messages).
#[derive(Debug)]
pub struct Messages {
    reader: Reader,
    seen: u64,
}

impl Messages {
    /// The next request, refused ones too; `None` once the receiver has stopped and all were taken.
    /// Nothing is lost if the future is dropped before it is done.
    pub async fn next(&mut self) -> Option<Arc<Received>> {
        let entries = self.reader.0.wait_for(|entries| entries.total > self.seen).await.ok()?;
        let first_kept = entries.total - entries.kept.len() as u64 + 1;
        let index = (self.seen + 1).saturating_sub(first_kept);
        let received = entries.kept.get(usize::try_from(index).ok()?)?.clone();
        self.seen = received.number;
        Some(received)
    }
}

/// Fewer messages arrived than were waited for.
#[derive(Debug, thiserror::Error)]
#[error("{accepted} of {wanted} messages arrived within {limit:?}")]
pub struct TooFew {
    /// How many were waited for.
    pub wanted: usize,
    /// How many were accepted.
    pub accepted: usize,
    /// How long was waited at most.
    pub limit: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReceivedMessage;

    fn push(log: &Log, outcome: Outcome) {
        log.push(Kind::Slack, Timestamp::UNIX_EPOCH, Request::post("/slack", ""), outcome);
    }

    fn accepted() -> Outcome {
        Outcome::Accepted(ReceivedMessage::default())
    }

    #[tokio::test]
    async fn a_reader_sees_all_in_order_and_then_the_end() {
        let (log, reader) = log(10);
        let mut messages = reader.messages();
        push(&log, accepted());
        push(&log, Outcome::Refused { status: 400, reason: "no_text".into() });
        drop(log);
        assert_eq!(messages.next().await.unwrap().number, 1);
        assert_eq!(messages.next().await.unwrap().number, 2);
        assert!(messages.next().await.is_none());
    }

    #[tokio::test]
    async fn a_reader_that_falls_behind_sees_a_gap() {
        let (log, reader) = log(2);
        let mut messages = reader.messages();
        push(&log, accepted());
        assert_eq!(messages.next().await.unwrap().number, 1);
        for _ in 0..4 {
            push(&log, accepted());
        }
        assert_eq!(messages.next().await.unwrap().number, 4);
        assert_eq!(messages.next().await.unwrap().number, 5);
        assert_eq!(reader.all().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_counts_accepted_messages_only() {
        let (log, reader) = log(10);
        push(&log, Outcome::Refused { status: 400, reason: "no_text".into() });
        push(&log, accepted());
        assert_eq!(reader.wait_for(1, Duration::from_secs(1)).await.unwrap().len(), 2);
        let error = reader.wait_for(2, Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(error.to_string(), "1 of 2 messages arrived within 1s");
    }
}
