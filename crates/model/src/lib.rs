//! The vocabulary of Campana: what a state, a value, a flow, a notification and a secret are.
//!
//! Everything else in the workspace speaks these types, so this crate does no IO, reads no clock and
//! depends on no runtime. Where a type has a JSON form, it is the one that Prefect 1.4.1 writes and reads.

pub mod color;
pub mod event;
pub mod flow;
pub mod hook;
pub mod id;
pub mod notification;
pub mod secret;
pub mod state;
pub mod transition;
pub mod value;

pub use color::Color;
pub use event::EventKind;
pub use hook::{HookType, StateSet, Subject};
pub use id::{FlowRunId, TaskRunId};
pub use jiff::Timestamp;
pub use notification::Notification;
pub use secret::Secret;
pub use state::{State, StateKind};
pub use value::{Failure, Value, ValueType};
