//! The guarded HTTP client, through which every channel over HTTP sends.
//!
//! ```text
//! Http (options, TLS, connections) -> endpoint(field, url) -> Endpoint (checked URL) -> post -> Answer
//! ```
//!
//! Guaranteed for each request: a time limit for the connection and for the whole; at most so much of the
//! answer is read; a redirect is an answer like any other and is not followed; no proxy from the environment;
//! no second try behind the caller's back; the address connected to is one that [`Networks`](crate::Networks)
//! permits, since the addresses of a name are vetted where they are resolved and nowhere else resolved again.
//! Errors hold no URL, and what a provider answers has the URL's secret parts taken out.
//!
//! Not guaranteed behind a configured proxy: names are then resolved by the proxy, which must itself keep
//! requests out of the networks around it.

mod answer;
mod client;
mod config;
mod endpoint;
mod host;
mod resolver;
mod tls;

pub use answer::Answer;
pub(crate) use answer::MAX_RETRY_AFTER;
pub use client::{Http, HttpOptions};
pub use config::ConfigError;
pub use endpoint::Endpoint;
pub(crate) use host::{Host, NotConnected};
