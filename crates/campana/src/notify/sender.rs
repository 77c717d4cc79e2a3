//! Sending by one channel: its secrets, the channel, and the attempts.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use campana_model::Secret;
use campana_model::id::EventId;
use campana_notify::{Channel, ConfigError, Http, HttpOptions, Networks, Payload};

use super::attempts::{self, InVain, MAX_ATTEMPTS};
use super::error::NotifyError;

/// What is particular to a channel, for a flow's author: the secrets that it needs, and how it is made of them.
///
/// [`Slack`](super::Slack) is one; a channel of one's own becomes a notifier by
/// [`Notifier::of`](super::Notifier::of) and a task by [`NotificationTask::of`](super::NotificationTask::of).
pub trait Service: Clone + fmt::Debug + Send + Sync + 'static {
    /// The name that people know: `Slack`.
    const NAME: &'static str;

    /// The name of its notification task: `SlackTask`.
    const TASK: &'static str;

    /// Reads the secrets, and only then makes the channel of them.
    ///
    /// # Errors
    /// If a secret is missing, or no channel can be made with it.
    fn channel(&self, client: &Client) -> impl Future<Output = Result<Arc<dyn Channel>, NotifyError>> + Send;
}

/// The HTTP client of a notifier or a task, made when it is first needed.
///
/// All of a process share one, and its connections; those with a proxy have their own. It reaches any network,
/// private ones too: the addresses are the flow's author's own.
#[derive(Clone, Debug, Default)]
pub struct Client {
    proxy: Option<Secret>,
    proxied: Arc<OnceLock<Http>>,
}

impl Client {
    /// The client.
    ///
    /// # Errors
    /// If the proxy is not the URL of an HTTP proxy, or the machine's certificates cannot be used.
    pub fn http(&self) -> Result<Http, NotifyError> {
        // Reading the machine's certificates takes its time: once, and not before a message is to be sent.
        static HTTP: LazyLock<Result<Http, ConfigError>> =
            LazyLock::new(|| Http::new(HttpOptions { networks: Networks::any(), ..HttpOptions::default() }));
        if let Some(http) = self.proxied.get() {
            return Ok(http.clone());
        }
        let http = HTTP.as_ref().map_err(NotifyError::Client)?;
        if self.proxy.is_none() {
            return Ok(http.clone());
        }
        let proxied = http.through(self.proxy.clone()).map_err(NotifyError::Proxy)?;
        Ok(self.proxied.get_or_init(|| proxied).clone())
    }
}

/// Sends by one channel.
#[derive(Clone, Debug)]
pub struct Sender<S> {
    pub(crate) service: S,
    client: Client,
}

impl<S: Service> Sender<S> {
    pub(super) fn new(service: S) -> Self {
        Self { service, client: Client::default() }
    }

    /// Sends what `render` makes for the channel.
    pub(super) async fn send(
        &self,
        event_id: EventId,
        render: impl FnOnce(&dyn Channel) -> Payload,
    ) -> Result<(), NotifyError> {
        let channel = self.service.channel(&self.client).await?;
        let payload = render(&*channel);
        match attempts::send(&*channel, &payload, event_id).await {
            Ok(receipt) => {
                tracing::debug!(channel = channel.name(), %event_id, status = receipt.status, "sent");
                Ok(())
            }
            Err(InVain { attempts: attempt, last: source }) => {
                Err(NotifyError::Send { service: S::NAME, attempt, max_attempts: MAX_ATTEMPTS, source })
            }
        }
    }
}

/// The settings of every channel: the same words on its notifier and on its task.
pub trait ChannelSettings: Sized {
    /// The channel.
    type Service: Service;

    /// The sender that the settings change.
    #[doc(hidden)]
    fn sender_mut(&mut self) -> &mut Sender<Self::Service>;

    /// Sends through this HTTP proxy, whose URL may hold a user and a password. Without it nothing is sent
    /// through a proxy, whatever the environment says.
    #[must_use]
    fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.sender_mut().client = Client { proxy: Some(url.into()), proxied: Arc::default() };
        self
    }
}
