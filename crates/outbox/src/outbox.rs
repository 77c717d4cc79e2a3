//! The handle of an outbox: start, stop, figures.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use campana_store::Store;

use crate::clock::{Clock, later};
use crate::desk::Desk;
use crate::{Options, OptionsError, Prepare, Stats, dispatcher, reaper};

/// How long the start waits before it asks a database again that does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// How long what was given up at the end of the grace may take to be recorded.
const RECORDING: Duration = Duration::from_secs(5);

/// A running outbox. When it is dropped it takes nothing more in hand, and what is in flight goes on.
pub struct Outbox {
    desk: Arc<Desk>,
}

impl Outbox {
    /// Starts to deliver what the store owes, on the current runtime. A store has one outbox.
    ///
    /// # Errors
    /// If the options do not go together, or not with the store's lease.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(
        store: Store,
        prepare: Arc<dyn Prepare>,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, OptionsError> {
        options.check(store.lease())?;
        let desk = Arc::new(Desk::new(store, prepare, clock, options));
        desk.tasks.spawn(begin(Arc::clone(&desk)));
        Ok(Self { desk })
    }

    /// Takes nothing more in hand, and waits until what is in flight has ended and is recorded. What has not
    /// ended after the grace is given up and recorded as such, and tried again by whoever starts next.
    pub async fn stop(&self, grace: Duration) {
        let desk = &self.desk;
        desk.stopping.cancel();
        desk.slots().take_up_to(usize::MAX);
        desk.put_back_waiting();
        desk.tasks.close();
        if self.ended_within(grace).await {
            return;
        }
        desk.hurry.cancel();
        if !self.ended_within(RECORDING).await {
            tracing::warn!("attempts are left open; their leases run out");
        }
    }

    async fn ended_within(&self, limit: Duration) -> bool {
        let clock = &self.desk.clock;
        tokio::select! {
            biased;
            () = self.desk.tasks.wait() => true,
            () = clock.sleep_until(later(clock.now(), limit)) => false,
        }
    }

    /// What it has done since its start, and has in hand.
    pub fn stats(&self) -> Stats {
        let paused = self.desk.limiter().paused();
        self.desk.counters.read(paused)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.desk.stopping.cancel();
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// Begins, once it is known how the last server left things: a slot is an invitation to deliver.
async fn begin(desk: Arc<Desk>) {
    while let Err(error) = reaper::recover(&desk).await {
        tracing::error!(%error, "could not read how things were left; trying again");
        tokio::select! {
            () = desk.clock.sleep_until(later(desk.clock.now(), PAUSE)) => {}
            () = desk.stopping.cancelled() => return,
        }
    }
    desk.slots().set_share(desk.share());
    desk.give(desk.options.slots);
    desk.tasks.spawn(dispatcher::births(Arc::clone(&desk)));
    desk.tasks.spawn(dispatcher::claims(Arc::clone(&desk)));
    desk.tasks.spawn(reaper::reap(Arc::clone(&desk)));
}
