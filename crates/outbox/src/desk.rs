//! What the tasks of an outbox share, and the rules of having a delivery in hand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use campana_model::Timestamp;
use campana_store::delivery::Claimed;
use campana_store::destination::Failing;
use campana_store::{Slots, Store};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{Clock, later};
use crate::limiter::{Admission, Health, Left, Limiter, Turn};
use crate::stats::Counters;
use crate::{Options, Prepare, attempt};

/// What waits for its destination's next place, as a multiple of those places: enough that no place is idle for the
/// time of a claim, few enough that destinations that hang leave slots to others.
const SHARE: usize = 2;

/// What the tasks of an outbox share.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) prepare: Arc<dyn Prepare>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: Options,
    pub(crate) counters: Counters,
    /// Every task of this outbox.
    pub(crate) tasks: TaskTracker,
    /// Nothing more is taken in hand.
    pub(crate) stopping: CancellationToken,
    /// What is being sent is given up.
    pub(crate) hurry: CancellationToken,
    /// There may be something to claim that could not be claimed before.
    pub(crate) wake: Notify,
    /// A slot was given back.
    pub(crate) freed: Notify,
    limiter: Mutex<Limiter>,
}

impl Desk {
    pub(crate) fn new(
        store: Store,
        prepare: Arc<dyn Prepare>,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Self {
        let limiter = Limiter::new(options.per_destination, options.failures, options.pauses.clone());
        Self {
            store,
            prepare,
            clock,
            options,
            counters: Counters::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            hurry: CancellationToken::new(),
            wake: Notify::new(),
            freed: Notify::new(),
            limiter: Mutex::new(limiter),
        }
    }

    /// Held for some lookups, never across an `await`.
    pub(crate) fn limiter(&self) -> MutexGuard<'_, Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn slots(&self) -> &Slots {
        self.store.slots()
    }

    /// How many deliveries of one destination may be in hand.
    pub(crate) fn share(&self) -> usize {
        self.options.per_destination.saturating_mul(SHARE)
    }

    /// Gives slots back, unless nothing more is to be taken.
    pub(crate) fn give(&self, slots: usize) {
        if !self.stopping.is_cancelled() {
            self.slots().give(slots);
            self.freed.notify_one();
        }
    }

    /// Whether it is known here that this destination fails.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.limiter().paused_until(key).is_some()
    }

    /// Remembers a pause that was recorded by another server, or before the start.
    pub(crate) fn remember(&self, failing: &Failing) {
        let mut limiter = self.limiter();
        if let (Some(until), None) = (failing.paused_until, limiter.paused_until(&failing.key)) {
            limiter.remember(&failing.key, failing.failures, until);
            self.slots().limit(&failing.key, Some(0));
        }
    }

    /// Lets each destination whose pause has ended have one attempt; says when the next pause ends.
    pub(crate) fn end_pauses(&self, now: Timestamp) -> Option<Timestamp> {
        let mut limiter = self.limiter();
        for key in limiter.ended(now) {
            self.slots().limit(&key, Some(1));
        }
        limiter.next_end()
    }

    /// Takes a leased delivery in hand, with its slot: it is sent at once if its destination has a place, and put back if
    /// the outbox stops.
    pub(crate) fn take_in(self: &Arc<Self>, claimed: Claimed) {
        self.counters.took();
        let now = self.clock.now();
        if self.stopping.is_cancelled() {
            return self.put_back(claimed, now);
        }
        let admission = self.limiter().admit(claimed, now);
        match admission {
            Admission::Send(claimed) => self.send(claimed),
            Admission::Queued => {}
            Admission::Refused(claimed, due_at) => self.put_back(claimed, due_at),
        }
    }

    /// Puts back what waits for its destination's next place.
    pub(crate) fn put_back_waiting(self: &Arc<Self>) {
        let now = self.clock.now();
        let waiting = self.limiter().drain();
        waiting.into_iter().for_each(|claimed| self.put_back(claimed, now));
    }

    fn send(self: &Arc<Self>, claimed: Claimed) {
        let hand = InHand { desk: Arc::clone(self), claimed, place: Place::Sending };
        self.tasks.spawn(attempt::make(hand));
    }

    fn put_back(self: &Arc<Self>, claimed: Claimed, due_at: Timestamp) {
        let hand = InHand { desk: Arc::clone(self), claimed, place: Place::Waiting };
        self.tasks.spawn(attempt::put_back(hand, due_at));
    }

    /// An attempt has ended: its place at the destination is free for the next.
    fn leave(self: &Arc<Self>, key: &str, health: Health) -> Option<Turn> {
        let now = self.clock.now();
        let (Left { next, refused, turn, places }, until) = {
            let mut limiter = self.limiter();
            let left = limiter.leave(key, health, now);
            if let Some(places) = left.places {
                // What is probed has no other delivery waiting for its turn.
                let limit =
                    places.map(|places| if places > 1 { places.saturating_mul(SHARE) } else { places });
                self.slots().limit(key, limit);
            }
            (left, limiter.paused_until(key).unwrap_or(now))
        };
        if self.slots().leave(key) || places.is_some() {
            self.wake.notify_one();
        }
        next.into_iter().for_each(|claimed| self.send(claimed));
        refused.into_iter().for_each(|claimed| self.put_back(claimed, until));
        turn
    }
}

/// A delivery that this server has leased, with its slot. However its task ends, by a panic too, the slot
/// and the place at the destination become free.
pub(crate) struct InHand {
    pub(crate) desk: Arc<Desk>,
    pub(crate) claimed: Claimed,
    place: Place,
}

/// What a delivery in hand occupies at its destination.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// One of the places for attempts.
    Sending,
    /// A part of the destination's share of slots only.
    Waiting,
    Left,
}

impl InHand {
    /// Leaves the destination's place to the next: what follows concerns the database only.
    pub(crate) fn leave(&mut self, health: Health) -> Option<Turn> {
        match std::mem::replace(&mut self.place, Place::Left) {
            Place::Sending => self.desk.leave(&self.claimed.destination, health),
            Place::Waiting => {
                if self.desk.slots().leave(&self.claimed.destination) {
                    self.desk.wake.notify_one();
                }
                None
            }
            Place::Left => None,
        }
    }

    /// Whether an attempt that begins now ends before the lease does.
    pub(crate) fn has_time(&self, now: Timestamp) -> bool {
        let lease_ends = later(self.claimed.started_at, self.desk.store.lease());
        later(now, self.desk.options.send_timeout) < lease_ends
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.leave(Health::Unknown);
        self.desk.give(1);
        self.desk.counters.gave();
    }
}
