//! Where a hook's messages go: its configuration, by its type.
//!
//! ```text
//! parse(type, what a person wrote) -> HookConfig    shape and values checked, before anything is stored
//! to_stored / from_stored                           what the vault seals
//! masked                                            what may be shown
//! merge(old, new)                                   an update in which masked secrets stay as they are
//! endpoint                                          what the name of the destination is made of
//! channel(senders, purpose)                         what sends
//! ```
//!
//! Guaranteed: no error and no `Debug` output holds a secret; what was parsed makes a channel, unless the
//! operator's part of the configuration is missing, which [`ChannelError::NotConfigured`] tells apart.

mod channel;
mod error;
mod fields;
mod inbox;
mod mask;
mod several;

use campana_model::{HookType, Secret};
use campana_notify::channels::pagerduty::Severity;
use serde_json::{Map, Value as Json, json};
use url::Url;

pub use self::channel::{ChannelError, Purpose, Senders};
pub use self::error::ConfigError;
use self::error::{Problem, shown};
use self::fields::Fields;
pub use self::inbox::{Inbox, InboxEntry};
use self::mask::Show;

/// The configuration of a hook, complete and usable. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub enum HookConfig {
    /// `EMAIL`.
    Email {
        /// Whom mails go to: `user@example.com` or `Name <user@example.com>`.
        to: Vec<String>,
    },
    /// `SLACK_WEBHOOK`.
    Slack(Target),
    /// `TWILIO`.
    Twilio(Twilio),
    /// `PAGERDUTY`.
    PagerDuty(PagerDuty),
    /// `WEBHOOK`.
    Webhook {
        /// Where requests go.
        target: Target,
        /// What they are signed with, as Standard Webhooks has it.
        signing_secrets: Vec<Secret>,
    },
    /// `PREFECT_MESSAGE`: the inbox of the web UI.
    Inbox,
    /// `TEAMS`.
    Teams(Target),
}

/// A URL that is posted to.
#[derive(Clone, Debug)]
pub struct Target {
    /// The URL.
    pub url: Secret,
    /// The URL of an HTTP proxy.
    pub proxy: Option<Secret>,
}

/// The configuration of a `TWILIO` hook.
#[derive(Clone, Debug)]
pub struct Twilio {
    /// The Account SID.
    pub account_sid: String,
    /// The Auth Token.
    pub auth_token: Secret,
    /// The Messaging Service SID.
    pub messaging_service_sid: String,
    /// The numbers, in E.164.
    pub to: Vec<String>,
    /// The URL of an HTTP proxy.
    pub proxy: Option<Secret>,
}

/// The configuration of a `PAGERDUTY` hook.
#[derive(Clone, Debug)]
pub struct PagerDuty {
    /// A token of the REST API, which people's forms have; it is kept and not used.
    pub api_token: Option<Secret>,
    /// The integration key of a service.
    pub routing_key: Secret,
    /// How bad what is told is.
    pub severity: Severity,
    /// The URL of an HTTP proxy.
    pub proxy: Option<Secret>,
}

/// The version of the stored form.
const FORMAT: u64 = 1;
/// How many numbers one `TWILIO` hook may have: all are sent to at the same time.
const MAX_NUMBERS: usize = 20;
/// How many mailboxes one `EMAIL` hook may have.
const MAX_MAILBOXES: usize = 100;

impl HookConfig {
    /// Reads what a person wrote, an object or a text that holds one, and checks it whole.
    ///
    /// # Errors
    /// If a key is missing or unknown, or a value cannot be used. The error names the key and the remedy, and
    /// the value unless that is a secret.
    pub fn parse(hook_type: HookType, config: &Json, senders: &Senders) -> Result<Self, ConfigError> {
        let config = Self::read(hook_type, config).map_err(|problem| ConfigError::new(hook_type, problem))?;
        config.check(senders).map_err(|problem| ConfigError::new(hook_type, problem))?;
        Ok(config)
    }

    /// Reads an update: as [`parse`](Self::parse), where a secret that stands there as [`masked`](Self::masked)
    /// shows it stays as it is.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse), and if something masked is not a secret of this configuration.
    pub fn merge(&self, new: &Json, senders: &Senders) -> Result<Self, ConfigError> {
        let hook_type = self.hook_type();
        let unmasked = fields::object(new).and_then(|new| {
            let (masked, plain) = (self.json(Show::Masked), self.json(Show::Plain));
            mask::unmask(new, &masked, &plain)
        });
        let unmasked = unmasked.map_err(|problem| ConfigError::new(hook_type, problem))?;
        Self::parse(hook_type, &Json::Object(unmasked), senders)
    }

    /// What the vault is to seal.
    pub fn to_stored(&self) -> Secret {
        Secret::new(json!({ "format": FORMAT, "config": self.json(Show::Plain) }).to_string())
    }

    /// Reads what the vault unsealed.
    ///
    /// # Errors
    /// If it is nothing that this version stored.
    pub fn from_stored(hook_type: HookType, stored: &[u8]) -> Result<Self, ConfigError> {
        let read = || {
            let stored: Json = serde_json::from_slice(stored).map_err(|_| Problem::Stored)?;
            if stored["format"].as_u64() != Some(FORMAT) {
                return Err(Problem::Stored);
            }
            Self::read(hook_type, &stored["config"])
        };
        read().map_err(|problem| ConfigError::new(hook_type, problem))
    }

    /// What may be shown: of a secret no more than its last four characters, of a URL the host as well.
    pub fn masked(&self) -> Json {
        Json::Object(self.json(Show::Masked))
    }

    /// The type of hook that it is for.
    pub fn hook_type(&self) -> HookType {
        match self {
            Self::Email { .. } => HookType::Email,
            Self::Slack(_) => HookType::SlackWebhook,
            Self::Twilio(_) => HookType::Twilio,
            Self::PagerDuty(_) => HookType::PagerDuty,
            Self::Webhook { .. } => HookType::Webhook,
            Self::Inbox => HookType::PrefectMessage,
            Self::Teams(_) => HookType::Teams,
        }
    }

    /// What tells this destination from others of its type: hooks with the same endpoint are limited and paused
    /// together. It is secret; the vault makes a name of it.
    pub fn endpoint(&self) -> Secret {
        match self {
            Self::Email { to } => {
                let mut to: Vec<String> = to.iter().map(|mailbox| mailbox.to_lowercase()).collect();
                to.sort();
                to.dedup();
                Secret::new(to.join(","))
            }
            Self::Slack(target) | Self::Teams(target) | Self::Webhook { target, .. } => {
                // One URL can be written in several ways.
                Url::parse(target.url.expose()).map_or_else(|_| target.url.clone(), Secret::new)
            }
            Self::Twilio(Twilio { account_sid, messaging_service_sid, .. }) => {
                Secret::new(format!("{account_sid}/{messaging_service_sid}"))
            }
            Self::PagerDuty(PagerDuty { routing_key, .. }) => routing_key.clone(),
            Self::Inbox => Secret::new("inbox"),
        }
    }

    fn read(hook_type: HookType, config: &Json) -> Result<Self, Problem> {
        let mut fields = Fields::new(config)?;
        let config = match hook_type {
            HookType::Email => Self::Email { to: mailboxes(&mut fields)? },
            HookType::SlackWebhook => Self::Slack(Target::read(&mut fields)?),
            HookType::Teams => Self::Teams(Target::read(&mut fields)?),
            HookType::Webhook => Self::Webhook {
                target: Target::read(&mut fields)?,
                signing_secrets: fields.secrets("signing_secrets")?,
            },
            HookType::Twilio => Self::Twilio(Twilio {
                account_sid: fields.text("account_sid", "the Account SID of the account")?,
                auth_token: fields.secret("auth_token", "the Auth Token of the account")?,
                messaging_service_sid: fields
                    .text("messaging_service_sid", "the SID of the messaging service to send by")?,
                to: numbers(&mut fields)?,
                proxy: fields.maybe_secret("proxy")?,
            }),
            HookType::PagerDuty => Self::PagerDuty(PagerDuty {
                api_token: fields.maybe_secret("api_token")?,
                routing_key: fields.secret("routing_key", "the integration key of the service")?,
                severity: severity(&mut fields)?,
                proxy: fields.maybe_secret("proxy")?,
            }),
            HookType::PrefectMessage => Self::Inbox,
        };
        fields.finish()?;
        Ok(config)
    }

    fn json(&self, show: Show) -> Map<String, Json> {
        let texts = |texts: &[String]| json!(texts);
        let mut map = Map::new();
        let mut put = |key: &str, value: Json| {
            if !value.is_null() {
                map.insert(key.to_owned(), value);
            }
        };
        match self {
            Self::Email { to } => put("to", json!(to.join(", "))),
            Self::Slack(target) | Self::Teams(target) => target.show(show, &mut put),
            Self::Webhook { target, signing_secrets } => {
                target.show(show, &mut put);
                if !signing_secrets.is_empty() {
                    put(
                        "signing_secrets",
                        signing_secrets.iter().map(|secret| show.secret(secret)).collect(),
                    );
                }
            }
            Self::Twilio(Twilio { account_sid, auth_token, messaging_service_sid, to, proxy }) => {
                put("account_sid", json!(account_sid));
                put("auth_token", show.secret(auth_token));
                put("messaging_service_sid", json!(messaging_service_sid));
                put("to", texts(to));
                put("proxy", show.proxy(proxy.as_ref()));
            }
            Self::PagerDuty(PagerDuty { api_token, routing_key, severity, proxy }) => {
                put("api_token", api_token.as_ref().map_or(Json::Null, |token| show.secret(token)));
                put("routing_key", show.secret(routing_key));
                put("severity", json!(severity));
                put("proxy", show.proxy(proxy.as_ref()));
            }
            Self::Inbox => {}
        }
        map
    }
}

impl Target {
    fn read(fields: &mut Fields<'_>) -> Result<Self, Problem> {
        let url = fields.secret("url", "the URL to send to")?;
        Ok(Self { url, proxy: fields.maybe_secret("proxy")? })
    }

    fn show(&self, show: Show, put: &mut impl FnMut(&str, Json)) {
        put("url", show.url(&self.url));
        put("proxy", show.proxy(self.proxy.as_ref()));
    }
}

fn mailboxes(fields: &mut Fields<'_>) -> Result<Vec<String>, Problem> {
    let text = fields.text("to", "an e-mail address, or several with commas between them")?;
    let mailboxes = text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(ToOwned::to_owned);
    let mailboxes: Vec<String> = mailboxes.collect();
    let wanted = "a list of 1 to 100 e-mail addresses";
    if mailboxes.is_empty() || mailboxes.len() > MAX_MAILBOXES {
        return Err(Problem::Value { key: "to", wanted, found: Some(shown(&text)) });
    }
    Ok(mailboxes)
}

fn numbers(fields: &mut Fields<'_>) -> Result<Vec<String>, Problem> {
    let mut to = fields.texts("to", "a list of phone numbers, such as [\"+15005550006\"]")?;
    let wanted = "a list of 1 to 20 phone numbers; for more, make another hook";
    if to.is_empty() || to.len() > MAX_NUMBERS {
        return Err(Problem::Value { key: "to", wanted, found: Some(format!("a list of {}", to.len())) });
    }
    let mut seen = Vec::new();
    to.retain(|number| {
        !seen.contains(number) && {
            seen.push(number.clone());
            true
        }
    });
    Ok(to)
}

fn severity(fields: &mut Fields<'_>) -> Result<Severity, Problem> {
    let wanted = "one of info, warning, error, critical";
    let text = fields.text("severity", wanted)?;
    let severity = serde_json::from_value(json!(text.to_ascii_lowercase()));
    severity.map_err(|_| Problem::Value { key: "severity", wanted, found: Some(shown(&text)) })
}

#[cfg(test)]
mod tests;
