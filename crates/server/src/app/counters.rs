//! What the process has counted since it started, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All that is counted.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Requests of GraphQL that were answered.
    pub(crate) requests: Counter,
    /// Those that had no key that opens the server.
    pub(crate) unauthenticated: Counter,
    /// States that runs took.
    pub(crate) states: Counter,
}
