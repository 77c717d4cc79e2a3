//! SMS, by an account with Twilio whose Account SID, Auth Token and Messaging Service SID are secrets.

use std::borrow::Cow;

use campana_model::Secret;
use campana_notify::channels::twilio::{self, TwilioConfig};
use campana_notify::{ConfigError, Http};

use super::client::Client;
use super::error::NotifyError;
use super::field::Field;
use super::notifier::Notifier;
use super::sender::{ChannelSettings, OverHttp, Service};
use super::task::NotificationTask;
use crate::config::Config;
use crate::secret::SecretLookup as _;

/// Twilio. The account is that of the secrets `TWILIO_ACCOUNT_SID` and `TWILIO_AUTH_TOKEN`, and the sender the
/// messaging service of the secret `TWILIO_MESSAGING_SERVICE_SID`, unless [`from`](TwilioSettings::from) says
/// another.
#[derive(Clone, Debug)]
pub struct Twilio {
    account_secret: Cow<'static, str>,
    token_secret: Cow<'static, str>,
    service_secret: Cow<'static, str>,
    from: Option<String>,
    to: Option<Vec<String>>,
    api_url: Option<Secret>,
}

impl Default for Twilio {
    fn default() -> Self {
        Self {
            account_secret: "TWILIO_ACCOUNT_SID".into(),
            token_secret: "TWILIO_AUTH_TOKEN".into(),
            service_secret: "TWILIO_MESSAGING_SERVICE_SID".into(),
            from: None,
            to: None,
            api_url: None,
        }
    }
}

impl Twilio {
    /// The channel to one number.
    fn channel(&self, config: TwilioConfig, http: &Http) -> Result<twilio::Twilio, NotifyError> {
        let secrets = [
            ("account_sid", &*self.account_secret),
            ("auth_token", &*self.token_secret),
            ("messaging_service_sid", &*self.service_secret),
        ];
        config.build(http).map_err(|source| NotifyError::unusable(Self::NAME, source, &secrets))
    }
}

impl Service for Twilio {
    type Channel = twilio::Twilio;

    const NAME: &'static str = "Twilio";
    const TASK: &'static str = "TwilioTask";

    /// One for each number: one that cannot be reached keeps no other from being told.
    async fn channels(&self, client: &Client) -> Result<Vec<twilio::Twilio>, NotifyError> {
        let Some(numbers) = self.to.as_ref().filter(|to| !to.is_empty()) else {
            let source = ConfigError::Malformed { field: "to", wanted: "set; give the numbers to send to" };
            return Err(NotifyError::Settings { service: Self::NAME, source });
        };
        let account_sid = Secret::fetch(&self.account_secret).await?;
        let auth_token = Secret::fetch(&self.token_secret).await?;
        let service = match self.from {
            Some(_) => None,
            None => Some(Secret::fetch(&self.service_secret).await?),
        };
        let mut config = TwilioConfig::new(account_sid.expose(), auth_token, "", "");
        config.messaging_service_sid = service.map(|sid| sid.expose().to_owned());
        config.from = self.from.clone();
        let api_url = match &self.api_url {
            Some(url) => Some(url.clone()),
            None => Config::load()?.channels.twilio.api_url,
        };
        config.api_url = api_url.unwrap_or(config.api_url);
        let http = client.http()?;
        let to = |number: &String| TwilioConfig { to: number.clone(), ..config.clone() };
        numbers.iter().map(|number| self.channel(to(number), &http)).collect()
    }

    fn fields() -> Vec<Field<Self>> {
        vec![
            Field::new::<Vec<String>>("to", |twilio| &mut twilio.to),
            Field::new::<String>("from", |twilio| &mut twilio.from),
        ]
    }
}

impl OverHttp for Twilio {}

/// The settings of Twilio: the same words on [`twilio_notifier`] and on [`TwilioTask`].
pub trait TwilioSettings: ChannelSettings<Service = Twilio> {
    /// Sends to these numbers, each in E.164: `+15005550006`.
    #[must_use]
    fn to<N: Into<String>>(mut self, numbers: impl IntoIterator<Item = N>) -> Self {
        self.sender_mut().service.to = Some(numbers.into_iter().map(Into::into).collect());
        self
    }

    /// Sends from this number or name, and not by a messaging service.
    #[must_use]
    fn from(mut self, sender: impl Into<String>) -> Self {
        self.sender_mut().service.from = Some(sender.into());
        self
    }

    /// Takes the Account SID and the Auth Token from the secrets of these names.
    #[must_use]
    fn account_secrets(
        mut self,
        sid: impl Into<Cow<'static, str>>,
        token: impl Into<Cow<'static, str>>,
    ) -> Self {
        let service = &mut self.sender_mut().service;
        (service.account_secret, service.token_secret) = (sid.into(), token.into());
        self
    }

    /// Takes the Messaging Service SID from the secret of this name.
    #[must_use]
    fn messaging_service_secret(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.sender_mut().service.service_secret = name.into();
        self
    }

    /// Finds the API here, and not where `[channels.twilio]` of the configuration or Twilio says.
    #[must_use]
    fn api_url(mut self, url: impl Into<Secret>) -> Self {
        self.sender_mut().service.api_url = Some(url.into());
        self
    }
}

impl<T: ChannelSettings<Service = Twilio>> TwilioSettings for T {}

/// A state handler that sends each change of state as an SMS to every number.
///
/// ```no_run
/// # use campana::prelude::*;
/// let on_call = twilio_notifier().to(["+15005550006"]).only_states([StateKind::Failed]).only_final();
/// let mut flow = Flow::new("orders").state_handler(on_call);
/// # flow.run_blocking().unwrap();
/// ```
pub fn twilio_notifier() -> Notifier<Twilio> {
    Notifier::of(Twilio::default())
}

/// A task that sends a message as an SMS to every number, whose inputs are `message`, `to` (a `Vec<String>`) and
/// `from`.
///
/// ```
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders");
/// flow.add(TwilioTask::new().to(["+15005550006"]).message("Three orders are new."));
/// ```
///
/// If one of several numbers could not be told, the task is Failed; when it is tried again, all are told again.
pub type TwilioTask = NotificationTask<Twilio>;
