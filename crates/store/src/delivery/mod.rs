//! Deliveries: what is owed to a hook about an event, from the transaction of the change until it is
//! delivered, dead or cancelled.
//!
//! * `owe` writes one for each hook that an event matches. It is **born leased** to the server that commits the
//!   change if the dispatcher has a place for it and nothing is before it; it then comes out of
//!   [`Store::birth`](crate::Store::birth). Otherwise it is due, for whoever [claims](Claim) it.
//! * **An open attempt is the lease** in the row: whose, until when, since when, and the attempt already counted. So a
//!   crash leaves an attempt that [`TakeOver`] or [`VoidLeases`] closes as lost.
//! * [`Finish`] closes an attempt. A success closes the delivery whoever holds the lease; a failure decides only
//!   while the lease is still that of whoever reports it.
//! * **Order**: a delivery is leased only if no earlier one of the same hook and order key is pending.
//! * **A burst**: what exceeds a hook's budget is held and goes into one [digest](Action::Digest), which has a
//!   delivery of its own; its members point to it and take its outcome.
//!
//! What is not guaranteed: that an attempt is made once. A lease saves double work; unique keys and guarded updates
//! give the rest, so a clock that is wrong costs a duplicate or a delay, never a loss.

mod cancel;
mod claim;
mod claimed;
mod close;
mod digest;
mod facts;
mod fetch;
mod finish;
mod health;
mod lease;
mod owe;
#[cfg(test)]
mod plans;
mod replay;
mod stats;
mod status;
mod take_over;

pub use cancel::{Cancel, GiveUp};
pub use claim::{Claim, ClaimedBatch};
pub use claimed::{Action, Claimed};
pub use facts::{About, Digest, Fact, Facts, MEMBERS_TOLD};
pub use fetch::{Attempt, Attempts, Delivery, Fetch, OfRun};
pub use finish::{Finish, Finished, Outcome};
pub use health::{Health, HealthOf};
pub use replay::{Replay, ReplayRange};
pub use stats::{Count, Counts};
pub use status::{Status, UnknownStatus};
pub use take_over::{TakeOver, VoidLeases};

pub use owe::GIVE_UP_AFTER;

pub(crate) use owe::{New, is_success, owe};
