//! For tests: an HTTP server that follows a script, and sample notifications.
//!
//! Behind the feature `testing`, so that the tests of other crates can use it.

#[cfg(test)]
pub(crate) mod conformance;
#[cfg(test)]
pub(crate) mod logs;
pub mod samples;
mod server;

pub use server::{Reply, Request, Server, Step};
