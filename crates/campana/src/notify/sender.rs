//! Sending by one service: its secrets, its channels, and the attempts.

use std::fmt;

use campana_engine::BoxError;
use campana_model::Secret;
use campana_model::id::EventId;
use campana_model::notification::Message;
use campana_notify::{Channel, Payload};
use futures_util::future::join_all;

use super::attempts::{self, InVain, MAX_ATTEMPTS};
use super::client::Client;
use super::error::NotifyError;
use super::field::Field;

/// What is particular to a service, for a flow's author: the secrets that it needs, how its channels are made of
/// them, and what its task may say beside a message.
///
/// [`Slack`](super::Slack) is one; a service of one's own becomes a notifier by
/// [`Notifier::of`](super::Notifier::of) and a task by [`NotificationTask::of`](super::NotificationTask::of).
///
/// ```
/// use campana::model::{Notification, notification::Message};
/// use campana::notify::{BoxFuture, Channel, Client, Payload, Receipt, SendContext, SendError, Service};
/// use campana::prelude::*;
///
/// /// Rings the bell of the terminal.
/// #[derive(Clone, Debug)]
/// struct Bell;
///
/// impl Channel for Bell {
///     fn name(&self) -> &'static str {
///         "bell"
///     }
///
///     fn render(&self, change: &Notification) -> Payload {
///         Payload::new("text/plain", format!("{} is now {}\u{7}", change.subject_name(), change.state.kind()))
///     }
///
///     fn render_message(&self, message: &Message) -> Payload {
///         Payload::new("text/plain", format!("{}\u{7}", message.text))
///     }
///
///     fn send<'a>(
///         &'a self,
///         payload: &'a Payload,
///         _: &'a SendContext,
///     ) -> BoxFuture<'a, Result<Receipt, SendError>> {
///         println!("{}", payload.body());
///         Box::pin(async { Ok(Receipt { status: 200, answer: "rung".to_owned() }) })
///     }
/// }
///
/// impl Service for Bell {
///     type Channel = Self;
///
///     const NAME: &'static str = "Bell";
///     const TASK: &'static str = "BellTask";
///
///     async fn channels(&self, _: &Client) -> Result<Vec<Self>, NotifyError> {
///         Ok(vec![self.clone()])
///     }
/// }
///
/// let mut flow = Flow::new("orders").state_handler(Notifier::of(Bell).only_final());
/// flow.add(campana::notify::NotificationTask::of(Bell).message("The orders are in."));
/// assert!(flow.run_blocking()?.is_successful());
/// # Ok::<_, BoxError>(())
/// ```
pub trait Service: Clone + fmt::Debug + Send + Sync + 'static {
    /// How it is sent by.
    type Channel: Channel;

    /// The name that people know: `Slack`.
    const NAME: &'static str;

    /// The name of its notification task: `SlackTask`.
    const TASK: &'static str;

    /// Whether its task has nothing to send without a message.
    const NEEDS_MESSAGE: bool = true;

    /// Reads the secrets, and only then makes the channels of them: one for each destination that can fail by
    /// itself, so mostly one.
    ///
    /// # Errors
    /// If a secret is missing, or no channel can be made with it.
    fn channels(
        &self,
        client: &Client,
    ) -> impl Future<Output = Result<Vec<Self::Channel>, NotifyError>> + Send;

    /// The fields that upstreams of its task may give, beside the input `message`.
    fn fields() -> Vec<Field<Self>> {
        Vec::new()
    }

    /// What its task sends; `None`: there is nothing to send.
    ///
    /// # Errors
    /// If something that is to be sent cannot be had.
    fn render(
        &self,
        channel: &Self::Channel,
        message: Option<&str>,
    ) -> impl Future<Output = Result<Option<Payload>, BoxError>> + Send {
        let payload = message.map(|text| channel.render_message(&Message::from(text)));
        std::future::ready(Ok(payload))
    }
}

/// A service that is reached by HTTP, so that a [`proxy`](ChannelSettings::proxy) may be on the way.
///
/// ```compile_fail,E0277
/// # use campana::prelude::*;
/// let mail = email_notifier().proxy("http://proxy.example.com:3128");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not reached by HTTP, so no HTTP proxy can be on the way",
    label = "no proxy on this way"
)]
pub trait OverHttp: Service {}

/// Sends by one service.
#[derive(Clone, Debug)]
pub struct Sender<S> {
    pub(crate) service: S,
    client: Client,
}

impl<S: Service> Sender<S> {
    pub(super) fn new(service: S) -> Self {
        Self { service, client: Client::default() }
    }

    /// Where it sends to.
    pub(super) async fn channels(&self) -> Result<Vec<S::Channel>, NotifyError> {
        self.service.channels(&self.client).await
    }

    /// Sends these messages, all at once: one that cannot be sent keeps no other from being sent.
    pub(super) async fn send(
        &self,
        event_id: EventId,
        messages: Vec<(S::Channel, Payload)>,
    ) -> Result<(), NotifyError> {
        let count = messages.len();
        let sent = join_all(messages.iter().map(|(channel, payload)| one::<S>(channel, payload, event_id)));
        let mut errors: Vec<_> = sent.await.into_iter().filter_map(Result::err).collect();
        let failed = errors.len();
        match errors.drain(..).next() {
            None => Ok(()),
            Some(error) if count == 1 => Err(error),
            Some(first) => Err(NotifyError::Several { failed, count, source: Box::new(first) }),
        }
    }
}

async fn one<S: Service>(
    channel: &S::Channel,
    payload: &Payload,
    event_id: EventId,
) -> Result<(), NotifyError> {
    match attempts::send(channel, payload, event_id).await {
        Ok(receipt) => {
            tracing::debug!(channel = channel.name(), %event_id, status = receipt.status, "sent");
            Ok(())
        }
        Err(InVain { attempts: attempt, last: source }) => {
            Err(NotifyError::Send { service: S::NAME, attempt, max_attempts: MAX_ATTEMPTS, source })
        }
    }
}

/// The settings of every service: the same words on its notifier and on its task.
pub trait ChannelSettings: Sized {
    /// The service.
    type Service: Service;

    /// The sender that the settings change.
    #[doc(hidden)]
    fn sender_mut(&mut self) -> &mut Sender<Self::Service>;

    /// Sends through this HTTP proxy, whose URL may hold a user and a password, and not through the one in the
    /// section `[network]` of the configuration. Other variables of the environment name none.
    #[must_use]
    fn proxy(mut self, url: impl Into<Secret>) -> Self
    where
        Self::Service: OverHttp,
    {
        self.sender_mut().client = Client { proxy: Some(url.into()) };
        self
    }
}
