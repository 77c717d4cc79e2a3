//! A general webhook: takes any JSON, and verifies the signature of Standard Webhooks if it knows the secret.
//!
//! It answers 204 even if the signature does not hold, and says so in the message: what is wrong is easier to
//! see in a message than in its absence. What Campana sends is shown in words; other JSON as it is.

use campana_model::StateKind;
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value as Json;
use standardwebhooks::Webhook;

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
    let known = match json["type"].as_str() {
        Some("flow_run.state_changed" | "task_run.state_changed") => {
            Change::deserialize(&json).ok().map(Change::into_card)
        }
        Some("message") => Words::deserialize(&json["data"]).ok().map(Words::into_card),
        _ => None,
    };
    // Serialising a JSON value cannot fail: its keys are strings.
    known.unwrap_or_else(|| as_text(serde_json::to_string_pretty(&json).unwrap_or_default()))
}

fn as_text(text: String) -> Card {
    Card { body: vec![Part::Text(Text::Plain(text))], ..Card::default() }
}

/// A message in somebody's own words.
#[derive(Deserialize)]
struct Words {
    title: Option<String>,
    text: String,
}

impl Words {
    fn into_card(self) -> Card {
        Card { title: self.title.map(Text::Plain), ..as_text(self.text) }
    }
}

/// A change of state; everything that a sender may leave out is optional.
#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    data: Data,
    event: Event,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data {
    error: Option<String>,
    run_count: Option<u32>,
    will_retry: bool,
    duration_seconds: Option<f64>,
    failed_task: Option<FailedTask>,
    links: Links,
}

#[derive(Deserialize)]
struct FailedTask {
    name: String,
    map_index: Option<u32>,
    reason: String,
    link: Option<String>,
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
    task_run: Option<TaskRun>,
    tenant: Option<Tenant>,
    state: EventState,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct TaskRun {
    name: String,
    map_index: Option<u32>,
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

impl Change {
    fn into_card(self) -> Card {
        let Self { data, event } = self;
        let Event { is_test_event, flow_run, flow, task_run, tenant, state } = event;
        let run = format!("un {} of flow {} is now {}", flow_run.name, flow.name, state.state);
        let text = match task_run {
            Some(task) => format!("Task {} in r{run}", full_name(&task.name, task.map_index)),
            None => format!("R{run}"),
        };
        let message = state.serialized_state.and_then(|state| state.message);
        let mut body = vec![Part::Text(Text::Plain(text))];
        body.extend(data.fields(message));
        body.extend(data.links());
        Card {
            color: state.state.parse().ok().map(StateKind::color),
            author: tenant.map(|tenant| Text::Plain(tenant.slug)),
            title: Some(Text::Plain(state.state)),
            title_link: None,
            body,
            footer: is_test_event.then(|| Text::Plain("This is only a test.".to_owned())),
        }
    }
}

/// The name as people know it, with the index of a mapped task's child.
fn full_name(name: &str, map_index: Option<u32>) -> String {
    match map_index {
        Some(index) => format!("{name}[{index}]"),
        None => name.to_owned(),
    }
}

impl Data {
    fn fields(&self, message: Option<String>) -> Option<Part> {
        let field = |title: &str, value: String, short| Field {
            title: Text::Plain(title.to_owned()),
            value: Text::Plain(value),
            short,
        };
        let error = self.error.clone().filter(|error| message.as_ref() != Some(error));
        let failed_task = self.failed_task.as_ref();
        let failed_task =
            failed_task.map(|task| format!("{}: {}", full_name(&task.name, task.map_index), task.reason));
        let again = if self.will_retry { ", will be tried again" } else { "" };
        let fields: Vec<_> = [
            message.map(|message| field("Message", message, false)),
            error.map(|error| field("Error", error, false)),
            failed_task.map(|task| field("Failed task", task, false)),
            self.run_count.map(|count| field("Attempt", format!("{count}{again}"), true)),
            self.duration_seconds.map(|seconds| field("Duration", format!("{seconds} s"), true)),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!fields.is_empty()).then_some(Part::Fields(fields))
    }

    fn links(self) -> Option<Part> {
        let Links { task_run, flow_run, flow } = self.links;
        let failed_task = self.failed_task.and_then(|task| task.link);
        let named =
            [("Task run", task_run), ("Failed task", failed_task), ("Flow run", flow_run), ("Flow", flow)];
        let links: Vec<_> = named
            .into_iter()
            .filter_map(|(text, url)| Some(Link { text: Text::Plain(text.to_owned()), url: Some(url?) }))
            .collect();
        (!links.is_empty()).then_some(Part::Links(links))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn received(body: &Json) -> ReceivedMessage {
        let answer = answer(&Request::post("/webhook", body.to_string()), None);
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        answer.verdict.unwrap()
    }

    fn change() -> Json {
        json!({
            "type": "task_run.state_changed",
            "data": {
                "is_final": false, "run_count": 2, "will_retry": true, "duration_seconds": 1.5, "error": "boom",
                "failed_task": {"name": "load", "map_index": null, "reason": "no file", "link": "http://ui/1"},
                "links": {"flow_run": "http://ui/2", "flow": null},
            },
            "event": {
                "is_test_event": true,
                "flow_run": {"name": "calm-owl"}, "flow": {"name": "etl"},
                "task_run": {"name": "load", "map_index": 3},
                "tenant": {"slug": "acme"},
                "state": {"version": 4, "state": "Failed", "serialized_state": {"message": "It failed."}},
            },
        })
    }

    #[test]
    fn a_change_of_state_is_told_in_words() {
        let message = received(&change());
        assert_eq!(message.color(), Some(StateKind::Failed.color()));
        assert_eq!(message.title().as_deref(), Some("Failed"));
        assert_eq!(message.text(), "Task load[3] in run calm-owl of flow etl is now Failed");
        for (title, value) in [
            ("Message", "It failed."),
            ("Error", "boom"),
            ("Failed task", "load: no file"),
            ("Attempt", "2, will be tried again"),
            ("Duration", "1.5 s"),
        ] {
            assert_eq!(message.field(title).as_deref(), Some(value), "{title}");
        }
        let links: Vec<_> = message.links().map(|link| link.url.as_deref().unwrap()).collect();
        assert_eq!(links, ["http://ui/1", "http://ui/2"]);
        assert_eq!(message.cards[0].author, Some(Text::Plain("acme".into())));
        assert!(message.cards[0].footer.is_some());
    }

    #[test]
    fn a_change_of_a_flow_may_say_no_more_than_it_must() {
        let mut change = change();
        change["type"] = json!("flow_run.state_changed");
        change.as_object_mut().unwrap().remove("data");
        change["event"].as_object_mut().unwrap().remove("task_run");
        change["event"]["tenant"] = Json::Null;
        let message = received(&change);
        assert_eq!(message.text(), "Run calm-owl of flow etl is now Failed");
        assert_eq!(message.fields().count(), 1);
    }

    #[test]
    fn own_words_are_shown_as_they_are() {
        let message = received(&json!({"type": "message", "data": {"title": "*T*", "text": "a &lt; b"}}));
        assert_eq!(message.title().as_deref(), Some("*T*"));
        assert_eq!(message.text(), "a &lt; b");
    }

    #[test]
    fn anything_else_is_shown_as_it_came() {
        assert_eq!(received(&json!({"b": 1, "a": [2]})).text(), "{\n  \"b\": 1,\n  \"a\": [\n    2\n  ]\n}");
        assert_eq!(received(&json!({"type": "message"})).text(), "{\n  \"type\": \"message\"\n}");
        let answer = answer(&Request::post("/webhook", &b"no \xff json"[..]), None);
        assert_eq!(answer.verdict.unwrap().text(), "no \u{fffd} json");
    }
}
