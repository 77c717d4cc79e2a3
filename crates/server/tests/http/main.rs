//! A server as its clients see it: over HTTP, with a database of its own and a receiver that stands in for providers.

mod auth;
mod harness;
mod hooks;
mod runs;
mod transport;
