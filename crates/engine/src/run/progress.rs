//! How far a run is, to be looked at while it goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the tasks of a run; children of mapped tasks count each. Cloning it shares the counts.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    total: AtomicU64,
    finished: AtomicU64,
    failed: AtomicU64,
}

impl Progress {
    /// Counts of a run that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many tasks are known so far; mapping adds some.
    pub fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// How many have ended.
    pub fn finished(&self) -> u64 {
        self.0.finished.load(Ordering::Relaxed)
    }

    /// How many of these have failed.
    pub fn failed(&self) -> u64 {
        self.0.failed.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, tasks: usize) {
        self.0.total.fetch_add(tasks as u64, Ordering::Relaxed);
    }

    pub(super) fn finish(&self, failed: bool) {
        self.0.finished.fetch_add(1, Ordering::Relaxed);
        if failed {
            self.0.failed.fetch_add(1, Ordering::Relaxed);
        }
    }
}
