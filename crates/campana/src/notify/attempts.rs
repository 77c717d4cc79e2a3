//! Trying to send, a few times and not for long: somebody waits.

use std::time::Duration;

use campana_model::Timestamp;
use campana_model::id::{DeliveryId, EventId};
use campana_notify::{Channel, Payload, Receipt, SendContext, SendError, SendErrorKind, Verdict};
use tokio::time::Instant;

/// How often a message is sent, at the most.
pub(crate) const MAX_ATTEMPTS: u32 = 3;

/// How long all attempts may take, with the waits between them.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The wait after the first attempt; it grows fourfold with each.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The attempts were in vain.
#[derive(Debug)]
pub(crate) struct InVain {
    pub(crate) attempts: u32,
    pub(crate) last: SendError,
}

/// Sends `payload` until the provider takes it, it refuses for good, or the attempts or the time are spent. A
/// provider that asks to wait is waited for, if that leaves time to try again.
pub(crate) async fn send(
    channel: &dyn Channel,
    payload: &Payload,
    event_id: EventId,
) -> Result<Receipt, InVain> {
    let deadline = Instant::now() + TIME_LIMIT;
    let delivery_id = DeliveryId::new();
    let mut attempts = 0;
    let mut wait = FIRST_WAIT;
    loop {
        attempts += 1;
        let context = SendContext { delivery_id, event_id, now: Timestamp::now() };
        let sent = tokio::time::timeout_at(deadline, channel.send(payload, &context)).await;
        let last = match sent.unwrap_or_else(|_| Err(out_of_time())) {
            Ok(receipt) => return Ok(receipt),
            Err(error) => error,
        };
        let Verdict::Retry { after } = last.verdict else { return Err(InVain { attempts, last }) };
        let again = Instant::now() + after.unwrap_or(wait);
        if attempts == MAX_ATTEMPTS || again >= deadline {
            return Err(InVain { attempts, last });
        }
        tracing::debug!(channel = channel.name(), %delivery_id, attempts, error = %last, "trying to send again");
        tokio::time::sleep_until(again).await;
        wait *= 4;
    }
}

fn out_of_time() -> SendError {
    SendError::retry(SendErrorKind::Ambiguous, format!("no answer within {} s", TIME_LIMIT.as_secs()))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use campana_model::Notification;
    use campana_model::notification::Message;
    use campana_notify::BoxFuture;

    use super::*;

    type Script = Vec<Option<Result<(), SendError>>>;

    /// Answers as it is told; `None`: never. Keeps when it was asked, and for which delivery.
    #[derive(Debug)]
    struct Scripted {
        script: Mutex<Script>,
        asked: Mutex<Vec<(Duration, DeliveryId, EventId, String)>>,
        started: Instant,
    }

    impl Channel for Scripted {
        fn name(&self) -> &'static str {
            "scripted"
        }

        fn render(&self, _: &Notification) -> Payload {
            Payload::new("text/plain", "")
        }

        fn render_message(&self, _: &Message) -> Payload {
            Payload::new("text/plain", "")
        }

        fn send<'a>(
            &'a self,
            payload: &'a Payload,
            context: &'a SendContext,
        ) -> BoxFuture<'a, Result<Receipt, SendError>> {
            let asked =
                (self.started.elapsed(), context.delivery_id, context.event_id, payload.body().to_owned());
            self.asked.lock().unwrap().push(asked);
            let answer = self.script.lock().unwrap().remove(0);
            Box::pin(async move {
                match answer {
                    Some(answer) => answer.map(|()| Receipt { status: 200, answer: "ok".to_owned() }),
                    None => std::future::pending().await,
                }
            })
        }
    }

    fn fault(after: Option<u64>) -> Option<Result<(), SendError>> {
        let error = SendError::retry(SendErrorKind::ServerFault, "answered 500");
        Some(Err(error.after(after.map(Duration::from_secs))))
    }

    /// What came of it, and when the attempts were.
    async fn run(script: Script) -> (Result<Receipt, InVain>, Vec<Duration>) {
        let channel =
            Scripted { script: Mutex::new(script), asked: Mutex::default(), started: Instant::now() };
        let event_id = EventId::new();
        let sent = send(&channel, &Payload::new("text/plain", "hello"), event_id).await;
        let asked = channel.asked.into_inner().unwrap();
        for (_, delivery, event, body) in &asked {
            assert_eq!((*delivery, *event, body.as_str()), (asked[0].1, event_id, "hello"));
        }
        (sent, asked.into_iter().map(|(when, ..)| when).collect())
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_tried_three_times_with_growing_waits() {
        let (sent, when) = run(vec![fault(None), fault(None), Some(Ok(()))]).await;
        assert!(sent.is_ok());
        assert_eq!(when, [0, 500, 2_500].map(Duration::from_millis));
        let (sent, when) = run(vec![fault(None); 3]).await;
        assert_eq!((sent.unwrap_err().attempts, when.len()), (3, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_for_good_is_not_tried_again() {
        let error = SendError::permanent(SendErrorKind::Rejected, "answered 404");
        let (sent, when) = run(vec![Some(Err(error.clone()))]).await;
        let InVain { attempts, last } = sent.unwrap_err();
        assert_eq!((attempts, last, when.len()), (1, error, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_fits_is_kept_and_one_that_does_not_ends_it_at_once() {
        let (sent, when) = run(vec![fault(Some(7)), fault(Some(20)), Some(Ok(()))]).await;
        assert!(sent.is_ok());
        assert_eq!(when, [0, 7, 27].map(Duration::from_secs));
        let started = Instant::now();
        let (sent, when) = run(vec![fault(Some(7)), fault(Some(23))]).await;
        assert_eq!((sent.unwrap_err().attempts, when.len()), (2, 2));
        assert_eq!(started.elapsed(), Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_hangs_ends_with_the_time() {
        let started = Instant::now();
        let (sent, when) = run(vec![fault(Some(10)), None]).await;
        let InVain { attempts, last } = sent.unwrap_err();
        assert_eq!((attempts, last.kind, when.len()), (2, SendErrorKind::Ambiguous, 2));
        assert_eq!(started.elapsed(), TIME_LIMIT);
    }
}
