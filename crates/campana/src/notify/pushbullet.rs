//! Pushbullet, to the devices of the account whose access token is a secret.

use std::borrow::Cow;

use campana_engine::BoxError;
use campana_model::Secret;
use campana_model::notification::Message;
use campana_notify::channels::pushbullet::{self, PushbulletConfig};
use campana_notify::{Channel as _, Payload};

use super::client::Client;
use super::error::NotifyError;
use super::field::Field;
use super::notifier::Notifier;
use super::sender::{ChannelSettings, OverHttp, Service};
use super::task::NotificationTask;
use crate::config::Config;
use crate::secret::SecretLookup as _;

/// Pushbullet. The access token is the secret `PUSHBULLET_TOKEN`, unless
/// [`token_secret`](PushbulletSettings::token_secret) names another.
#[derive(Clone, Debug)]
pub struct Pushbullet {
    token_secret: Cow<'static, str>,
    api_url: Option<Secret>,
    title: Option<String>,
}

impl Default for Pushbullet {
    fn default() -> Self {
        Self { token_secret: "PUSHBULLET_TOKEN".into(), api_url: None, title: None }
    }
}

impl Service for Pushbullet {
    type Channel = pushbullet::Pushbullet;

    const NAME: &'static str = "Pushbullet";
    const TASK: &'static str = "PushbulletTask";

    async fn channels(&self, client: &Client) -> Result<Vec<pushbullet::Pushbullet>, NotifyError> {
        let token = Secret::fetch(&self.token_secret).await?;
        let mut config = PushbulletConfig::new(token);
        let api_url = match &self.api_url {
            Some(url) => Some(url.clone()),
            None => Config::load()?.channels.pushbullet.api_url,
        };
        config.api_url = api_url.unwrap_or(config.api_url);
        let secrets = [("access_token", &*self.token_secret)];
        let pushbullet = config.build(&client.http()?);
        Ok(vec![pushbullet.map_err(|source| NotifyError::unusable(Self::NAME, source, &secrets))?])
    }

    fn fields() -> Vec<Field<Self>> {
        vec![Field::new::<String>("title", |pushbullet| &mut pushbullet.title)]
    }

    async fn render(
        &self,
        channel: &pushbullet::Pushbullet,
        message: Option<&str>,
    ) -> Result<Option<Payload>, BoxError> {
        let of = |text: &str| Message { title: self.title.clone(), text: text.to_owned() };
        Ok(message.map(|text| channel.render_message(&of(text))))
    }
}

impl OverHttp for Pushbullet {}

/// The settings of Pushbullet: the same words on [`pushbullet_notifier`] and on [`PushbulletTask`].
pub trait PushbulletSettings: ChannelSettings<Service = Pushbullet> {
    /// Takes the access token, which decides the account, from the secret of this name.
    #[must_use]
    fn token_secret(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.sender_mut().service.token_secret = name.into();
        self
    }

    /// Finds the API here, and not where `[channels.pushbullet]` of the configuration or Pushbullet says.
    #[must_use]
    fn api_url(mut self, url: impl Into<Secret>) -> Self {
        self.sender_mut().service.api_url = Some(url.into());
        self
    }
}

impl<T: ChannelSettings<Service = Pushbullet>> PushbulletSettings for T {}

/// A state handler that pushes each change of state to the devices of an account.
///
/// ```no_run
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders").state_handler(pushbullet_notifier().only_states([StateKind::Failed]));
/// # flow.run_blocking().unwrap();
/// ```
pub fn pushbullet_notifier() -> Notifier<Pushbullet> {
    Notifier::of(Pushbullet::default())
}

/// A task that pushes a message to the devices of an account, whose inputs are `message` and `title`.
///
/// ```
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders");
/// flow.add(PushbulletTask::new().title("Orders").message("Three are new."));
/// ```
pub type PushbulletTask = NotificationTask<Pushbullet>;

impl PushbulletTask {
    /// Sets the first line, unless the upstream of the input `title` returns another.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.service_mut().title = Some(title.into());
        self
    }
}
