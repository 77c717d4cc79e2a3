//! Delivers what Campana owes: takes a delivery in hand, sends it, records how that ended.
//!
//! Actors:
//!
//! * the **store**, in which deliveries are owed, leased and closed; each step is one write of its;
//! * the **dispatcher**: one loop takes in what is born leased, another claims what is due while there are
//!   slots;
//! * an **attempt** for each delivery in hand: prepares it ([`Prepare`], which the server implements), sends it through its
//!   [`Channel`](campana_notify::Channel) once, and records the outcome;
//! * the **limiter**, which knows how much each destination has in flight and which are paused;
//! * the **reaper**, which takes over attempts whose lease ran out.
//!
//! ```text
//! store.birth() ---+                                                       +-> next of its destination
//!                  +-> limiter -> attempt: prepare -> send -> verdict -+---+
//! claim of the due +      ^                                            +-> record (again, while the database is away)
//!        ^                |
//!        +--- hint, freed place, end of a pause, timer
//! ```
//!
//! Guaranteed:
//!
//! * **Nothing is dropped.** A delivery leaves the outbox by a recorded outcome, or stays leased until its lease
//!   runs out and the attempt counts as lost. An outcome is recorded again and again while the database is away.
//! * **An attempt has an end**: [`Options::send_timeout`], which is shorter than the lease. One that could outlive its
//!   lease is not begun.
//! * **A destination that fails or hangs delays itself only.** It has [`Options::per_destination`] places, and twice as
//!   many slots; after some failures it is paused, then tried with one delivery, which is the probe. The first that
//!   it answers makes everything due that waits for it.
//! * **A birth is sent at once**: no timer and no claim lies between the commit and the wire.
//! * **Time comes from the [`Clock`]**, also for waiting, so that a test owns it.
//!
//! Not guaranteed: that a message arrives once only. Whoever sent it and did not live to record so, or got no answer,
//! is followed by another attempt with the same idempotency key and the same body. And not order between the
//! deliveries of different order keys; within one, the store leases only the first.

mod attempt;
mod backoff;
mod clock;
mod desk;
mod dispatcher;
mod limiter;
mod options;
mod outbox;
mod prepare;
mod reaper;
mod stats;
mod verdict;

pub use backoff::Backoff;
pub use clock::{Clock, SystemClock};
pub use options::{Options, OptionsError};
pub use outbox::Outbox;
pub use prepare::{Prepare, Prepared, Unprepared, UnpreparedKind};
pub use stats::Stats;

#[cfg(test)]
mod testing;
