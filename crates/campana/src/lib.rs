//! Workflows in Rust whose notifications always arrive.
//!
//! A *flow* is tasks and what goes from one to the other. Each task, and the flow itself, has a *state*, and a
//! *state handler* sees every change of it. A *notifier* is a state handler that tells people.
//!
//! ```
//! use campana::prelude::*;
//!
//! #[derive(Debug, thiserror::Error)]
//! #[error("division by zero")]
//! struct DivideByZero;
//!
//! #[task]
//! fn add(x: i64) -> i64 {
//!     x + 1
//! }
//!
//! #[task(name = "1/x task", state_handlers = [slack_notifier().only_states([StateKind::Failed])])]
//! fn div(x: i64) -> Result<i64, DivideByZero> {
//!     1_i64.checked_div(x).ok_or(DivideByZero)
//! }
//!
//! let mut flow = Flow::new("Add Divide Flow");
//! let result = flow.add(div(add(1)));
//! let run = flow.run_blocking()?;
//! assert_eq!(run.result(result)?, &0);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! With `add(-1)` the division fails, and a message is in Slack: the notifier finds the URL of an incoming webhook
//! in the [secret](mod@secret) `SLACK_WEBHOOK_URL`, so that `CAMPANA__CONTEXT__SECRETS__SLACK_WEBHOOK_URL` in the
//! environment is all that there is to set up.
//!
//! # What to use when
//!
//! | To | use |
//! |---|---|
//! | tell of each change of a task's or a flow's state | [`slack_notifier`] in `state_handlers` or [`Settings::state_handler`] |
//! | tell only of some | [`Notifier::only_states`], [`ignore_states`](Notifier::ignore_states), [`only_final`](Notifier::only_final) |
//! | decide by yourself | [`Notifier::notify`] inside a handler of your own |
//! | do something else at a change | a closure as a handler, [`callback_factory`], [`Settings::on_failure`] |
//! | say something at one place in a flow, with words that a task made | [`SlackTask`] |
//! | say it only if something failed | [`SlackTask`] with the [`trigger`] `any_failed` |
//! | send it elsewhere: e-mail, SMS, Teams, PagerDuty, Pushbullet, a web server | [`gmail_notifier`], [`email_notifier`] and [`EmailTask`], and so on: a notifier and a task for each |
//! | send a report with files | [`EmailTask`] |
//! | keep a flow from failing because nobody could be told | [`Notifier::log_errors`] |
//!
//! A handler tells of the state as it changes; a task is part of the flow, with a place, a trigger and retries.
//!
//! # Running
//!
//! [`Flow::run_blocking`] is for a `main` without a runtime: Ctrl-C cancels the run. [`Flow::run`] is awaited in a
//! runtime of your own. Both take the settings of [`RunSettings`] (parameters, secrets, the executor) and of
//! [`OnTerminal`](terminal::OnTerminal) (a progress bar, questions). What is said by `tracing` is shown by
//! [`logs::init`], or by whatever subscriber the program has.

pub mod config;
#[cfg(doctest)]
mod guide;
pub mod logs;
pub mod notify;
pub mod secret;
pub mod server;
pub mod terminal;

pub use campana_engine::*;
pub use campana_macros::task;
pub use campana_model::Secret;
pub use config::{Config, ConfigError};
pub use notify::{
    EmailTask, Notifier, NotifyError, PagerDutyTask, PushbulletTask, SlackTask, TeamsTask, TwilioTask,
    WebhookTask, email_notifier, gmail_notifier, pagerduty_notifier, pushbullet_notifier, slack_notifier,
    teams_notifier, twilio_notifier, webhook_notifier,
};
pub use secret::{SecretError, SecretLookup};

/// What a flow's author needs: `use campana::prelude::*;`.
pub mod prelude {
    pub use crate::notify::{
        Action, Attachment, ChannelSettings as _, EmailSettings as _, EmailTask, Json, Notifier, NotifyError,
        PagerDutySettings as _, PagerDutyTask, PushbulletSettings as _, PushbulletTask, Security, Severity,
        SlackSettings as _, SlackTask, TeamsSettings as _, TeamsTask, TwilioSettings as _, TwilioTask,
        WebhookSettings as _, WebhookTask, email_notifier, gmail_notifier, pagerduty_notifier,
        pushbullet_notifier, slack_notifier, teams_notifier, twilio_notifier, webhook_notifier,
    };
    pub use crate::secret::{SecretError, SecretLookup as _};
    pub use crate::server::{Register as _, Reporting as _, Server};
    pub use crate::terminal::OnTerminal as _;
    pub use crate::{Secret, task};
    pub use campana_engine::trigger::{
        all_failed, all_finished, all_successful, always_run, any_failed, any_successful, manual_only,
        not_all_skipped, some_failed, some_successful,
    };
    pub use campana_engine::{
        BoxError, Call, Concurrent, Context, Flow, FlowRun, GraphError, InputSpec, Inputs, IntoCall as _,
        Node, Outcome, Parameter, Resource, RunSettings as _, Sequential, Settings as _, Signal, State,
        StateKind, Subject, Task, Upstreams, Validator, callback_factory, context, flatten, log_errors,
        unmapped,
    };
    pub use serde_json::json;
    pub use std::time::Duration;
}
