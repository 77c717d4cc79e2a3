//! What an outbox counts, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use campana_store::delivery::Outcome;

/// What an outbox has done since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Deliveries in hand: being sent or recorded, or waiting for their destination's next place.
    pub in_flight: u64,
    /// Destinations that are paused or probed.
    pub paused: u64,
    /// Attempts that were accepted.
    pub accepted: u64,
    /// Attempts that failed and are to be repeated, or were the last.
    pub retried: u64,
    /// Attempts that were not answered.
    pub ambiguous: u64,
    /// Deliveries that were refused for good.
    pub rejected: u64,
    /// Deliveries that were put off without an attempt.
    pub waited: u64,
    /// Deliveries that nobody wanted any more.
    pub cancelled: u64,
    /// Attempts of any server that were taken over because their lease ran out.
    pub lost: u64,
}

impl Stats {
    /// How many messages were sent and accepted.
    pub fn sent(&self) -> u64 {
        self.accepted
    }

    /// How many attempts failed, or may have.
    pub fn failed(&self) -> u64 {
        self.retried + self.ambiguous + self.rejected
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    in_flight: AtomicU64,
    accepted: AtomicU64,
    retried: AtomicU64,
    ambiguous: AtomicU64,
    rejected: AtomicU64,
    waited: AtomicU64,
    cancelled: AtomicU64,
    lost: AtomicU64,
}

impl Counters {
    pub(crate) fn took(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn gave(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn ended(&self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Accepted { .. } => &self.accepted,
            Outcome::Retry { .. } => &self.retried,
            Outcome::Ambiguous { .. } => &self.ambiguous,
            Outcome::Rejected { .. } => &self.rejected,
            Outcome::Waits { .. } => &self.waited,
            Outcome::Cancelled { .. } => &self.cancelled,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, paused: usize) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            in_flight: get(&self.in_flight),
            paused: paused as u64,
            accepted: get(&self.accepted),
            retried: get(&self.retried),
            ambiguous: get(&self.ambiguous),
            rejected: get(&self.rejected),
            waited: get(&self.waited),
            cancelled: get(&self.cancelled),
            lost: get(&self.lost),
        }
    }
}
