//! A server as its clients see it: over HTTP, with a database of its own and a receiver that stands in for providers.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod auth;
mod harness;
mod hooks;
mod runs;
mod sessions;
mod sockets;
mod transport;
mod ui;
