//! Any web server, by a URL which is a secret, and signed if there is a secret to sign with.

use std::borrow::Cow;

use campana_engine::BoxError;
use campana_model::Secret;
use campana_model::notification::Message;
use campana_notify::channels::webhook::{self, WebhookConfig};
use campana_notify::{Channel as _, Payload};
use serde_json::Value as Json;

use super::client::Client;
use super::error::NotifyError;
use super::field::Field;
use super::notifier::Notifier;
use super::sender::{ChannelSettings, OverHttp, Service};
use super::task::NotificationTask;
use crate::secret::{SecretError, SecretLookup as _, optional};

/// The secret to sign with, unless others are named.
const SIGNING_SECRET: &str = "WEBHOOK_SIGNING_SECRET";

/// Any web server. The URL is the secret `WEBHOOK_URL`, unless [`url_secret`](WebhookSettings::url_secret) names
/// another.
///
/// Requests are signed by the rules of Standard Webhooks if there is a secret `WEBHOOK_SIGNING_SECRET`, or
/// [`signing_secrets`](WebhookSettings::signing_secrets) names others.
#[derive(Clone, Debug)]
pub struct Webhook {
    url_secret: Cow<'static, str>,
    signing_secrets: Option<Vec<String>>,
    payload: Option<Json>,
}

impl Default for Webhook {
    fn default() -> Self {
        Self { url_secret: "WEBHOOK_URL".into(), signing_secrets: None, payload: None }
    }
}

impl Webhook {
    /// What to sign with. The one that nobody asked for by name need not be there.
    async fn signing(&self) -> Result<Vec<Secret>, SecretError> {
        let Some(names) = &self.signing_secrets else {
            return Ok(optional(SIGNING_SECRET).await?.into_iter().collect());
        };
        let mut secrets = Vec::with_capacity(names.len());
        for name in names {
            secrets.push(Secret::fetch(name).await?);
        }
        Ok(secrets)
    }
}

impl Service for Webhook {
    type Channel = webhook::Webhook;

    const NAME: &'static str = "Webhook";
    const TASK: &'static str = "WebhookTask";
    const NEEDS_MESSAGE: bool = false;

    async fn channels(&self, client: &Client) -> Result<Vec<webhook::Webhook>, NotifyError> {
        let mut config = WebhookConfig::new(Secret::fetch(&self.url_secret).await?);
        config.signing_secrets = self.signing().await?;
        let signing = match self.signing_secrets.as_deref() {
            None => SIGNING_SECRET.to_owned(),
            Some(names) => names.join("', '"),
        };
        let secrets = [("url", &*self.url_secret), ("signing_secrets", &*signing)];
        let webhook = config.build(&client.http()?);
        Ok(vec![webhook.map_err(|source| NotifyError::unusable(Self::NAME, source, &secrets))?])
    }

    fn fields() -> Vec<Field<Self>> {
        vec![Field::new::<Json>("payload", |webhook| &mut webhook.payload)]
    }

    /// The payload as it is, or else the message in the form that the channel has for one.
    async fn render(
        &self,
        channel: &webhook::Webhook,
        message: Option<&str>,
    ) -> Result<Option<Payload>, BoxError> {
        let payload = self.payload.as_ref().map(Payload::json);
        Ok(payload.or_else(|| message.map(|text| channel.render_message(&Message::from(text)))))
    }
}

impl OverHttp for Webhook {}

/// The settings of a webhook: the same words on [`webhook_notifier`] and on [`WebhookTask`].
pub trait WebhookSettings: ChannelSettings<Service = Webhook> {
    /// Takes the URL from the secret of this name.
    #[must_use]
    fn url_secret(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.sender_mut().service.url_secret = name.into();
        self
    }

    /// Signs with each of the secrets of these names, which then have to be there: two while the receiver changes
    /// from one to the other. None: no signature.
    #[must_use]
    fn signing_secrets<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.sender_mut().service.signing_secrets = Some(names.into_iter().map(Into::into).collect());
        self
    }
}

impl<T: ChannelSettings<Service = Webhook>> WebhookSettings for T {}

/// A state handler that posts each change of state to a web server, as JSON.
///
/// ```no_run
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders").state_handler(webhook_notifier().signing_secrets(["NEW_KEY", "OLD_KEY"]));
/// # flow.run_blocking().unwrap();
/// ```
pub fn webhook_notifier() -> Notifier<Webhook> {
    Notifier::of(Webhook::default())
}

/// A task that posts JSON to a web server, whose inputs are `payload` (a [`Json`]) and `message`.
///
/// ```
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders");
/// flow.add(WebhookTask::new().payload(json!({ "orders": 3 })));
/// ```
///
/// Without a payload the message is sent, as `{"type":"message","data":{"title":null,"text":"..."}}`.
pub type WebhookTask = NotificationTask<Webhook>;

impl WebhookTask {
    /// Sends this JSON as it is, unless the upstream of the input `payload` returns another.
    pub fn payload(mut self, payload: impl Into<Json>) -> Self {
        self.service_mut().payload = Some(payload.into());
        self
    }
}
