//! Telling people, from within a run: notifiers and notification tasks.
//!
//! Actors and flow:
//!
//! ```text
//! Notifier          a state handler: filters -> Notification of the change -> Sender
//! NotificationTask  a task: what it was given, or its upstreams return      -> Sender
//! Sender            secrets -> Channels -> payloads -> up to three attempts within 30 s each
//! Service           what is particular to one channel: which secrets it takes, what it is built of, what its
//!                   task says beside a message
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
mod client;
mod email;
mod error;
mod field;
mod notifier;
mod pagerduty;
mod pushbullet;
mod sender;
mod slack;
mod task;
mod teams;
mod twilio;
mod webhook;

pub use campana_notify::{BoxFuture, Channel, Http, Payload, Receipt, SendContext, SendError, SendErrorKind};
pub use serde_json::Value as Json;

pub use client::Client;
pub use email::{
    Attachment, Email, EmailSettings, EmailTask, NotAMediaType, Security, Unreadable, email_notifier,
    escape_html, gmail_notifier,
};
pub use error::NotifyError;
pub use field::{Field, NothingToSend};
pub use notifier::Notifier;
pub use pagerduty::{Action, PagerDuty, PagerDutySettings, PagerDutyTask, Severity, pagerduty_notifier};
pub use pushbullet::{Pushbullet, PushbulletSettings, PushbulletTask, pushbullet_notifier};
pub use sender::{ChannelSettings, OverHttp, Sender, Service};
pub use slack::{Slack, SlackSettings, SlackTask, slack_notifier};
pub use task::NotificationTask;
pub use teams::{Teams, TeamsSettings, TeamsTask, teams_notifier};
pub use twilio::{Twilio, TwilioSettings, TwilioTask, twilio_notifier};
pub use webhook::{Webhook, WebhookSettings, WebhookTask, webhook_notifier};
