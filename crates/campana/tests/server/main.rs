//! Flows that report to a server, which is a stub.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
#![expect(clippy::print_stdout, reason = "a child speaks to its test")]

mod common;
mod killed;
mod lost;
mod registering;
mod reporting;
mod stub;
