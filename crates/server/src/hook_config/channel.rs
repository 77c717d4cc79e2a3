//! From a configuration to the channel that sends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use campana_model::id::{HookId, TenantId};
use campana_model::{EventKind, Secret};
use campana_notify::channels::email::EmailConfig;
use campana_notify::channels::slack::{SlackConfig, Style};
use campana_notify::channels::teams::TeamsConfig;
use campana_notify::channels::twilio::TwilioConfig;
use campana_notify::channels::webhook::WebhookConfig;
use campana_notify::channels::{ChannelConfig, pagerduty};
use campana_notify::{Channel, Http};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::{Problem, shown};
use super::inbox::{Inbox, InboxChannel};
use super::several::{Several, Told};
use super::{HookConfig, PagerDuty, Target, Twilio};
use crate::vault::hex;

/// What all hooks of a server send by: its HTTP client, its SMTP server, its inbox, and where the services are.
#[derive(Debug)]
pub struct Senders {
    http: Http,
    smtp: Option<EmailConfig>,
    inbox: Option<Arc<dyn Inbox>>,
    twilio_api_url: Option<Secret>,
    pagerduty_api_url: Option<Secret>,
    told: Told,
    /// A client for each proxy that a hook has, so that connections outlive a delivery.
    proxied: Mutex<HashMap<String, Http>>,
}

/// A version group's id that is longer stands in a key as its digest: PagerDuty takes keys of 255 bytes.
const MAX_GROUP_BYTES: usize = 200;
/// How many clients of their own are kept for proxies.
const MAX_PROXIES: usize = 64;

impl Senders {
    /// Channels over this client, without e-mail and without an inbox yet.
    pub fn new(http: Http) -> Self {
        Self {
            http,
            smtp: None,
            inbox: None,
            twilio_api_url: None,
            pagerduty_api_url: None,
            told: Told::default(),
            proxied: Mutex::default(),
        }
    }

    /// The same with this SMTP server; whom mails go to is for each hook to say.
    ///
    /// # Errors
    /// If the server's settings cannot be used.
    pub fn smtp(self, smtp: EmailConfig) -> Result<Self, campana_notify::ConfigError> {
        let sample = vec!["user@example.com".to_owned()];
        EmailConfig { to: sample, ..smtp.clone() }.build(&self.http)?;
        Ok(Self { smtp: Some(smtp), ..self })
    }

    /// The same with this inbox.
    #[must_use]
    pub fn inbox(self, inbox: Arc<dyn Inbox>) -> Self {
        Self { inbox: Some(inbox), ..self }
    }

    /// The same with Twilio's API at this URL.
    #[must_use]
    pub fn twilio_api_url(self, url: Option<Secret>) -> Self {
        Self { twilio_api_url: url, ..self }
    }

    /// The same with PagerDuty's API at this URL.
    #[must_use]
    pub fn pagerduty_api_url(self, url: Option<Secret>) -> Self {
        Self { pagerduty_api_url: url, ..self }
    }

    /// The client for this proxy, or the one without.
    fn http(&self, proxy: Option<&Secret>) -> Result<Http, campana_notify::ConfigError> {
        let Some(proxy) = proxy else { return Ok(self.http.clone()) };
        let mut proxied = self.proxied.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(http) = proxied.get(proxy.expose()) {
            return Ok(http.clone());
        }
        let http = self.http.through(Some(proxy.clone()))?;
        if proxied.len() >= MAX_PROXIES {
            proxied.clear();
        }
        proxied.insert(proxy.expose().to_owned(), http.clone());
        Ok(http)
    }
}

/// What a channel is to be used for.
#[derive(Clone, Debug)]
pub struct Purpose {
    /// The hook.
    pub hook_id: HookId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// What the flow's versions share; what an incident is about.
    pub version_group_id: Option<String>,
    /// What happened.
    pub event: EventKind,
    /// Whether it ends the incident that an earlier delivery opened; other channels than PagerDuty's do not know it.
    pub resolves: bool,
    /// Whether parameters are told.
    pub include_parameters: bool,
    /// Whether somebody only tries the hook out.
    pub is_test: bool,
}

impl Purpose {
    /// The key of the incident: one for each hook and flow, which the flow's next success resolves. What no
    /// success mends has a key of its own.
    pub fn incident_key(&self) -> String {
        let about = match self.event {
            EventKind::StateChange | EventKind::Late | EventKind::Stuck | EventKind::HeartbeatLost => {
                self.version_group_id.as_deref().unwrap_or_default()
            }
            EventKind::AgentUnhealthy | EventKind::DeliveryDead => self.event.name(),
        };
        let test = if self.is_test { "test/" } else { "" };
        if about.len() > MAX_GROUP_BYTES {
            return format!("{test}{}/{}", self.hook_id, hex(&Sha256::digest(about)));
        }
        format!("{test}{}/{about}", self.hook_id)
    }

    /// One to check a configuration for.
    pub(super) fn sample() -> Self {
        Self {
            hook_id: HookId::from_uuid(Uuid::nil()),
            tenant_id: TenantId::from_uuid(Uuid::nil()),
            version_group_id: None,
            event: EventKind::StateChange,
            resolves: false,
            include_parameters: false,
            is_test: false,
        }
    }
}

/// A configuration makes no channel.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// The operator has not configured what this type of hook needs; a delivery waits until that is done.
    #[error("waits: no {missing} in the configuration")]
    NotConfigured {
        /// What is missing: `[smtp]`.
        missing: &'static str,
    },
    /// It cannot be used, any more or with the networks that may be reached now.
    #[error(transparent)]
    Unusable(campana_notify::ConfigError),
}

impl HookConfig {
    /// Makes the channel.
    ///
    /// # Errors
    /// If the operator's part of the configuration is missing, or this one is not allowed any more.
    pub fn channel(&self, senders: &Senders, purpose: &Purpose) -> Result<Arc<dyn Channel>, ChannelError> {
        let missing = |missing| ChannelError::NotConfigured { missing };
        match self {
            Self::Email { .. } if senders.smtp.is_none() => Err(missing("[smtp]")),
            Self::Inbox if senders.inbox.is_none() => Err(missing("inbox")),
            _ => self.build(senders, purpose).map_err(ChannelError::Unusable),
        }
    }

    /// Whether a channel can be made of it, as soon as the operator has done his part.
    pub(super) fn check(&self, senders: &Senders) -> Result<(), Problem> {
        let value = |source: &campana_notify::ConfigError| self.value(source.field()?);
        match self {
            Self::Inbox => Ok(()),
            // One by one, so that the error can show which.
            Self::Email { to } => to.iter().try_for_each(|one| {
                let alone = Self::Email { to: vec![one.clone()] };
                let wrong = "an e-mail address such as user@example.com, or several with commas between them";
                let problem = |_| Problem::Value { key: "to", wanted: wrong, found: Some(shown(one)) };
                alone.build(senders, &Purpose::sample()).map(drop).map_err(problem)
            }),
            Self::Twilio(twilio) => twilio.to.iter().try_for_each(|one| {
                let alone = Self::Twilio(Twilio { to: vec![one.clone()], ..twilio.clone() });
                let problem = |source: campana_notify::ConfigError| {
                    let found = if source.field() == Some("to") { Some(shown(one)) } else { value(&source) };
                    Problem::Unusable { source: renamed(source), found }
                };
                alone.build(senders, &Purpose::sample()).map(drop).map_err(problem)
            }),
            _ => self.build(senders, &Purpose::sample()).map(drop).map_err(|source| {
                let found = value(&source);
                Problem::Unusable { source: renamed(source), found }
            }),
        }
    }

    /// What stands in a field that is no secret.
    fn value(&self, field: &str) -> Option<String> {
        match (self, field) {
            (Self::Twilio(twilio), "account_sid") => Some(shown(&twilio.account_sid)),
            (Self::Twilio(twilio), "messaging_service_sid") => Some(shown(&twilio.messaging_service_sid)),
            _ => None,
        }
    }

    fn build(
        &self,
        senders: &Senders,
        purpose: &Purpose,
    ) -> Result<Arc<dyn Channel>, campana_notify::ConfigError> {
        let include_parameters = purpose.include_parameters;
        // The client is the proxied one already.
        let (proxy, config) = match self {
            Self::Email { to } => {
                let smtp = senders.smtp.clone().unwrap_or_else(nobody);
                (None, ChannelConfig::Email(EmailConfig { to: to.clone(), ..smtp }))
            }
            Self::Slack(Target { url, proxy }) => {
                let config = SlackConfig { style: Style::Blocks, ..SlackConfig::new(url.clone()) };
                (proxy.as_ref(), ChannelConfig::Slack(config))
            }
            Self::Teams(Target { url, proxy }) => {
                (proxy.as_ref(), ChannelConfig::Teams(TeamsConfig::new(url.clone())))
            }
            Self::Webhook { target: Target { url, proxy }, signing_secrets } => {
                let signing_secrets = signing_secrets.clone();
                let config =
                    WebhookConfig { signing_secrets, include_parameters, ..WebhookConfig::new(url.clone()) };
                (proxy.as_ref(), ChannelConfig::Webhook(config))
            }
            Self::PagerDuty(config) => (config.proxy.as_ref(), pagerduty(config, senders, purpose)),
            Self::Twilio(config) => return twilio(config, senders),
            Self::Inbox => return Ok(Arc::new(InboxChannel::new(senders.inbox.clone(), purpose))),
        };
        config.build(&senders.http(proxy)?)
    }
}

/// The settings of no SMTP server, for checking whom mails go to.
fn nobody() -> EmailConfig {
    EmailConfig { from: Some("campana@example.com".to_owned()), ..EmailConfig::new("smtp.example.com") }
}

fn pagerduty(config: &PagerDuty, senders: &Senders, purpose: &Purpose) -> ChannelConfig {
    let PagerDuty { api_token, routing_key, severity, proxy: _ } = config.clone();
    let usual = pagerduty::PagerDutyConfig::new(routing_key);
    let action = if purpose.resolves { pagerduty::Action::Resolve } else { pagerduty::Action::Trigger };
    let api_url = senders.pagerduty_api_url.clone().unwrap_or_else(|| usual.api_url.clone());
    let dedup_key = Some(purpose.incident_key());
    ChannelConfig::PagerDuty(pagerduty::PagerDutyConfig {
        api_token,
        severity,
        action,
        dedup_key,
        api_url,
        ..usual
    })
}

fn twilio(config: &Twilio, senders: &Senders) -> Result<Arc<dyn Channel>, campana_notify::ConfigError> {
    let Twilio { account_sid, auth_token, messaging_service_sid, to, proxy } = config;
    let http = senders.http(proxy.as_ref())?;
    let each = |number: &String| {
        let usual = TwilioConfig::new(
            account_sid.clone(),
            auth_token.clone(),
            messaging_service_sid.clone(),
            number.clone(),
        );
        let api_url = senders.twilio_api_url.clone().unwrap_or_else(|| usual.api_url.clone());
        let channel = ChannelConfig::Twilio(TwilioConfig { api_url, ..usual }).build(&http)?;
        Ok((number.clone(), channel))
    };
    let channels = to.iter().map(each).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Several::new("twilio", channels, senders.told.clone())))
}

/// The same error with the name that the field has in a hook.
fn renamed(error: campana_notify::ConfigError) -> campana_notify::ConfigError {
    use campana_notify::ConfigError::{Address, NotAUrl, Scheme};
    let name = |field| if field == "webhook_url" { "url" } else { field };
    match error {
        NotAUrl { field } => NotAUrl { field: name(field) },
        Scheme { field, wanted } => Scheme { field: name(field), wanted },
        Address { field, address } => Address { field: name(field), address },
        other => other,
    }
}
