//! The channels there are. To add one: its file, and a line in each of the three places here.

pub mod email;
pub mod pagerduty;
pub mod pushbullet;
pub mod slack;
pub mod teams;
pub mod twilio;
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
pub enum ChannelConfig {
    /// PagerDuty, by events.
    #[serde(rename = "pagerduty")]
    PagerDuty(pagerduty::PagerDutyConfig),
    /// Pushbullet, to the devices of an account.
    Pushbullet(pushbullet::PushbulletConfig),
    /// E-mail, by SMTP.
    Email(email::EmailConfig),
    /// Slack, by an incoming webhook.
    Slack(slack::SlackConfig),
    /// Microsoft Teams, by a workflow's URL.
    Teams(teams::TeamsConfig),
    /// SMS, by Twilio.
    Twilio(twilio::TwilioConfig),
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
            Self::PagerDuty(config) => Arc::new(config.build(http)?),
            Self::Pushbullet(config) => Arc::new(config.build(http)?),
            Self::Email(config) => Arc::new(config.build(http)?),
            Self::Slack(config) => Arc::new(config.build(http)?),
            Self::Teams(config) => Arc::new(config.build(http)?),
            Self::Twilio(config) => Arc::new(config.build(http)?),
            Self::Webhook(config) => Arc::new(config.build(http)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(config: serde_json::Value) -> Result<ChannelConfig, String> {
        serde_json::from_value(config).map_err(|error| error.to_string())
    }

    #[test]
    fn a_configuration_is_read_and_shows_no_secret() {
        let slack =
            json!({ "channel": "slack", "webhook_url": "https://x.example/hunter2", "style": "blocks" });
        let webhook = json!({
            "channel": "webhook",
            "url": "https://x.example/hunter2",
            "signing_secrets": ["whsec_hunter2"],
            "include_parameters": true,
            "proxy": "http://user:hunter2@proxy.example:3128",
        });
        let twilio = json!({
            "channel": "twilio",
            "account_sid": "AC00000000000000000000000000000000",
            "auth_token": "hunter2",
            "messaging_service_sid": "MG00000000000000000000000000000000",
            "to": "+15005550006",
            "api_url": "https://x.example/hunter2",
        });
        let pagerduty = json!({
            "channel": "pagerduty",
            "routing_key": "hunter2",
            "api_token": "hunter2",
            "severity": "critical",
            "action": "by_state",
            "dedup_key": "hook/group",
            "api_url": "https://x.example/hunter2",
        });
        let teams = json!({ "channel": "teams", "webhook_url": "https://x.example/hunter2" });
        let pushbullet = json!({ "channel": "pushbullet", "access_token": "hunter2" });
        for config in [slack, webhook, twilio, pagerduty, teams, pushbullet] {
            let config = read(config).unwrap();
            assert!(!format!("{config:?} {config:#?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_wrong_key_is_named() {
        let error =
            read(json!({ "channel": "slack", "webhook_url": "https://x.example/", "url": "hunter2" }));
        let error = error.unwrap_err();
        assert!(error.contains("unknown field `url`") && !error.contains("hunter2"), "{error}");
        let error = read(json!({ "channel": "webhook" })).unwrap_err();
        assert!(error.contains("missing field `url`"), "{error}");
        let error = read(json!({ "channel": "pigeon" })).unwrap_err();
        assert!(error.contains("`pigeon`") && error.contains("`slack`"), "{error}");
    }
}
