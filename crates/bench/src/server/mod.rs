//! What a server that notifies costs: Campana's beside the smallest one that keeps the same promise.
//!
//! The load generator and the receiver share a process and a clock with each other, and the machine with
//! the server. Each change carries a number in its message; the receiver looks for it.

pub mod load;
pub mod process;
pub mod receiver;
pub mod subject;
pub mod wire;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How each change carries its number.
pub const MARK: &str = "change-number-";

/// When each change was sent and when it arrived, by its number.
pub struct Ledger {
    start: Instant,
    sent: Vec<AtomicU64>,
    received: Vec<AtomicU64>,
    accepted: AtomicUsize,
    arrived: AtomicUsize,
    doubles: AtomicUsize,
    next: AtomicUsize,
}

impl Ledger {
    /// A ledger for up to `capacity` changes.
    pub fn new(capacity: usize) -> Self {
        let zeros = || (0..capacity).map(|_| AtomicU64::new(0)).collect();
        Self {
            start: Instant::now(),
            sent: zeros(),
            received: zeros(),
            accepted: AtomicUsize::new(0),
            arrived: AtomicUsize::new(0),
            doubles: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
        }
    }

    /// The number of the next change; `None`: the ledger is full.
    pub fn take_number(&self) -> Option<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.sent.len()).then_some(number)
    }

    /// Notes that a change was due to be sent at `at`.
    pub fn sent(&self, number: usize, at: Instant) {
        let nanos = at.saturating_duration_since(self.start).as_nanos() as u64;
        self.sent[number].store(nanos.max(1), Ordering::Relaxed);
    }

    /// Notes that the server has accepted a change.
    pub fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that the notification of the change in `body` has arrived.
    pub fn arrived(&self, body: &[u8]) {
        let Some(number) = number_in(body).filter(|number| *number < self.received.len()) else { return };
        let nanos = self.start.elapsed().as_nanos() as u64;
        match self.received[number].compare_exchange(0, nanos.max(1), Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => self.arrived.fetch_add(1, Ordering::Relaxed),
            Err(_) => self.doubles.fetch_add(1, Ordering::Relaxed),
        };
    }

    /// How many changes were accepted so far.
    pub fn accepted_count(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// How many notifications have arrived so far, each counted once.
    pub fn arrived_count(&self) -> usize {
        self.arrived.load(Ordering::Relaxed)
    }

    /// How many came again.
    pub fn doubles(&self) -> usize {
        self.doubles.load(Ordering::Relaxed)
    }

    /// Accepted and not yet arrived.
    pub fn backlog(&self) -> usize {
        self.accepted_count().saturating_sub(self.arrived_count())
    }

    /// The times from sending to arrival of the changes from `first` on, sorted.
    pub fn latencies(&self, first: usize) -> Vec<Duration> {
        let pairs = self.sent.iter().zip(&self.received).skip(first);
        let both =
            pairs.map(|(sent, received)| (sent.load(Ordering::Relaxed), received.load(Ordering::Relaxed)));
        let mut all: Vec<_> = both
            .filter(|(sent, received)| *sent > 0 && *received > 0)
            .map(|(sent, received)| Duration::from_nanos(received.saturating_sub(sent)))
            .collect();
        all.sort_unstable();
        all
    }

    /// How many numbers were given out.
    pub fn numbers(&self) -> usize {
        self.next.load(Ordering::Relaxed).min(self.sent.len())
    }
}

/// The value at a share of the sorted values: `percentile(&all, 0.99)`.
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    match sorted.len() {
        0 => Duration::ZERO,
        len => sorted[((len - 1) as f64 * share).round() as usize],
    }
}

fn number_in(body: &[u8]) -> Option<usize> {
    let mark = MARK.as_bytes();
    let at = body.windows(mark.len()).position(|window| window == mark)? + mark.len();
    let digits = body[at..].iter().take_while(|byte| byte.is_ascii_digit());
    digits
        .map(|byte| usize::from(byte - b'0'))
        .fold(None, |number, digit| Some(number.unwrap_or(0) * 10 + digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_found_by_its_number_and_counted_once() {
        let ledger = Ledger::new(100);
        ledger.sent(42, Instant::now());
        ledger.arrived(br#"{"message":"change-number-42."}"#);
        ledger.arrived(br#"{"message":"change-number-42."}"#);
        ledger.arrived(b"nothing");
        assert_eq!((ledger.arrived_count(), ledger.doubles()), (1, 1));
        assert_eq!(ledger.latencies(0).len(), 1);
    }
}
