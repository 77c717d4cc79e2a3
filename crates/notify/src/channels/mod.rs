//! The channels there are. To add one: its file, and a line in each of the three places here.

pub mod slack;
pub mod webhook;

use std::sync::Arc;

use serde::Deserialize;

use crate::{Channel, ConfigError, Http};

/// The configuration of any channel; the key `channel` says which.
///
/// ```
/// # use campana_notify::{Channel, ChannelConfig, Http, HttpOptions};
/// let config: ChannelConfig = serde_json::from_str(
///     r#"{ "channel": "slack", "webhook_url": "https://hooks.slack.com/services/T000/B000/XXXX" }"#,
/// )?;
/// let channel = config.build(&Http::new(HttpOptions::default())?)?;
/// assert_eq!(channel.name(), "slack");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "channel", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChannelConfig {
    /// Slack, by an incoming webhook.
    Slack(slack::SlackConfig),
    /// Any web server, by a signed request.
    Webhook(webhook::WebhookConfig),
}

impl ChannelConfig {
    /// Checks the configuration and makes the channel.
    ///
    /// # Errors
    /// If a field of the configuration cannot be used; the error names it.
    pub fn build(self, http: &Http) -> Result<Arc<dyn Channel>, ConfigError> {
        Ok(match self {
            Self::Slack(config) => Arc::new(config.build(http)?),
            Self::Webhook(config) => Arc::new(config.build(http)?),
        })
    }
}
