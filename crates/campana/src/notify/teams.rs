//! Microsoft Teams, by the URL of a workflow, which is a secret.

use std::borrow::Cow;

use campana_engine::BoxError;
use campana_model::Secret;
use campana_model::notification::Message;
use campana_notify::channels::teams::{self, TeamsConfig};
use campana_notify::{Channel as _, Payload};

use super::client::Client;
use super::error::NotifyError;
use super::field::Field;
use super::notifier::Notifier;
use super::sender::{ChannelSettings, OverHttp, Service};
use super::task::NotificationTask;
use crate::secret::SecretLookup as _;

/// Microsoft Teams. The URL of the workflow is the secret `TEAMS_WEBHOOK_URL`, unless
/// [`webhook_secret`](TeamsSettings::webhook_secret) names another.
#[derive(Clone, Debug)]
pub struct Teams {
    webhook_secret: Cow<'static, str>,
    title: Option<String>,
}

impl Default for Teams {
    fn default() -> Self {
        Self { webhook_secret: "TEAMS_WEBHOOK_URL".into(), title: None }
    }
}

impl Service for Teams {
    type Channel = teams::Teams;

    const NAME: &'static str = "Teams";
    const TASK: &'static str = "TeamsTask";

    async fn channels(&self, client: &Client) -> Result<Vec<teams::Teams>, NotifyError> {
        let url = Secret::fetch(&self.webhook_secret).await?;
        let teams = TeamsConfig::new(url).build(&client.http()?);
        let secrets = [("webhook_url", &*self.webhook_secret)];
        Ok(vec![teams.map_err(|source| NotifyError::unusable(Self::NAME, source, &secrets))?])
    }

    fn fields() -> Vec<Field<Self>> {
        vec![Field::new::<String>("title", |teams| &mut teams.title)]
    }

    async fn render(
        &self,
        channel: &teams::Teams,
        message: Option<&str>,
    ) -> Result<Option<Payload>, BoxError> {
        let of = |text: &str| Message { title: self.title.clone(), text: text.to_owned() };
        Ok(message.map(|text| channel.render_message(&of(text))))
    }
}

impl OverHttp for Teams {}

/// The settings of Teams: the same words on [`teams_notifier`] and on [`TeamsTask`].
pub trait TeamsSettings: ChannelSettings<Service = Teams> {
    /// Takes the URL of the workflow, which decides the channel or chat, from the secret of this name.
    #[must_use]
    fn webhook_secret(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.sender_mut().service.webhook_secret = name.into();
        self
    }
}

impl<T: ChannelSettings<Service = Teams>> TeamsSettings for T {}

/// A state handler that posts each change of state to Microsoft Teams, as a card.
///
/// ```no_run
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders").state_handler(teams_notifier().only_states([StateKind::Failed]));
/// # flow.run_blocking().unwrap();
/// ```
pub fn teams_notifier() -> Notifier<Teams> {
    Notifier::of(Teams::default())
}

/// A task that posts a message to Microsoft Teams, whose inputs are `message` and `title`.
///
/// ```
/// # use campana::prelude::*;
/// let mut flow = Flow::new("orders");
/// flow.add(TeamsTask::new().title("Orders").message("Three are new."));
/// ```
///
/// The message may hold the Markdown that cards know.
pub type TeamsTask = NotificationTask<Teams>;

impl TeamsTask {
    /// Sets the first line, unless the upstream of the input `title` returns another.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.service_mut().title = Some(title.into());
        self
    }
}
