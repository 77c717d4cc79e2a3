//! Notification tasks: tasks that send a message.

use std::sync::Arc;

use campana_engine::{
    Body, BoxError, Call, InputSpec, Inputs, IntoCall, IntoInput, IntoMapInput, IntoUpstreams, Settings,
    TaskSpec,
};
use campana_model::ValueType;
use campana_model::id::EventId;

use super::field::{Field, NothingToSend, given};
use super::sender::{ChannelSettings, Sender, Service};

/// The name of the input.
const MESSAGE: &str = "message";

/// A task that sends a message, with any trigger and every other setting of a task.
///
/// Its inputs are `message`, a `String`, and whatever else its service can say (an e-mail has a `subject`),
/// under the names of the settings. What counts is, for each of them,
///
/// * what the upstream of the input returned, if there is one and it returned something;
/// * else what was set when the task was made, such as by [`message`](Self::message).
///
/// So a task with the trigger `any_failed` can have both: words for when its upstream has none. A task that needs
/// a message and has neither keeps the flow from running; with an upstream that has no value and nothing set, the
/// task is Failed.
///
/// ```no_run
/// use campana::prelude::*;
/// # struct Report;
/// # impl Task for Report {
/// #     type Output = String;
/// #     async fn run(&self, _: Inputs) -> Result<String, BoxError> { Ok("all is well".to_owned()) }
/// # }
/// let mut flow = Flow::new("orders");
/// let report = flow.add(Report);
/// flow.add(SlackTask::new().call(report));
///
/// // The same, imperatively, and another one if the report fails.
/// let slack = flow.add(SlackTask::new());
/// flow.set_upstream(slack, report, "message")?;
/// flow.add(SlackTask::new().message("No report today.").trigger(any_failed()).after(report));
/// # Ok::<_, GraphError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a task does nothing until it is added to a flow"]
pub struct NotificationTask<S> {
    spec: TaskSpec,
    sender: Sender<S>,
    message: Option<Arc<str>>,
}

impl<S: Service + Default> NotificationTask<S> {
    /// A task that sends what the upstream of its input `message` returns.
    pub fn new() -> Self {
        Self::of(S::default())
    }
}

impl<S: Service + Default> Default for NotificationTask<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Service> NotificationTask<S> {
    /// A task that sends by `service` what the upstream of its input `message` returns.
    pub fn of(service: S) -> Self {
        let nothing = Body::sync(|_| Ok(()));
        let spec =
            TaskSpec::new(S::TASK, std::any::type_name::<S>(), Vec::new(), ValueType::of::<()>(), nothing);
        Self { spec, sender: Sender::new(service), message: None }
    }

    /// Sends this message, unless the upstream of the input `message` returns another.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into().into());
        self
    }

    /// Sends this message: a text, or a node or call that returns one.
    pub fn call(self, message: impl IntoInput<String>) -> Call<()> {
        self.into_call().input(0, message.into_input())
    }

    /// Sends each of these messages, in a child of its own.
    pub fn map(self, messages: impl IntoMapInput<String>) -> Call<Vec<()>> {
        self.into_call().map_input(0, messages.into_map_input()).mapped()
    }

    /// The same, to run after another task or several, and to go by their states too.
    pub fn after(self, upstreams: impl IntoUpstreams) -> Call<()> {
        self.into_call().after(upstreams)
    }

    pub(super) fn service_mut(&mut self) -> &mut S {
        &mut self.sender.service
    }
}

impl<S: Service> IntoCall for NotificationTask<S> {
    type Output = ();

    fn into_call(self) -> Call<()> {
        let Self { spec, sender, message } = self;
        let mut words = InputSpec::new::<String>(MESSAGE).comparable::<String>();
        words.required = S::NEEDS_MESSAGE && message.is_none();
        let fields = S::fields();
        let inputs = std::iter::once(words).chain(fields.iter().map(|field| field.input.clone())).collect();
        let shared = Arc::new((sender, fields, message));
        let body = Body::future(move |inputs| {
            let shared = Arc::clone(&shared);
            async move {
                let (sender, fields, message) = &*shared;
                send(sender.clone(), fields, message.as_deref(), inputs).await
            }
        });
        Call::new(Arc::new(spec.with_body(inputs, body)))
    }
}

async fn send<S: Service>(
    mut sender: Sender<S>,
    fields: &[Field<S>],
    message: Option<&str>,
    inputs: Inputs,
) -> Result<(), BoxError> {
    for field in fields {
        field.take(&mut sender.service, &inputs)?;
    }
    let upstream = given::<String>(&inputs, MESSAGE, message.is_some())?;
    let message = upstream.as_deref().or(message);
    let mut messages = Vec::new();
    for channel in sender.channels().await? {
        let payload = sender.service.render(&channel, message).await?.ok_or(NothingToSend::Message)?;
        messages.push((channel, payload));
    }
    Ok(sender.send(EventId::new(), messages).await?)
}

impl<S: Service> Settings for NotificationTask<S> {
    fn spec_mut(&mut self) -> &mut TaskSpec {
        &mut self.spec
    }
}

impl<S: Service> ChannelSettings for NotificationTask<S> {
    type Service = S;

    fn sender_mut(&mut self) -> &mut Sender<S> {
        &mut self.sender
    }
}
