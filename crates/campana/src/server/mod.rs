//! Flows that report to a server: registering them, and running them so that others can see.
//!
//! ```no_run
//! use campana::prelude::*;
//!
//! let flow = Flow::new("orders");
//! let registered = flow.register("shop").blocking()?;
//! println!("{}", registered.url());
//! let run = registered.run().blocking()?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! Where the server is, and the key, stand in the section `[server]` of the [configuration](crate::config), as
//! `endpoint` and `api_key`; [`Server`] says it in the program.
//!
//! Actors and flow:
//!
//! ```text
//! ServerBackend   the engine's port: puts what happens into the inbox of the run's Worker, and awaits verdicts
//! Worker          one for each run, on a thread of the process's own: sends in order, keeps the run alive at the
//!                 server, notices when it is cancelled there, and writes the Journal while the server is away
//! Envoy           knows the run by the server's ids: makes it there, sends batches, finds out what has arrived
//! Journal         what is owed to a server that is away: a file for each run
//! ```
//!
//! State handlers run before any of this sees a state. The thread is there so that a task which keeps the run's own
//! threads busy does not look dead to the server.
//!
//! Guaranteed: what happens in a run is reported in its order; a run neither stops nor waits longer than
//! [`Pace::patience`] for a server that is away; what it has to report then is in the journal before the run ends,
//! and is sent once the server is back, by this process, by the next run of any flow that reports to the same server,
//! or by [`Server::report_journals`]; a state that the server has taken is not reported again, though its answer was
//! lost or the process ended, since each carries a number that is looked for first.
//!
//! Not guaranteed: a line of a log may be there twice after an outage, or be left out if more than ten thousand wait;
//! what a process had in its hands when it was killed while the server was there; a second look for the number if
//! somebody else has set the run's state in between, in which case the server's own rules decide.

mod address;
mod backend;
mod background;
mod envoy;
mod error;
mod journal;
mod leftovers;
mod owed;
mod register;
mod worker;

pub use address::{Pace, Server};
pub use backend::ServerBackend;
pub use campana_client::{Client, Endpoint, Options};
pub use error::ServerError;
pub use leftovers::Sent;
pub use register::{Register, Registered, Registering, Reporting};
