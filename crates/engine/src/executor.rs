//! Executors: where the tasks of a run are executed.
//!
//! An executor offers places and puts a [`Worker`] in each that the run fills. A worker takes one
//! [`TaskCall`](crate::TaskCall) after the other, so a chain of tasks runs in one place without a hop between
//! threads, and a worker that finds nothing to do leaves its place.

use crate::run::Worker;

/// How many kinds of places there are.
pub(crate) const CLASSES: usize = 2;
const FUTURES: usize = 0;
const THREADS: usize = 1;

/// The places that an executor offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// One, for every task.
    One,
    /// Some for async tasks, and some for others, which may keep a thread busy.
    Each {
        /// How many async tasks may run at a time.
        futures: usize,
        /// How many others.
        threads: usize,
    },
}

impl Places {
    pub(crate) fn of(self, class: usize) -> usize {
        match (self, class) {
            (Self::One, FUTURES) => 1,
            (Self::One, _) => 0,
            (Self::Each { futures, .. }, FUTURES) => futures.max(1),
            (Self::Each { threads, .. }, _) => threads.max(1),
        }
    }

    pub(crate) fn class(self, sync: bool) -> usize {
        if sync && self != Self::One { THREADS } else { FUTURES }
    }
}

/// Runs the tasks of a run.
pub trait Executor: Send + Sync + 'static {
    /// The places that it offers.
    fn places(&self) -> Places;

    /// Puts a worker in a place and returns at once; or gives it back, to run on the task that awaits the run.
    fn spawn(&self, worker: Worker) -> Option<Worker>;
}

/// Runs one task after the other, on the task that awaits the run. It is the default.
///
/// A body that is not async keeps that task's thread busy; where other work waits on the same thread, use
/// [`Concurrent`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequential;

impl Executor for Sequential {
    fn places(&self) -> Places {
        Places::One
    }

    fn spawn(&self, worker: Worker) -> Option<Worker> {
        Some(worker)
    }
}

/// Runs tasks at the same time on the tokio runtime that awaits the run: async tasks on the runtime's own
/// threads, others on a pool beside it, so that they keep no async task from its turn.
#[derive(Clone, Copy, Debug)]
pub struct Concurrent {
    futures: usize,
    threads: usize,
}

impl Default for Concurrent {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { futures: 1_000, threads: cores }
    }
}

impl Concurrent {
    /// Up to 1,000 async tasks at a time, and as many others as there are cores.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs up to `limit` async tasks and up to `limit` others at a time (at least one of each).
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.futures = limit;
        self.threads = limit;
        self
    }

    /// Runs up to `threads` tasks that are not async at a time (at least one): more than there are cores,
    /// if they wait for something.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }
}

impl Executor for Concurrent {
    fn places(&self) -> Places {
        Places::Each { futures: self.futures, threads: self.threads }
    }

    fn spawn(&self, worker: Worker) -> Option<Worker> {
        if worker.keeps_thread_busy() {
            let runtime = tokio::runtime::Handle::current();
            tokio::task::spawn_blocking(move || runtime.block_on(worker.run()));
        } else {
            tokio::spawn(worker.run());
        }
        None
    }
}

impl Worker {
    /// Whether it takes tasks that are not async, and wants a thread of its own for them.
    pub fn keeps_thread_busy(&self) -> bool {
        self.class() == THREADS
    }
}
