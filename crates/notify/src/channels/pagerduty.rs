//! PagerDuty, by its Events API v2 (<https://developer.pagerduty.com/docs/events-api-v2/overview/>).
//!
//! *Auth*: the routing key of a service's integration, in the body. *Success*: 202, and nothing else.
//!
//! *Again*: 429 (for the whole destination) and 5xx; PagerDuty asks for some minutes in between. *Never*: 400
//! and every other 4xx.
//!
//! *Limits*: 1,024 characters for the summary, counted in UTF-16; 255 for the key of an incident, here in
//! bytes; 512 KB for an event. An event that is larger goes without its details: the alert counts.
//!
//! An event triggers, acknowledges or resolves the incident of its `dedup_key`, so the same event may be sent
//! again without a risk. [`Action`] says which of the three it is, [`PagerDuty::dedup_key`] how the key is
//! made. PagerDuty drops an event that resolves what nothing triggered: whoever sends keeps their order.
//!
//! The payload is the event without its routing key. A message in somebody's own words has no key of its own
//! either, unless one is configured, and gets its delivery's when it is sent.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use campana_model::notification::Message;
use campana_model::{Notification, Secret, StateKind, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::text::{duration, one_line, printable};
use crate::words::{Limits, attempt, failed_task, fit, headline, links, logs, name, reason};
use crate::{
    Answer, BoxFuture, Channel, ConfigError, Endpoint, Http, Payload, Receipt, SendContext, SendError,
    SendErrorKind,
};

/// The configuration of [`PagerDuty`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagerDutyConfig {
    /// The integration key of a service: 32 letters and digits.
    pub routing_key: Secret,
    /// A token of PagerDuty's REST API. The Events API needs none: it is taken, since people's forms have it,
    /// and not sent.
    #[serde(default)]
    pub api_token: Option<Secret>,
    /// How bad what is told is.
    #[serde(default)]
    pub severity: Severity,
    /// What the events do.
    #[serde(default)]
    pub action: Action,
    /// The key of the incident that all events are about; none: a key for each flow and each task.
    #[serde(default)]
    pub dedup_key: Option<String>,
    /// Where the API is; accounts in the EU have `https://events.eu.pagerduty.com`.
    #[serde(default = "default_api_url")]
    pub api_url: Secret,
    /// The URL of an HTTP proxy for this channel.
    #[serde(default)]
    pub proxy: Option<Secret>,
}

fn default_api_url() -> Secret {
    Secret::new("https://events.pagerduty.com")
}

/// How bad it is, in PagerDuty's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The worst.
    Critical,
    /// An error.
    #[default]
    Error,
    /// A warning.
    Warning,
    /// For information.
    Info,
}

/// What an event does to the incident of its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Opens it, or adds to it.
    #[default]
    Trigger,
    /// Resolves it if the new state is a success, and triggers it otherwise, as does a message in somebody's
    /// own words.
    ByState,
    /// Says that somebody looks after it. Needs a configured key.
    Acknowledge,
    /// Ends it. Needs a configured key.
    Resolve,
}

impl PagerDutyConfig {
    /// Events that trigger incidents of the service with this integration key.
    pub fn new(routing_key: impl Into<Secret>) -> Self {
        Self {
            routing_key: routing_key.into(),
            api_token: None,
            severity: Severity::default(),
            action: Action::default(),
            dedup_key: None,
            api_url: default_api_url(),
            proxy: None,
        }
    }

    /// Checks the configuration and makes the channel.
    ///
    /// # Errors
    /// If a URL cannot be used, a key is not of its form, or an action needs a key and there is none.
    pub fn build(self, http: &Http) -> Result<PagerDuty, ConfigError> {
        let Self { routing_key, api_token, severity, action, dedup_key, api_url, proxy } = self;
        let malformed = |field, wanted| Err(ConfigError::Malformed { field, wanted });
        let key = routing_key.expose();
        if key.len() != ROUTING_KEY_BYTES || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return malformed("routing_key", "an integration key; it is 32 letters and digits");
        }
        match &dedup_key {
            Some(key) if key.is_empty() || key.len() > MAX_DEDUP_KEY_BYTES => {
                return malformed("dedup_key", "a key of an incident; it has 1 to 255 bytes");
            }
            None if matches!(action, Action::Acknowledge | Action::Resolve) => {
                return malformed(
                    "dedup_key",
                    "there; give the key of the incident to acknowledge or resolve",
                );
            }
            _ => {}
        }
        let endpoint = http.through(proxy)?.endpoint("api_url", &api_url)?;
        let endpoint = endpoint.join(["v2", "enqueue"]).hiding(&routing_key);
        let endpoint = api_token.iter().fold(endpoint, Endpoint::hiding);
        Ok(PagerDuty { endpoint, routing_key, severity, action, dedup_key })
    }
}

/// How the key of what is only a test begins.
const TEST: &str = "test/";
/// A routing key.
const ROUTING_KEY_BYTES: usize = 32;
/// The key of an incident.
const MAX_DEDUP_KEY_BYTES: usize = 255;
/// The line that is read out to whoever is on call.
const MAX_SUMMARY_CHARS: usize = 1_024;
/// A whole event.
const MAX_EVENT_BYTES: usize = 512 * 1_024;
/// Of it, what is added when it is sent: two keys and their names.
const ADDED_BYTES: usize = 512;
/// A message in somebody's own words, among the details.
const MAX_MESSAGE_CHARS: usize = 100_000;
/// What else there is to say.
const MAX_NOTE_CHARS: usize = 2_000;
/// The last lines of the log, among the details.
const MAX_LOG_CHARS: usize = 10_000;
/// The parts of a change of state.
const LIMITS: Limits =
    Limits { name_chars: 200, text_chars: 100_000, reason_chars: 10_000, link_chars: 2_000 };

/// A channel to a service on PagerDuty.
#[derive(Clone, Debug)]
pub struct PagerDuty {
    endpoint: Endpoint,
    routing_key: Secret,
    severity: Severity,
    action: Action,
    dedup_key: Option<String>,
}

impl PagerDuty {
    /// The key of the incident that a notification is about: the configured one, or one that is the same for
    /// every run of the flow, and of the task if it is about a task (`campana/orders/convert-1[3]`). One that is
    /// only a test has its own.
    pub fn dedup_key(&self, n: &Notification) -> String {
        let key = self.dedup_key.clone().unwrap_or_else(|| derived_key(n));
        // A key that was configured for a test may say so already.
        let key = if n.is_test && !key.starts_with(TEST) { format!("{TEST}{key}") } else { key };
        if key.len() <= MAX_DEDUP_KEY_BYTES {
            return key;
        }
        format!("campana/{}", URL_SAFE_NO_PAD.encode(Sha256::digest(key)))
    }

    fn event(&self, n: &Notification) -> Json {
        let key = self.dedup_key(n);
        match self.action {
            Action::ByState if n.state.kind().is_a(StateKind::Success) => update("resolve", &key),
            Action::Trigger | Action::ByState => self.trigger(n, &key),
            Action::Acknowledge => update("acknowledge", &key),
            Action::Resolve => update("resolve", &key),
        }
    }

    fn trigger(&self, n: &Notification, key: &str) -> Json {
        let failed = n.failed_task.as_ref().map(|task| failed_task(task, LIMITS));
        let why = failed
            .or_else(|| n.note.as_ref().map(|note| fit(note, MAX_NOTE_CHARS)))
            .or_else(|| reason(n, LIMITS));
        let summary = match why {
            Some(why) => format!("{}: {}", headline(n, LIMITS), one_line(&why)),
            None => headline(n, LIMITS),
        };
        let source = name(&n.flow.name, LIMITS);
        let links: Vec<_> =
            links(n, LIMITS).map(|(text, url)| json!({ "href": url, "text": text })).collect();
        told(json!({
            "event_action": "trigger",
            "dedup_key": key,
            "payload": told(json!({
                "summary": fit(&summary, MAX_SUMMARY_CHARS),
                // It must not be empty.
                "source": if source.is_empty() { "Campana" } else { &source },
                "severity": self.severity,
                "timestamp": n.occurred_at,
                "component": n.task.as_ref().map(|task| name(&task.full_name(), LIMITS)),
                "group": n.flow.project.as_ref().map(|project| name(project, LIMITS)),
                "class": n.state.kind().name(),
                "custom_details": details(n),
            })),
            "client": "Campana",
            "client_url": links.first().map(|link| &link["href"]),
            "links": links,
        }))
    }
}

/// An event about an incident that is there.
fn update(action: &str, key: &str) -> Json {
    json!({ "event_action": action, "dedup_key": key })
}

fn derived_key(n: &Notification) -> String {
    let flow = match (&n.flow.version_group_id, &n.flow.project) {
        (Some(group), _) => vec![group.clone()],
        (None, Some(project)) => vec![project.clone(), n.flow.name.clone()],
        (None, None) => vec![n.flow.name.clone()],
    };
    let task = n.task.as_ref().map(|task| match task.map_index {
        Some(index) => format!("{}[{index}]", task.slug),
        None => task.slug.clone(),
    });
    // A slash in a name is not one between names, or else one key could stand for two things.
    let part = |text: &String| one_line(&printable(text)).replace('%', "%25").replace('/', "%2F");
    let parts = flow.iter().chain(&task).map(part);
    std::iter::once("campana".to_owned()).chain(parts).collect::<Vec<_>>().join("/")
}

fn details(n: &Notification) -> Json {
    told(json!({
        "state": n.state.kind().name(),
        "message": n.state.message().map(|message| fit(message, LIMITS.text_chars)),
        "error": n.error().map(|error| fit(&error, LIMITS.text_chars)),
        "failed_task": n.failed_task.as_ref().map(|task| failed_task(task, LIMITS)),
        "note": n.note.as_ref().map(|note| fit(note, MAX_NOTE_CHARS)),
        "attempt": attempt(n),
        "log": logs(n, MAX_LOG_CHARS),
        "duration": n.duration.map(duration),
        "flow_run": name(&n.flow_run.name, LIMITS),
        "flow_run_id": n.flow_run.id,
    }))
}

/// The object without what there is nothing to say of.
fn told(mut object: Json) -> Json {
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    object
}

/// The event, without its details if it is too large with them.
fn fitted(mut event: Json) -> Payload {
    let payload = Payload::json(&event);
    if payload.body().len() <= MAX_EVENT_BYTES - ADDED_BYTES {
        return payload;
    }
    event["payload"]["custom_details"] = json!({ "note": "left out: too large for PagerDuty" });
    Payload::json(&event)
}

fn classify(answer: &Answer, now: Timestamp) -> Result<Receipt, SendError> {
    match answer.status {
        202 => Ok(answer.receipt()),
        429 => Err(answer.retry(SendErrorKind::RateLimited, now).of_destination()),
        408 | 500.. => Err(answer.retry(SendErrorKind::ServerFault, now)),
        401 | 403 => Err(answer.permanent(SendErrorKind::Auth).of_destination()),
        404 => Err(answer.permanent(SendErrorKind::Rejected).of_destination()),
        410 => Err(answer.permanent(SendErrorKind::Rejected).gone()),
        _ => Err(answer.permanent(SendErrorKind::Rejected)),
    }
}

impl Channel for PagerDuty {
    fn name(&self) -> &'static str {
        "pagerduty"
    }

    fn render(&self, notification: &Notification) -> Payload {
        fitted(self.event(notification))
    }

    fn render_message(&self, Message { title, text }: &Message) -> Payload {
        let action = match self.action {
            Action::Trigger | Action::ByState => "trigger",
            Action::Acknowledge => "acknowledge",
            Action::Resolve => "resolve",
        };
        let mut event = Map::from_iter([("event_action".to_owned(), json!(action))]);
        if let Some(key) = &self.dedup_key {
            event.insert("dedup_key".to_owned(), json!(key));
        }
        if action == "trigger" {
            let payload = json!({
                "summary": fit(&one_line(title.as_deref().unwrap_or(text)), MAX_SUMMARY_CHARS),
                "source": "Campana",
                "severity": self.severity,
                "custom_details": { "message": fit(text, MAX_MESSAGE_CHARS) },
            });
            event.extend([("payload".to_owned(), payload), ("client".to_owned(), json!("Campana"))]);
        }
        fitted(Json::Object(event))
    }

    fn send<'a>(
        &'a self,
        payload: &'a Payload,
        context: &'a SendContext,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(async move {
            let key = context.delivery_id.to_string();
            let event =
                payload.with([("routing_key", self.routing_key.expose()), ("dedup_key", key.as_str())])?;
            let answer = self.endpoint.post(&event, &[]).await?;
            classify(&answer, context.now)
        })
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_json_snapshot;

    use super::*;
    use crate::testing::conformance::{TOKEN, answer, channel_conformance, keeps_secrets};
    use crate::testing::{Reply, Server, samples};
    use crate::{ChannelConfig, HttpOptions, Networks, Scope};

    fn sent(payload: &Payload) -> String {
        let delivery = samples::context().delivery_id.to_string();
        let event = payload.with([("routing_key", TOKEN), ("dedup_key", delivery.as_str())]);
        event.unwrap().body().to_owned()
    }

    channel_conformance!(Subject {
        added_path: "/v2/enqueue",
        body: sent,
        ..Subject::new(
            |api_url, proxy| {
                ChannelConfig::PagerDuty(PagerDutyConfig { api_url, proxy, ..PagerDutyConfig::new(TOKEN) })
            },
            || Reply::new(202).body(r#"{"status": "success", "message": "Event processed"}"#),
        )
    });

    fn build(config: PagerDutyConfig) -> Result<PagerDuty, ConfigError> {
        config.build(&Http::new(HttpOptions { networks: Networks::any(), ..HttpOptions::default() }).unwrap())
    }

    fn pagerduty(action: Action) -> PagerDuty {
        let dedup_key =
            matches!(action, Action::Acknowledge | Action::Resolve).then(|| "hook-1/g".to_owned());
        build(PagerDutyConfig { action, dedup_key, ..PagerDutyConfig::new(TOKEN) }).unwrap()
    }

    fn json(payload: &Payload) -> Json {
        serde_json::from_str(payload.body()).unwrap()
    }

    fn render(action: Action, notification: &Notification) -> Json {
        json(&pagerduty(action).render(notification))
    }

    #[test]
    fn triggers() {
        assert_json_snapshot!("trigger_of_a_success", render(Action::Trigger, &samples::flow_succeeded()));
        assert_json_snapshot!("trigger_of_a_task", render(Action::Trigger, &samples::task_failed()));
        assert_json_snapshot!("trigger_of_a_flow", render(Action::ByState, &samples::flow_failed()));
        assert_json_snapshot!("trigger_of_a_late_run", render(Action::Trigger, &samples::flow_late()));
        assert_json_snapshot!("trigger_of_the_hostile", render(Action::Trigger, &samples::hostile()));
    }

    #[test]
    fn a_success_resolves_what_a_failure_of_the_same_triggered() {
        let mut later =
            Notification { state: campana_model::State::success("done"), ..samples::flow_failed() };
        later.flow_run.name = "calm-bell".to_owned();
        let resolve = json!({ "event_action": "resolve", "dedup_key": "campana/orders-group" });
        assert_eq!(render(Action::ByState, &later), resolve);
        assert_eq!(render(Action::ByState, &samples::flow_failed())["dedup_key"], resolve["dedup_key"]);
        assert_eq!(render(Action::Trigger, &later)["event_action"], "trigger");
    }

    #[test]
    fn an_action_may_be_fixed() {
        let failed = samples::flow_failed();
        for (action, word) in [(Action::Acknowledge, "acknowledge"), (Action::Resolve, "resolve")] {
            let event = json!({ "event_action": word, "dedup_key": "hook-1/g" });
            assert_eq!(render(action, &failed), event);
            assert_eq!(json(&pagerduty(action).render_message(&"by hand".into())), event);
        }
    }

    #[test]
    fn keys_tell_flows_and_tasks_apart() {
        let key = |n: &Notification| pagerduty(Action::Trigger).dedup_key(n);
        let flow = samples::flow_succeeded();
        assert_eq!(key(&flow), "campana/Add Divide Flow");
        let mut in_project = samples::flow_failed();
        in_project.flow.version_group_id = None;
        assert_eq!(key(&in_project), "campana/sales/orders");
        in_project.flow.project = None;
        in_project.flow.name = "sales/orders".to_owned();
        assert_eq!(key(&in_project), "campana/sales%2Forders");
        let mut task = samples::task_failed();
        assert_eq!(key(&task), "campana/Add Divide Flow/load orders-1");
        task.task.as_mut().unwrap().map_index = Some(3);
        assert_eq!(key(&task), "campana/Add Divide Flow/load orders-1[3]");
        task.is_test = true;
        let configured =
            PagerDuty { dedup_key: Some("test/hook-1".to_owned()), ..pagerduty(Action::Trigger) };
        assert_eq!(configured.dedup_key(&task), "test/hook-1");
        assert_eq!(key(&task), "test/campana/Add Divide Flow/load orders-1[3]");
    }

    #[test]
    fn a_long_key_is_short_and_still_its_own() {
        let key = |name: &str| {
            let mut n = samples::flow_succeeded();
            n.flow.name = name.to_owned();
            pagerduty(Action::Trigger).dedup_key(&n)
        };
        let fits = "č".repeat(123);
        assert_eq!(key(&fits), format!("campana/{fits}"));
        let long = "č".repeat(124);
        assert!(key(&long).len() < 60, "{}", key(&long));
        assert_ne!(key(&long), key(&format!("{long}x")));
        assert_eq!(key(&long), key(&long));
    }

    #[test]
    fn messages() {
        let render = |action, message: Message| json(&pagerduty(action).render_message(&message));
        let event = json!({
            "event_action": "trigger",
            "payload": {
                "summary": "disk full", "source": "Campana", "severity": "error",
                "custom_details": { "message": "disk\nfull" },
            },
            "client": "Campana",
        });
        assert_eq!(render(Action::Trigger, "disk\nfull".into()), event);
        let titled = Message { title: Some("T".to_owned()), text: "disk\nfull".to_owned() };
        assert_eq!(render(Action::ByState, titled)["payload"]["summary"], "T");
    }

    #[test]
    fn the_limits_hold_at_every_length() {
        let lengths =
            [LIMITS.name_chars, MAX_SUMMARY_CHARS].into_iter().flat_map(|limit| limit - 1..=limit + 1);
        for chars in lengths.chain([20_000, 200_000]) {
            for fill in ['x', '"', '\n', 'č', '🔔', '\u{1b}'] {
                let sample = samples::long(fill, chars);
                let channel = pagerduty(Action::Trigger);
                let payload = channel.render(&sample);
                assert!(sent(&payload).len() <= MAX_EVENT_BYTES, "{chars} {fill:?}");
                let event = json(&payload);
                let summary = event["payload"]["summary"].as_str().unwrap();
                assert!(summary.encode_utf16().count() <= MAX_SUMMARY_CHARS, "{summary}");
                assert!(event["dedup_key"].as_str().unwrap().len() <= MAX_DEDUP_KEY_BYTES);
                assert_eq!(event["links"].as_array().unwrap().len(), 3, "the links are kept");
                let message: String = std::iter::repeat_n(fill, chars).collect();
                assert!(sent(&channel.render_message(&message.into())).len() <= MAX_EVENT_BYTES);
            }
        }
    }

    #[test]
    fn an_event_that_is_too_large_goes_without_its_details() {
        let details = |fill| {
            render(Action::Trigger, &samples::long(fill, 200_000))["payload"]["custom_details"].clone()
        };
        assert_eq!(details('🔔').as_object().unwrap().len(), 10);
        assert_eq!(details('"').as_object().unwrap().len(), 10);
        let mut sample = samples::long('\u{800}', 200_000);
        sample.state = campana_model::State::new(StateKind::Failed)
            .with_message("\u{800}".repeat(200_000))
            .with_result(campana_model::Failure::new(std::io::Error::other("\u{800}".repeat(200_000))));
        let event = render(Action::Trigger, &sample);
        assert_eq!(
            event["payload"]["custom_details"],
            json!({ "note": "left out: too large for PagerDuty" })
        );
        assert!(event["payload"]["summary"].as_str().unwrap().starts_with("[Test] Task \u{800}"));
    }

    #[tokio::test]
    async fn what_has_no_key_gets_that_of_its_delivery() {
        let server = Server::start([Reply::new(202)]);
        let api_url = Secret::new(server.url("/"));
        let channel = build(PagerDutyConfig { api_url, ..PagerDutyConfig::new(TOKEN) }).unwrap();
        channel.send(&channel.render_message(&"hi".into()), &samples::context()).await.unwrap();
        channel.send(&channel.render(&samples::flow_failed()), &samples::context()).await.unwrap();
        let keys: Vec<Json> = server
            .requests()
            .iter()
            .map(|request| serde_json::from_str::<Json>(&request.body).unwrap())
            .map(|event| json!([event["routing_key"], event["dedup_key"]]))
            .collect();
        let delivery = samples::context().delivery_id.to_string();
        assert_eq!(keys, [json!([TOKEN, delivery]), json!([TOKEN, "campana/orders-group"])]);
    }

    #[tokio::test]
    async fn an_answer_that_repeats_a_key_is_not_repeated() {
        let server = Server::start([Reply::new(400).body(format!("no key {TOKEN}, no token hunter2"))]);
        let (api_url, api_token) = (Secret::new(server.url("/")), Some(Secret::new("hunter2")));
        let channel = build(PagerDutyConfig { api_url, api_token, ..PagerDutyConfig::new(TOKEN) }).unwrap();
        let payload = channel.render(&samples::flow_failed());
        let error = channel.send(&payload, &samples::context()).await.unwrap_err();
        assert_eq!(error.to_string(), "answered 400: no key [secret], no token [secret]");
        assert!(!server.requests()[0].body.contains("hunter2"), "the token is not sent");
    }

    #[test]
    fn what_is_not_of_its_form_is_named() {
        let with_key = |action, key: Option<String>| PagerDutyConfig {
            action,
            dedup_key: key,
            ..PagerDutyConfig::new(TOKEN)
        };
        let bad = [
            (PagerDutyConfig::new(""), "routing_key is"),
            (PagerDutyConfig::new(&TOKEN[1..]), "routing_key is"),
            (PagerDutyConfig::new(format!("{}č", &TOKEN[2..])), "routing_key is"),
            (with_key(Action::Trigger, Some(String::new())), "dedup_key is"),
            (with_key(Action::Trigger, Some("x".repeat(256))), "dedup_key is"),
            (with_key(Action::Acknowledge, None), "dedup_key is not there"),
            (with_key(Action::Resolve, None), "dedup_key is not there"),
        ];
        for (config, named) in bad {
            let error = build(config).unwrap_err();
            assert!(error.to_string().starts_with(named), "{error}");
            keeps_secrets(&format!("{error} {error:?}"));
        }
        build(with_key(Action::Resolve, Some("x".repeat(255)))).unwrap();
    }

    #[test]
    fn what_pagerduty_answers() {
        use SendErrorKind::{Auth, RateLimited, Rejected, ServerFault};
        let table = [
            (200, Rejected, false, Scope::ThisMessage),
            (400, Rejected, false, Scope::ThisMessage),
            (401, Auth, false, Scope::Destination),
            (404, Rejected, false, Scope::Destination),
            (408, ServerFault, true, Scope::ThisMessage),
            (410, Rejected, false, Scope::Destination),
            (413, Rejected, false, Scope::ThisMessage),
            (429, RateLimited, true, Scope::Destination),
            (500, ServerFault, true, Scope::ThisMessage),
            (503, ServerFault, true, Scope::ThisMessage),
        ];
        for (status, kind, retryable, scope) in table {
            let error = classify(&answer(status, "", true), samples::now()).unwrap_err();
            assert_eq!((error.kind, error.is_retryable(), error.scope), (kind, retryable, scope), "{error}");
            assert_eq!(error.is_gone(), status == 410);
        }
        assert!(classify(&answer(202, "{\"sta", false), samples::now()).is_ok());
    }
}
