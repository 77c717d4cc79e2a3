//! Telling people, from within a run: notifiers and notification tasks.
//!
//! Actors and flow:
//!
//! ```text
//! Notifier          a state handler: filters -> Notification of the change -> Sender
//! NotificationTask  a task: the message, its own or an upstream's          -> Sender
//! Sender            secrets -> Channel -> payload -> up to three attempts within 30 s
//! Service           what is particular to one channel: which secrets it takes, what it is built of
//! ```
//!
//! Adding a channel is a [`Service`], a trait with its settings, and two names: of its notifier and its task.
//!
//! Guaranteed: a notifier asks no server anything; what its filters leave out needs no secret; each attempt
//! carries the same body and the same delivery id; no URL, password or proxy is in an error or a log. Not
//! guaranteed: that a message arrives, once all attempts are spent, or the process has ended. Then the error is
//! the state of the task or flow, unless [`log_errors`](Notifier::log_errors) makes it a line in the log.

mod about;
mod attempts;
mod error;
mod notifier;
mod sender;
mod slack;
mod task;

pub use campana_notify::{Channel, Http};

pub use error::NotifyError;
pub use notifier::Notifier;
pub use sender::{ChannelSettings, Client, Sender, Service};
pub use slack::{Slack, SlackSettings, SlackTask, slack_notifier};
pub use task::{NoMessage, NotificationTask};
