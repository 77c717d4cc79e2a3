//! Where the time comes from.

use std::time::Duration;

use campana_model::Timestamp;
use campana_notify::BoxFuture;

/// The longest sleep in one piece: a wall clock that is set while somebody sleeps is noticed after this.
const NAP: Duration = Duration::from_secs(30);

/// A source of the time, and of waiting. The outbox asks no other, so a test owns it.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits until it is this time, or longer; not at all if it is past.
    fn sleep_until(&self, time: Timestamp) -> BoxFuture<'_, ()>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, time: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            loop {
                let left = until(self.now(), time);
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(NAP)).await;
            }
        })
    }
}

/// `time` plus `delay`, or the end of time if that lies beyond it.
pub(crate) fn later(time: Timestamp, delay: Duration) -> Timestamp {
    time.checked_add(delay).unwrap_or(Timestamp::MAX)
}

/// How long it is from `now` to `time`; nothing if that is past.
pub(crate) fn until(now: Timestamp, time: Timestamp) -> Duration {
    Duration::try_from(time.duration_since(now)).unwrap_or(Duration::ZERO)
}
