//! Workflows in Rust whose notifications always arrive.

mod config;
pub mod notify;
pub mod secret;

pub use campana_engine::*;
pub use campana_macros::task;
pub use campana_model::Secret;
pub use config::ConfigError;
pub use notify::{Notifier, NotifyError, SlackTask, slack_notifier};
pub use secret::{SecretError, SecretLookup};

/// What a flow's author needs: `use campana::prelude::*;`.
pub mod prelude {
    pub use crate::notify::{
        ChannelSettings as _, NotifyError, SlackSettings as _, SlackTask, slack_notifier,
    };
    pub use crate::secret::{SecretError, SecretLookup as _};
    pub use crate::{Secret, task};
    pub use campana_engine::trigger::{
        all_failed, all_finished, all_successful, always_run, any_failed, any_successful, manual_only,
        not_all_skipped, some_failed, some_successful,
    };
    pub use campana_engine::{
        BoxError, Call, Concurrent, Context, Flow, FlowRun, GraphError, InputSpec, Inputs, IntoCall as _,
        Node, Outcome, Parameter, Resource, RunSettings as _, Sequential, Settings as _, Signal, State,
        StateKind, Subject, Task, Upstreams, callback_factory, context, flatten, log_errors, unmapped,
    };
    pub use std::time::Duration;
}
