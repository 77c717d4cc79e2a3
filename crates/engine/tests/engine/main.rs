//! The engine from the outside, in one program so that it is linked once: what SEMANTICS.md promises of
//! triggers, handlers and runs, and random graphs against a naive interpreter.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod common;
mod handlers;
mod props;
mod running;
mod triggers;
