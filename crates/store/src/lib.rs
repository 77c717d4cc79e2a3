//! What Campana remembers: runs and their states, events, hooks, deliveries; on SQLite or on Postgres.
//!
//! One text of SQL serves both databases; they differ below `sql::Tx`, in types, locks and
//! connections. All of it is synchronous and runs on threads of the store:
//!
//! * **Writes are data.** A [`Write`] is a struct in the module of its noun, such as
//!   [`tenant::Create`]; [`Store::write`] sends it to a writer thread, which takes what else is waiting, applies
//!   the group in one transaction and answers after the commit. So a thousand writers cost a few
//!   commits, each of which is on disk (`synchronous=FULL`) before anybody is told.
//! * **A write is atomic by itself.** If one fails after it has written, the group is rolled back and each
//!   write of it is applied alone; what others wrote is not lost with it.
//! * **Reads** run beside, on connections of their own, each in a snapshot.
//! * **No transaction leaves this crate**, and within one nothing waits for anything but the database.
//! * **Time is a parameter**: a write has its `now`, a new row its id; the SQL reads no clock.
//!
//! SQLite admits one process, which holds a lock beside the file, and one writer thread. On Postgres each server has
//! some writers; what concerns one run goes to the same of them, so it stays in order.

mod changes;
mod database_url;
mod error;
mod group_order;
mod hints;
mod history;
mod schema;
mod scope;
mod slots;
mod sql;
mod store;
mod worker;

pub mod agent;
pub mod api_key;
pub mod audit;
pub mod delivery;
pub mod destination;
pub mod dry_run;
pub mod event;
pub mod fail_point;
pub mod flow;
pub mod flow_run;
pub mod hook;
mod incident;
pub mod log;
pub mod message;
pub mod meta;
pub mod project;
pub mod query;
pub mod retention;
pub mod secret;
pub mod session;
pub mod task_run;
pub mod tenant;
#[cfg(feature = "testing")]
pub mod testing;
pub mod told;

#[cfg(test)]
mod props;
#[cfg(test)]
mod trial;

pub use changes::{Change, Changed, Told, Watch};
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use error::{Error, OpenError};
pub use history::MAX_STATE_BYTES;
pub use scope::Scope;
pub use slots::Slots;
pub use store::{Options, Read, Store, Write};
