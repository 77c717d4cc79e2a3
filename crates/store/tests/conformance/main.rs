//! What holds of a store, whichever database it stands on.
//!
//! Each case is written once and runs on SQLite and on a Postgres that the tests start.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod bursts;
mod claims;
mod harness;
mod incidents;
mod lifecycle;
mod matching;
mod places;
mod servers;
mod telling;
