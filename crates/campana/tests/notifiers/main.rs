//! Telling people, from the flow to a receiver that stands in for Slack.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;
mod handlers;
mod logs;
mod tasks;
