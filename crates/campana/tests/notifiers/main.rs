//! Telling people, from the flow to a receiver that stands in for the services.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;
mod every;
mod handlers;
mod inputs;
mod logs;
mod particular;
mod services;
mod tasks;
