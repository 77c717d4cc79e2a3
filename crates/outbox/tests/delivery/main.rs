//! An outbox on a real store and real receivers; the clock is the test's.

mod attempts;
mod crashes;
mod destinations;
mod harness;
