//! Workflows in Rust whose notifications always arrive.

pub use campana_engine::*;
pub use campana_macros::task;

/// What a flow's author needs: `use campana::prelude::*;`.
pub mod prelude {
    pub use crate::task;
    pub use campana_engine::trigger::{
        all_failed, all_finished, all_successful, always_run, any_failed, any_successful, manual_only,
        not_all_skipped, some_failed, some_successful,
    };
    pub use campana_engine::{
        BoxError, Call, Concurrent, Context, Flow, FlowRun, InputSpec, Inputs, IntoCall as _, Node, Outcome,
        Parameter, Resource, RunSettings as _, Sequential, Settings as _, Signal, State, StateKind, Subject,
        Task, Upstreams, callback_factory, context, flatten, log_errors, unmapped,
    };
    pub use std::time::Duration;
}
