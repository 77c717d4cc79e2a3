//! Slack, by an incoming webhook whose URL is a secret.

use std::borrow::Cow;

use campana_model::Secret;
use campana_notify::channels::slack::{self, SlackConfig};

use super::client::Client;
use super::error::NotifyError;
use super::notifier::Notifier;
use super::sender::{ChannelSettings, OverHttp, Service};
use super::task::NotificationTask;
use crate::secret::SecretLookup as _;

/// Slack. The URL of the incoming webhook is the secret `SLACK_WEBHOOK_URL`, unless
/// [`webhook_secret`](SlackSettings::webhook_secret) names another.
#[derive(Clone, Debug)]
pub struct Slack {
    webhook_secret: Cow<'static, str>,
}

impl Default for Slack {
    fn default() -> Self {
        Self { webhook_secret: "SLACK_WEBHOOK_URL".into() }
    }
}

impl Service for Slack {
    type Channel = slack::Slack;

    const NAME: &'static str = "Slack";
    const TASK: &'static str = "SlackTask";

    async fn channels(&self, client: &Client) -> Result<Vec<slack::Slack>, NotifyError> {
        let url = Secret::fetch(&self.webhook_secret).await?;
        let slack = SlackConfig::new(url).build(&client.http()?);
        let secrets = [("webhook_url", &*self.webhook_secret)];
        Ok(vec![slack.map_err(|source| NotifyError::unusable(Self::NAME, source, &secrets))?])
    }
}

impl OverHttp for Slack {}

/// The settings of Slack: the same words on [`slack_notifier`] and on [`SlackTask`].
pub trait SlackSettings: ChannelSettings<Service = Slack> {
    /// Takes the URL of the incoming webhook, which decides the Slack channel, from the secret of this name.
    #[must_use]
    fn webhook_secret(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.sender_mut().service.webhook_secret = name.into();
        self
    }
}

impl<T: ChannelSettings<Service = Slack>> SlackSettings for T {}

/// A state handler that posts each change of state to Slack.
///
/// ```no_run
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders").state_handler(slack_notifier().only_states([StateKind::Failed]));
/// # flow.run_blocking().unwrap();
/// ```
///
/// Inside a handler of one's own it is called by [`Notifier::notify`].
pub fn slack_notifier() -> Notifier<Slack> {
    Notifier::of(Slack::default())
}

/// A task that posts a message to Slack.
///
/// ```
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders");
/// flow.add(SlackTask::new().message("The orders are in.").retries(2));
/// ```
///
/// The message may hold Slack's own markup, such as links and mentions. See [`NotificationTask`] for messages
/// that come from other tasks.
pub type SlackTask = NotificationTask<Slack>;
