//! Flows that report to a server, which is a stub.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod common;
mod lost;
mod registering;
mod reporting;
mod stub;
