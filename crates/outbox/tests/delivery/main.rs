//! An outbox on a real store and real receivers; the clock is the test's.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

mod attempts;
mod crashes;
mod destinations;
mod harness;
