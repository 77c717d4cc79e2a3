//! PagerDuty, by the routing key of a service's integration, which is a secret.

use std::borrow::Cow;

use campana_engine::{BoxError, StateKind};
use campana_model::Secret;
use campana_model::notification::Message;
use campana_notify::channels::pagerduty::{self, PagerDutyConfig};
use campana_notify::{Channel as _, Payload};

use super::client::Client;
use super::error::NotifyError;
use super::field::Field;
use super::notifier::Notifier;
use super::sender::{ChannelSettings, OverHttp, Service};
use super::task::NotificationTask;
use crate::config::Config;
use crate::secret::SecretLookup as _;

pub use campana_notify::channels::pagerduty::{Action, Severity};

/// PagerDuty. The routing key is the secret `PAGERDUTY_ROUTING_KEY`, unless
/// [`routing_key_secret`](PagerDutySettings::routing_key_secret) names another.
#[derive(Clone, Debug)]
pub struct PagerDuty {
    routing_key_secret: Cow<'static, str>,
    severity: Option<Severity>,
    dedup_key: Option<String>,
    action: Option<Action>,
    api_url: Option<Secret>,
}

impl Default for PagerDuty {
    fn default() -> Self {
        Self {
            routing_key_secret: "PAGERDUTY_ROUTING_KEY".into(),
            severity: None,
            dedup_key: None,
            action: None,
            api_url: None,
        }
    }
}

impl Service for PagerDuty {
    type Channel = pagerduty::PagerDuty;

    const NAME: &'static str = "PagerDuty";
    const TASK: &'static str = "PagerDutyTask";
    /// What acknowledges or resolves says nothing else.
    const NEEDS_MESSAGE: bool = false;

    async fn channels(&self, client: &Client) -> Result<Vec<pagerduty::PagerDuty>, NotifyError> {
        let mut config = PagerDutyConfig::new(Secret::fetch(&self.routing_key_secret).await?);
        // Without another word a success ends what a failure began; a message always triggers.
        config.action = self.action.unwrap_or(Action::ByState);
        config.severity = self.severity.unwrap_or_default();
        config.dedup_key.clone_from(&self.dedup_key);
        let api_url = match &self.api_url {
            Some(url) => Some(url.clone()),
            None => Config::load()?.channels.pagerduty.api_url,
        };
        config.api_url = api_url.unwrap_or(config.api_url);
        let secrets = [("routing_key", &*self.routing_key_secret)];
        let pagerduty = config.build(&client.http()?);
        Ok(vec![pagerduty.map_err(|source| NotifyError::unusable(Self::NAME, source, &secrets))?])
    }

    fn fields() -> Vec<Field<Self>> {
        vec![
            Field::new::<Action>("action", |pagerduty| &mut pagerduty.action),
            Field::new::<String>("dedup_key", |pagerduty| &mut pagerduty.dedup_key),
            Field::new::<Severity>("severity", |pagerduty| &mut pagerduty.severity),
        ]
    }

    async fn render(
        &self,
        channel: &pagerduty::PagerDuty,
        message: Option<&str>,
    ) -> Result<Option<Payload>, BoxError> {
        let is_silent = matches!(self.action, Some(Action::Acknowledge | Action::Resolve));
        let message = message.or(is_silent.then_some(""));
        Ok(message.map(|text| channel.render_message(&Message::from(text))))
    }
}

impl OverHttp for PagerDuty {}

/// The settings of PagerDuty: the same words on [`pagerduty_notifier`] and on [`PagerDutyTask`].
pub trait PagerDutySettings: ChannelSettings<Service = PagerDuty> {
    /// Takes the routing key (also called integration key), which decides the service that is told, from the
    /// secret of this name.
    #[must_use]
    fn routing_key_secret(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.sender_mut().service.routing_key_secret = name.into();
        self
    }

    /// Says how bad it is; [`Severity::Error`] unless set.
    #[must_use]
    fn severity(mut self, severity: Severity) -> Self {
        self.sender_mut().service.severity = Some(severity);
        self
    }

    /// Makes everything that is told about one incident, the one with this key. Without it a notifier makes an
    /// incident for each flow and each task, and a task one for each message.
    #[must_use]
    fn dedup_key(mut self, key: impl Into<String>) -> Self {
        self.sender_mut().service.dedup_key = Some(key.into());
        self
    }

    /// Finds the API here, and not where `[channels.pagerduty]` of the configuration or PagerDuty says.
    /// Accounts in the EU have `https://events.eu.pagerduty.com`.
    #[must_use]
    fn api_url(mut self, url: impl Into<Secret>) -> Self {
        self.sender_mut().service.api_url = Some(url.into());
        self
    }
}

impl<T: ChannelSettings<Service = PagerDuty>> PagerDutySettings for T {}

/// A state handler that triggers an incident when something has failed, and resolves it at the next success of
/// the same flow or task, in this run or a later one.
///
/// ```no_run
/// # use campana::prelude::*;
/// let on_call = pagerduty_notifier().severity(Severity::Critical).only_final();
/// let mut flow = Flow::new("orders").state_handler(on_call);
/// # flow.run_blocking().unwrap();
/// ```
///
/// It tells of failures and successes alone. With [`only_states`](Notifier::only_states) it tells of others:
/// each success resolves, everything else triggers, and without successes nothing is resolved.
pub fn pagerduty_notifier() -> Notifier<PagerDuty> {
    Notifier::of(PagerDuty::default()).only_states([StateKind::Failed, StateKind::Success])
}

/// A task that triggers, acknowledges or resolves an incident, whose inputs are `message`, `action` (an
/// [`Action`]), `dedup_key` and `severity` (a [`Severity`]).
///
/// ```
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders");
/// let load = flow.add(PagerDutyTask::new().dedup_key("orders").message("The orders are late."));
/// flow.add(PagerDutyTask::new().dedup_key("orders").action(Action::Resolve).after(load));
/// ```
///
/// To acknowledge or resolve takes a key, and no message.
pub type PagerDutyTask = NotificationTask<PagerDuty>;

impl PagerDutyTask {
    /// Says what becomes of the incident, unless the upstream of the input `action` says something else;
    /// [`Action::Trigger`] unless set.
    pub fn action(mut self, action: Action) -> Self {
        self.service_mut().action = Some(action);
        self
    }
}
