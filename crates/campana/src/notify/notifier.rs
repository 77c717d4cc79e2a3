//! Notifiers: state handlers that tell people of changes.

use campana_engine::{Answer, Handled, State, StateHandler, StateKind, Subject};
use campana_model::Failure;
use campana_notify::Channel as _;

use super::about;
use super::error::NotifyError;
use super::sender::{ChannelSettings, Sender, Service};

/// A state handler that tells people of each change of state, and never changes it.
///
/// It works on tasks and on flows, wherever a state handler does. Its filters go by "is a": a `TimedOut` is a
/// `Failed`. They are looked at before any secret is read.
///
/// When a message could not be sent (see [`notify`](Self::notify)), the task or flow that the notifier is
/// attached to is Failed. But a body that has run does not run again because of that, and retries that are due
/// for the task's own failure still happen.
#[derive(Clone, Debug)]
#[must_use = "a notifier does nothing until it is given to `state_handler`, or `notify` is called"]
pub struct Notifier<S> {
    sender: Sender<S>,
    only: Vec<StateKind>,
    ignored: Vec<StateKind>,
    only_final: bool,
    log_errors: bool,
}

impl<S: Service> Notifier<S> {
    /// A notifier that tells of every change by `service`.
    pub fn of(service: S) -> Self {
        let sender = Sender::new(service);
        Self { sender, only: Vec::new(), ignored: Vec::new(), only_final: false, log_errors: false }
    }

    /// Tells only of states that are one of these. None at all is no filter.
    pub fn only_states(mut self, kinds: impl IntoIterator<Item = StateKind>) -> Self {
        self.only = kinds.into_iter().collect();
        self
    }

    /// Does not tell of states that are one of these, even if [`only_states`](Self::only_states) names them.
    pub fn ignore_states(mut self, kinds: impl IntoIterator<Item = StateKind>) -> Self {
        self.ignored = kinds.into_iter().collect();
        self
    }

    /// Does not tell of a failure that is about to be retried. Without this every attempt is told of.
    pub fn only_final(mut self) -> Self {
        self.only_final = true;
        self
    }

    /// Only logs when a message could not be sent.
    pub fn log_errors(mut self) -> Self {
        self.log_errors = true;
        self
    }

    /// Tells that `subject` is going to `state`, if the filters let it through: for handlers of one's own.
    ///
    /// ```no_run
    /// use campana::prelude::*;
    ///
    /// async fn on_the_second_failure(task: Subject, _old: State, new: State) -> Result<(), NotifyError> {
    ///     if new.is_failed() && task.run_count() == 2 {
    ///         slack_notifier().webhook_secret("ON_CALL_URL").notify(&task, &new).await?;
    ///     }
    ///     Ok(())
    /// }
    ///
    /// let mut flow = Flow::new("orders").state_handler(on_the_second_failure);
    /// # flow.run_blocking().unwrap();
    /// ```
    ///
    /// It is tried up to three times within 30 s, as long as another attempt makes sense, with the wait that
    /// the provider asks for. Each attempt has the same body and the same delivery id.
    ///
    /// # Errors
    /// If a secret is missing or unusable, or no attempt succeeded; never with
    /// [`log_errors`](Self::log_errors).
    pub async fn notify(&self, subject: &Subject, state: &State) -> Result<(), NotifyError> {
        if !self.lets_through(subject, state) {
            return Ok(());
        }
        match self.send(subject, state).await {
            Err(error) if self.log_errors => {
                tracing::error!(
                    flow_run_id = %subject.flow_run_id(),
                    subject = subject.full_name(),
                    state = %state.kind(),
                    error = %Failure::new(error),
                    "notification failed"
                );
                Ok(())
            }
            sent => sent,
        }
    }

    async fn send(&self, subject: &Subject, state: &State) -> Result<(), NotifyError> {
        let change = about::change(subject, state);
        let channels = self.sender.channels().await?;
        let render = |channel: S::Channel| {
            let payload = channel.render(&change);
            (channel, payload)
        };
        self.sender.send(change.event_id, channels.into_iter().map(render).collect()).await
    }

    fn lets_through(&self, subject: &Subject, state: &State) -> bool {
        let is_one_of = |kinds: &[StateKind]| kinds.iter().any(|&kind| state.is_a(kind));
        (self.only.is_empty() || is_one_of(&self.only))
            && !is_one_of(&self.ignored)
            && !(self.only_final && subject.will_retry())
    }
}

impl<S: Service> StateHandler for Notifier<S> {
    fn handle<'a>(&'a self, subject: &'a Subject, _old: &'a State, new: &'a State) -> Answer<'a, Handled> {
        if !self.lets_through(subject, new) {
            return Answer::Now(Ok(None));
        }
        Answer::later(async move {
            self.notify(subject, new).await?;
            Ok(None)
        })
    }
}

impl<S: Service> ChannelSettings for Notifier<S> {
    type Service = S;

    fn sender_mut(&mut self) -> &mut Sender<S> {
        &mut self.sender
    }
}
