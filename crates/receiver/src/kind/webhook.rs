//! A general webhook: takes any JSON, and verifies the signature of Standard Webhooks if it knows the secret.
//!
//! It answers 204 even if the signature does not hold, and says so in the message: what is wrong is easier to
//! see in a message than in its absence. The event of Campana is shown in words; other JSON as it is.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value as Json;
use standardwebhooks::Webhook;

use campana_model::StateKind;

use super::Answer;
use crate::{Card, Field, Link, Part, ReceivedMessage, Request, Signature, Text};

pub(super) fn answer(request: &Request, signing: Option<&Webhook>) -> Answer {
    let signature = signing.map(|webhook| match webhook.verify(&request.body, &request.headers) {
        Ok(()) => Signature::Valid,
        Err(error) => Signature::Invalid(error.to_string()),
    });
    let message = ReceivedMessage { cards: vec![card(&request.body)], signature };
    Answer::accept(StatusCode::NO_CONTENT, "", message)
}

fn card(body: &[u8]) -> Card {
    let Ok(json) = serde_json::from_slice::<Json>(body) else {
        return as_text(String::from_utf8_lossy(body).into_owned());
    };
    match Body::deserialize(&json) {
        Ok(body) => body.into_card(),
        // Serialising a JSON value cannot fail: its keys are strings.
        Err(_) => as_text(serde_json::to_string_pretty(&json).unwrap_or_default()),
    }
}

fn as_text(text: String) -> Card {
    Card { body: vec![Part::Text(Text::Plain(text))], ..Card::default() }
}

/// What is read of a body; everything that a sender may leave out is optional.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    data: Data,
    event: Event,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data {
    run_count: Option<u32>,
    will_retry: Option<bool>,
    duration_seconds: Option<f64>,
    failed_task: Option<FailedTask>,
    links: Links,
}

#[derive(Deserialize)]
struct FailedTask {
    name: String,
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Links {
    task_run: Option<String>,
    flow_run: Option<String>,
    flow: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    is_test_event: bool,
    flow_run: Named,
    flow: Named,
    task_run: Option<Named>,
    tenant: Option<Tenant>,
    state: EventState,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Tenant {
    slug: String,
}

#[derive(Deserialize)]
struct EventState {
    state: String,
    serialized_state: Option<SerializedState>,
}

#[derive(Deserialize)]
struct SerializedState {
    message: Option<String>,
}

impl Body {
    fn into_card(self) -> Card {
        let Self { data, event } = self;
        let Event { is_test_event, flow_run, flow, task_run, tenant, state } = event;
        let text = match task_run {
            Some(task) => format!(
                "Task {} in run {} of flow {} is now {}",
                task.name, flow_run.name, flow.name, state.state
            ),
            None => format!("Run {} of flow {} is now {}", flow_run.name, flow.name, state.state),
        };
        let message = state.serialized_state.and_then(|state| state.message);
        let mut body = vec![Part::Text(Text::Plain(text))];
        let fields = data.fields(message);
        if !fields.is_empty() {
            body.push(Part::Fields(fields));
        }
        let links = data.links.into_links();
        if !links.is_empty() {
            body.push(Part::Links(links));
        }
        Card {
            color: state.state.parse().ok().map(StateKind::color),
            author: tenant.map(|tenant| Text::Plain(tenant.slug)),
            title: Some(Text::Plain(state.state)),
            title_link: None,
            body,
            footer: is_test_event.then(|| Text::Plain("This is a test.".to_owned())),
        }
    }
}

impl Data {
    fn fields(&self, message: Option<String>) -> Vec<Field> {
        let field = |title: &str, value: String, short| Field {
            title: Text::Plain(title.to_owned()),
            value: Text::Plain(value),
            short,
        };
        let failed_task = self.failed_task.as_ref().map(|task| match &task.reason {
            Some(reason) => format!("{}: {reason}", task.name),
            None => task.name.clone(),
        });
        let attempt = self.run_count.map(|count| match self.will_retry {
            Some(true) => format!("{count}, will be tried again"),
            _ => count.to_string(),
        });
        [
            message.map(|message| field("Message", message, false)),
            failed_task.map(|task| field("Failed task", task, false)),
            attempt.map(|attempt| field("Attempt", attempt, true)),
            self.duration_seconds.map(|seconds| field("Duration", format!("{seconds} s"), true)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Links {
    fn into_links(self) -> Vec<Link> {
        [("Task run", self.task_run), ("Flow run", self.flow_run), ("Flow", self.flow)]
            .into_iter()
            .filter_map(|(text, url)| Some(Link { text: Text::Plain(text.to_owned()), url: Some(url?) }))
            .collect()
    }
}
