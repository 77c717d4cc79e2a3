//! What concerns a whole process: its signals, its environment, its terminal.
//!
//! Each test starts a process of its own, which is this one again, told by its environment what to run.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
#![expect(clippy::print_stdout, reason = "a child speaks to its test")]

mod channels;
mod ctrl_c;
mod links;
mod logs;
mod program;
mod secrets;
mod terminal;
