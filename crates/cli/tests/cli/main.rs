//! The command line as people and scripts see it: each test runs `campana` in a home of its own.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;
mod config;
mod help;
mod hook;
mod notify;
mod secret;
