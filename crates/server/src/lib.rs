//! The server of Campana: GraphQL, Cloud Hooks, background jobs.
//!
//! Actors and flow:
//!
//! ```text
//! request -> http (guard, key) -> graphql -> app -> store     each change in one transaction with what it makes owed
//! store -> outbox -> prepare -> channel                       what is owed is sent, and how it went is written down
//! background                                                  jobs that nobody asks for: retention
//! ```
//!
//! * [`Config`]: plain values.
//! * [`Server`]: started, it is listening; it serves while it [runs](Server::run_until).
//! * **http** knows HTTP, **graphql** knows GraphQL, **app** knows neither; the **store** alone knows SQL.
//!
//! Guaranteed: a change that was answered is on disk, with the deliveries that it makes owed; a delivery ends delivered,
//! dead or cancelled, whatever crashes. Not guaranteed: that a delivery arrives once only. Nothing secret is in a log, an
//! error or an answer, but for the value of a secret to whoever may read it.

mod app;
mod background;
mod config;
pub mod graphql;
pub mod hook_config;
mod http;
pub mod message;
mod scope;
mod server;
pub mod vault;

pub use campana_outbox as outbox;
pub use campana_store::DatabaseUrl;
pub use config::{Channels, Config, Network, Retention};
pub use scope::Role;
pub use server::{Server, StartError, create_key};
pub use vault::KeySource;
