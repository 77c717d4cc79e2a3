//! What holds of a store, whichever database it stands on.
//!
//! Each case is written once and runs on SQLite and on a Postgres that the tests start.

mod bursts;
mod claims;
mod harness;
mod incidents;
mod lifecycle;
mod matching;
mod places;
mod servers;
mod telling;
