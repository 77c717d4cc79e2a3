//! PagerDuty's Events API v2: <https://developer.pagerduty.com/docs/events-api-v2/overview/>.
//!
//! Answers 202 with the key of the incident, or 400 with what PagerDuty finds wrong. Any routing key of the
//! right length is taken. It keeps no incidents: each event is shown as it comes.

use campana_model::id::EventId;
use campana_model::{Color, StateKind};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Answer, object};
use crate::{Card, Field, Link, Part, ReceivedMessage, Request, Text};

const ROUTING_KEY_CHARS: usize = 32;
const MAX_DEDUP_KEY_CHARS: usize = 255;
const MAX_SUMMARY_CHARS: usize = 1_024;
const MAX_EVENT_BYTES: usize = 512 * 1_024;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event {
    routing_key: String,
    event_action: String,
    dedup_key: Option<String>,
    payload: Payload,
    client: Option<String>,
    client_url: Option<String>,
    links: Vec<EventLink>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    summary: String,
    source: String,
    severity: String,
    component: Option<String>,
    group: Option<String>,
    class: Option<String>,
    custom_details: Map<String, Json>,
}

#[derive(Deserialize)]
struct EventLink {
    href: String,
    text: Option<String>,
}

pub(super) fn answer(request: &Request) -> Answer {
    if !request.path_ends_with("/v2/enqueue") {
        return Answer::refuse(StatusCode::NOT_FOUND, "Not Found");
    }
    if request.body.len() > MAX_EVENT_BYTES {
        return Answer::refuse(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large");
    }
    let Ok(event) = object::<Event>(&request.body) else {
        return refuse("Unrecognized object", "Event object format is unrecognized", &["JSON parse error"]);
    };
    let errors = event.errors();
    if !errors.is_empty() {
        return refuse("invalid event", "Event object is invalid", &errors);
    }
    let key = event.dedup_key.clone().unwrap_or_else(|| EventId::new().to_string());
    let body = json!({ "status": "success", "message": "Event processed", "dedup_key": key });
    let message = ReceivedMessage { cards: vec![event.into_card()], signature: None };
    Answer::accept(StatusCode::ACCEPTED, "", message).with_json(&body)
}

fn refuse(status: &str, message: &str, errors: &[&str]) -> Answer {
    let body = json!({ "status": status, "message": message, "errors": errors });
    Answer::refuse(StatusCode::BAD_REQUEST, &errors.join("; ")).with_json(&body)
}

impl Event {
    /// What PagerDuty finds wrong.
    fn errors(&self) -> Vec<&'static str> {
        let Self { routing_key, event_action, dedup_key, payload, .. } = self;
        let is_trigger = event_action == "trigger";
        let known_action = matches!(event_action.as_str(), "trigger" | "acknowledge" | "resolve");
        let known_severity = matches!(payload.severity.as_str(), "critical" | "error" | "warning" | "info");
        let key_chars = dedup_key.as_deref().unwrap_or_default().chars().count();
        let checks = [
            (routing_key.is_empty(), "'routing_key' is missing or blank"),
            (
                !routing_key.is_empty() && routing_key.chars().count() != ROUTING_KEY_CHARS,
                "Length of 'routing_key' is incorrect (should be 32 characters)",
            ),
            (!known_action, "'event_action' is invalid (must be trigger, acknowledge or resolve)"),
            (known_action && !is_trigger && key_chars == 0, "'dedup_key' is missing or blank"),
            (key_chars > MAX_DEDUP_KEY_CHARS, "'dedup_key' is too long (maximum is 255 characters)"),
            (is_trigger && payload.summary.is_empty(), "'payload.summary' is missing or blank"),
            (
                payload.summary.chars().count() > MAX_SUMMARY_CHARS,
                "'payload.summary' is too long (maximum is 1024 characters)",
            ),
            (is_trigger && payload.source.is_empty(), "'payload.source' is missing or blank"),
            (
                is_trigger && !known_severity,
                "'payload.severity' is invalid (must be critical, error, warning or info)",
            ),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, error)| error).collect()
    }

    fn color(&self) -> Color {
        let kind = match (self.event_action.as_str(), self.payload.severity.as_str()) {
            ("trigger", "critical" | "error") => StateKind::Failed,
            ("trigger", "warning") => StateKind::Scheduled,
            ("resolve", _) => StateKind::Success,
            _ => StateKind::Running,
        };
        kind.color()
    }

    fn into_card(self) -> Card {
        let color = self.color();
        let Self { routing_key: _, event_action, dedup_key, payload, client, client_url, links } = self;
        let Payload { summary, source, severity, component, group, class, custom_details } = payload;
        let fields = [
            ("Incident", dedup_key),
            ("Severity", Some(severity)),
            ("Source", Some(source)),
            ("Component", component),
            ("Group", group),
            ("Class", class),
        ];
        let fields = fields.into_iter().filter_map(|(title, value)| Some((title.to_owned(), value?)));
        let text = |value| if let Json::String(text) = value { text } else { value.to_string() };
        let details = custom_details.into_iter().map(|(title, value)| (title, text(value)));
        let filled = fields.chain(details).filter(|(_, value)| !value.is_empty());
        let fields: Vec<_> = filled.map(|(title, value)| field(title, value)).collect();
        let mut body = Vec::new();
        if !summary.is_empty() {
            body.push(Part::Text(Text::Plain(summary)));
        }
        if !fields.is_empty() {
            body.push(Part::Fields(fields));
        }
        if !links.is_empty() {
            let link = |EventLink { href, text }: EventLink| Link {
                text: Text::Plain(text.unwrap_or_else(|| href.clone())),
                url: Some(href),
            };
            body.push(Part::Links(links.into_iter().map(link).collect()));
        }
        Card {
            color: Some(color),
            author: client.map(Text::Plain),
            title: Some(Text::Plain(event_action)),
            title_link: client_url,
            body,
            footer: None,
        }
    }
}

fn field(title: String, value: String) -> Field {
    const MAX_SHORT_CHARS: usize = 30;
    let short = value.chars().count() <= MAX_SHORT_CHARS && !value.contains('\n');
    Field { title: Text::Plain(title), value: Text::Plain(value), short }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "e93facc04764012d7bfb002500d5d1a6";

    fn trigger() -> Json {
        json!({
            "routing_key": KEY, "event_action": "trigger", "dedup_key": "campana/etl",
            "payload": {
                "summary": "etl is Failed", "source": "etl", "severity": "error", "class": "Failed",
                "custom_details": { "error": "line 7", "attempt": 2 },
            },
            "client": "Campana", "client_url": "http://ui/1",
            "links": [{ "href": "http://ui/1", "text": "Open the run" }, { "href": "http://ui/2" }],
        })
    }

    fn post(body: &Json) -> Answer {
        answer(&Request::post("/pagerduty/v2/enqueue", body.to_string()))
    }

    #[test]
    fn a_trigger_is_shown() {
        let answer = post(&trigger());
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        let body = r#"{"status":"success","message":"Event processed","dedup_key":"campana/etl"}"#;
        assert_eq!((answer.body.as_str(), answer.content_type), (body, Some("application/json")));
        let message = answer.verdict.unwrap();
        assert_eq!(message.title().as_deref(), Some("trigger"));
        assert_eq!(message.text(), "etl is Failed");
        assert_eq!(message.color(), Some(StateKind::Failed.color()));
        for (title, value) in
            [("Incident", "campana/etl"), ("Severity", "error"), ("error", "line 7"), ("attempt", "2")]
        {
            assert_eq!(message.field(title).as_deref(), Some(value), "{title}");
        }
        let links: Vec<_> = message.links().map(|link| link.text.plain()).collect();
        assert_eq!(links, ["Open the run", "http://ui/2"]);
        assert!(!format!("{message:?}").contains(KEY));
    }

    #[test]
    fn an_incident_is_acknowledged_and_resolved_by_its_key() {
        for (action, color) in [("acknowledge", StateKind::Running), ("resolve", StateKind::Success)] {
            let event = json!({ "routing_key": KEY, "event_action": action, "dedup_key": "campana/etl" });
            let message = post(&event).verdict.unwrap();
            assert_eq!(message.title().as_deref(), Some(action));
            assert_eq!(message.field("Incident").as_deref(), Some("campana/etl"));
            assert_eq!(message.color(), Some(color.color()));
        }
    }

    #[test]
    fn an_event_without_a_key_gets_one() {
        let mut event = trigger();
        event.as_object_mut().unwrap().remove("dedup_key");
        let body: Json = serde_json::from_str(&post(&event).body).unwrap();
        assert!(!body["dedup_key"].as_str().unwrap().is_empty());
    }

    #[test]
    fn what_pagerduty_refuses_is_refused_with_its_words() {
        let with = |pointer: &str, value: Json| {
            let mut event = trigger();
            *event.pointer_mut(pointer).unwrap() = value;
            event
        };
        for (event, named) in [
            (with("/routing_key", json!("")), "'routing_key' is missing"),
            (with("/routing_key", json!("short")), "Length of 'routing_key' is incorrect"),
            (with("/event_action", json!("explode")), "'event_action' is invalid"),
            (with("/dedup_key", json!("x".repeat(256))), "'dedup_key' is too long"),
            (with("/payload/summary", json!("")), "'payload.summary' is missing"),
            (with("/payload/summary", json!("x".repeat(1_025))), "'payload.summary' is too long"),
            (with("/payload/source", json!("")), "'payload.source' is missing"),
            (with("/payload/severity", json!("awful")), "'payload.severity' is invalid"),
            (with("/payload", json!("text")), "JSON parse error"),
            (json!([]), "JSON parse error"),
            (json!({ "routing_key": KEY, "event_action": "resolve" }), "'dedup_key' is missing"),
        ] {
            let answer = post(&event);
            let body: Json = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(
                (answer.status, body["errors"].as_array().unwrap().len()),
                (StatusCode::BAD_REQUEST, 1)
            );
            assert!(answer.verdict.unwrap_err().contains(named), "{named}");
        }
        let large = post(&with("/payload/custom_details/error", json!("x".repeat(512 * 1_024))));
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
        let elsewhere = answer(&Request::post("/pagerduty", trigger().to_string()));
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    }
}
