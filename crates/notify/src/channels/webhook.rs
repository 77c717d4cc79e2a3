//! Any web server, by a request signed as Standard Webhooks 1.0 says (<https://www.standardwebhooks.com>).
//!
//! *Auth*: `webhook-signature` over the id, the time of this attempt and the body, with HMAC-SHA256 and each
//! of the configured secrets, so that a receiver may change from one to the next. Without a secret the
//! request is not signed. `webhook-id` is the delivery's, the same for every attempt.
//!
//! *Success*: 2xx, whatever the body. *Never again*: 410, which ends the whole destination. *Again*:
//! everything else, since these are people's own servers and people mend them; 429, 502 and 504 pause the
//! whole destination. A redirect is a failure.
//!
//! *Limits*: there are none by the standard, which asks for small bodies; texts and parameters are bounded.
//!
//! `X-PREFECT-EVENT-ID` and `event` in the body are what endpoints written for Prefect's cloud hooks read.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campana_model::notification::{FailedTask, LogLine, Message, TaskRef, TenantRef};
use campana_model::{EventKind, Notification, Secret, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use sha2::Sha256;

use crate::text::clip;
use crate::{
    Answer, BoxFuture, Channel, ConfigError, Endpoint, Http, Payload, Receipt, SendContext, SendError,
    SendErrorKind,
};

/// The configuration of [`Webhook`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Where to send.
    pub url: Secret,
    /// The secrets to sign with, each `whsec_` and 24 to 64 bytes in base64; several while one replaces
    /// another. None: no signature.
    #[serde(default)]
    pub signing_secrets: Vec<Secret>,
    /// Whether the parameters of the flow run are told.
    #[serde(default)]
    pub include_parameters: bool,
    /// The URL of an HTTP proxy for this channel.
    #[serde(default)]
    pub proxy: Option<Secret>,
}

impl WebhookConfig {
    /// Unsigned requests to this URL.
    pub fn new(url: impl Into<Secret>) -> Self {
        Self { url: url.into(), signing_secrets: Vec::new(), include_parameters: false, proxy: None }
    }

    /// Checks the configuration and makes the channel.
    ///
    /// # Errors
    /// If a URL or a signing secret cannot be used.
    pub fn build(self, http: &Http) -> Result<Webhook, ConfigError> {
        let Self { url, signing_secrets, include_parameters, proxy } = self;
        let mut endpoint = http.through(proxy)?.endpoint("url", &url)?;
        let mut keys = Vec::with_capacity(signing_secrets.len());
        for (index, secret) in signing_secrets.iter().enumerate() {
            let (field, min, max) = ("signing_secrets", MIN_SECRET_BYTES, MAX_SECRET_BYTES);
            let bad = ConfigError::SigningSecret { field, index, min, max };
            let (key, bare) = SigningKey::parse(secret).ok_or(bad)?;
            keys.push(key);
            endpoint = endpoint.hiding(secret).hiding(&bare);
        }
        Ok(Webhook { endpoint, keys, include_parameters })
    }
}

/// The shortest secret to sign with.
const MIN_SECRET_BYTES: usize = 24;
/// The longest secret to sign with.
const MAX_SECRET_BYTES: usize = 64;
/// The message of a state, or why a task failed.
const MAX_TEXT_CHARS: usize = 20_000;
/// The last lines of the log.
const MAX_LOG_LINES: usize = 100;
/// A line of the log.
const MAX_LINE_CHARS: usize = 2_000;
/// The parameters of a flow run, as JSON; more than that are left out.
const MAX_PARAMETERS_BYTES: usize = 64 * 1024;

/// A channel to any web server.
#[derive(Clone, Debug)]
pub struct Webhook {
    endpoint: Endpoint,
    keys: Vec<SigningKey>,
    include_parameters: bool,
}

/// A secret, ready to sign. Its `Debug` shows nothing.
#[derive(Clone)]
struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// Reads `whsec_...`, and gives the part after the prefix too.
    fn parse(secret: &Secret) -> Option<(Self, Secret)> {
        let bare = secret.expose().trim().strip_prefix("whsec_")?;
        let bytes = STANDARD.decode(bare).ok()?;
        if !(MIN_SECRET_BYTES..=MAX_SECRET_BYTES).contains(&bytes.len()) {
            return None;
        }
        let mac = Hmac::new_from_slice(&bytes).ok()?;
        Some((Self(mac), Secret::new(bare)))
    }

    fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

fn body(n: &Notification, include_parameters: bool) -> Json {
    let (subject, prefix) = if n.task.is_some() { ("task_run", "TaskRun") } else { ("flow_run", "FlowRun") };
    let (what, suffix) = match n.event {
        EventKind::StateChange => ("state_changed", "StateChange"),
        EventKind::Late => ("late", "Late"),
        EventKind::Stuck => ("stuck", "Stuck"),
        EventKind::HeartbeatLost => ("heartbeat_lost", "HeartbeatLost"),
        EventKind::AgentUnhealthy => ("agent_unhealthy", "AgentUnhealthy"),
        EventKind::DeliveryDead => ("delivery_dead", "DeliveryDead"),
    };
    let event_kind = format!("{prefix}{suffix}");
    json!({
        "type": format!("{subject}.{what}"),
        "timestamp": n.occurred_at,
        "data": data(n),
        "event": event(n, &event_kind, include_parameters),
    })
}

/// What people's new endpoints read.
fn data(n: &Notification) -> Json {
    let mut data = json!({
        "is_final": n.is_final(),
        "run_count": n.run_count,
        "will_retry": n.will_retry,
        "duration_seconds": n.duration.map(|duration| duration.as_secs_f64()),
        "error": n.error().map(|error| clip(&error, MAX_TEXT_CHARS).into_owned()),
        "failed_task": n.failed_task.as_ref().map(failed_task),
        "links": { "flow_run": n.links.flow_run, "flow": n.links.flow },
    });
    if let Some(task) = &n.task {
        data["task"] = Json::Object(task_ref(task));
        data["links"]["task_run"] = json!(n.links.task_run);
    }
    if let Some(note) = &n.note {
        data["note"] = json!(clip(note, MAX_TEXT_CHARS));
    }
    if !n.logs.is_empty() {
        data["logs"] = n.logs.iter().rev().take(MAX_LOG_LINES).rev().map(log_line).collect();
    }
    data
}

fn log_line(LogLine { at, level, message }: &LogLine) -> Json {
    json!({ "timestamp": at, "level": level, "message": clip(message, MAX_LINE_CHARS) })
}

/// What endpoints written for Prefect's cloud hooks read.
fn event(n: &Notification, kind: &str, include_parameters: bool) -> Json {
    // The version counts the states of what changed: the task run's, or else the flow run's.
    let flow_run_version = n.version.filter(|_| n.task.is_none());
    let mut flow_run = json!({ "id": n.flow_run.id, "name": n.flow_run.name, "version": flow_run_version });
    let parameters = n.flow_run.parameters.as_ref().filter(|_| include_parameters);
    if let Some(parameters) = parameters {
        let fits = json!(parameters).to_string().len() <= MAX_PARAMETERS_BYTES;
        flow_run["parameters"] = if fits { json!(parameters) } else { Json::Null };
    }
    let tenant = n.tenant.as_ref().map(|TenantRef { id, slug }| json!({ "id": id, "slug": slug }));
    let state = match n.state.message() {
        Some(message) => n.state.clone().with_message(clip(message, MAX_TEXT_CHARS).into_owned()),
        None => n.state.clone(),
    };
    let mut event = json!({
        "id": n.event_id,
        "type": kind,
        "timestamp": n.occurred_at,
        "is_test_event": n.is_test,
        "flow_run": flow_run,
        "flow": {
            "id": n.flow.id,
            "name": n.flow.name,
            "version_group_id": n.flow.version_group_id,
            "project": n.flow.project,
        },
        "tenant": tenant,
        "state": { "version": n.version, "state": n.state.kind().name(), "serialized_state": state },
    });
    if let Some(task) = &n.task {
        let mut task = task_ref(task);
        task.insert("version".to_owned(), json!(n.version));
        event["task_run"] = Json::Object(task);
    }
    event
}

fn task_ref(TaskRef { run_id, name, slug, map_index }: &TaskRef) -> Map<String, Json> {
    let fields = [("id", json!(run_id)), ("name", json!(name)), ("slug", json!(slug))];
    let fields = fields.into_iter().chain([("map_index", json!(map_index))]);
    fields.map(|(key, value)| (key.to_owned(), value)).collect()
}

fn failed_task(FailedTask { task, reason, link }: &FailedTask) -> Json {
    let mut failed = task_ref(task);
    failed.insert("reason".to_owned(), json!(clip(reason, MAX_TEXT_CHARS)));
    failed.insert("link".to_owned(), json!(link));
    Json::Object(failed)
}

fn classify(answer: &Answer, now: Timestamp) -> Result<Receipt, SendError> {
    let retry = |kind| Err(answer.retry(kind, now));
    match answer.status {
        200..300 => Ok(answer.receipt()),
        401 | 403 => retry(SendErrorKind::Auth),
        410 => Err(answer.permanent(SendErrorKind::Rejected).gone()),
        429 => retry(SendErrorKind::RateLimited).map_err(SendError::of_destination),
        502 | 504 => retry(SendErrorKind::ServerFault).map_err(SendError::of_destination),
        500.. => retry(SendErrorKind::ServerFault),
        _ => retry(SendErrorKind::Rejected),
    }
}

impl Channel for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn render(&self, notification: &Notification) -> Payload {
        Payload::json(&body(notification, self.include_parameters))
    }

    fn render_message(&self, Message { title, text }: &Message) -> Payload {
        Payload::json(&json!({ "type": "message", "data": { "title": title, "text": text } }))
    }

    fn send<'a>(
        &'a self,
        payload: &'a Payload,
        context: &'a SendContext,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(async move {
            let &SendContext { delivery_id, event_id, now } = context;
            let (id, seconds) = (delivery_id.to_string(), now.as_second());
            let signatures: Vec<_> =
                self.keys.iter().map(|key| key.sign(&id, seconds, payload.body())).collect();
            let mut headers = vec![
                ("webhook-id", id),
                ("webhook-timestamp", seconds.to_string()),
                ("x-prefect-event-id", event_id.to_string()),
            ];
            if !signatures.is_empty() {
                headers.push(("webhook-signature", signatures.join(" ")));
            }
            let answer = self.endpoint.post(payload, &headers).await?;
            classify(&answer, now)
        })
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_json_snapshot;

    use super::*;
    use crate::testing::conformance::{SIGNING_SECRET, answer, channel_conformance};
    use crate::testing::{Reply, Request, Server, samples};
    use crate::{ChannelConfig, HttpOptions, Networks, Scope};

    channel_conformance!(Subject::new(
        |url, proxy| {
            let signing_secrets = vec![Secret::new(SIGNING_SECRET)];
            ChannelConfig::Webhook(WebhookConfig { proxy, signing_secrets, ..WebhookConfig::new(url) })
        },
        || Reply::new(202),
    ));

    const OTHER_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

    fn http() -> Http {
        Http::new(HttpOptions { networks: Networks::any(), ..HttpOptions::default() }).unwrap()
    }

    fn webhook(url: &str, secrets: &[&str]) -> Result<Webhook, ConfigError> {
        let signing_secrets = secrets.iter().copied().map(Secret::new).collect();
        WebhookConfig { signing_secrets, include_parameters: true, ..WebhookConfig::new(url) }.build(&http())
    }

    fn render(notification: &Notification) -> Json {
        let webhook = webhook("https://example.com/", &[]).unwrap();
        serde_json::from_str(webhook.render(notification).body()).unwrap()
    }

    async fn sent(secrets: &[&str]) -> (Payload, Request) {
        let server = Server::start([Reply::new(204)]);
        let webhook = webhook(&server.url("/"), secrets).unwrap();
        let payload = webhook.render(&samples::flow_failed());
        webhook.send(&payload, &samples::context()).await.unwrap();
        (payload, server.requests().remove(0))
    }

    #[test]
    fn bodies() {
        assert_json_snapshot!("body_of_a_success", render(&samples::flow_succeeded()));
        assert_json_snapshot!("body_of_a_task", render(&samples::task_failed()));
        assert_json_snapshot!("body_of_a_flow", render(&samples::flow_failed()));
        let message = Message { title: None, text: "three new orders".to_owned() };
        let webhook = webhook("https://example.com/", &[]).unwrap();
        let payload = webhook.render_message(&message);
        assert_eq!(payload.body(), r#"{"type":"message","data":{"title":null,"text":"three new orders"}}"#);
    }

    #[test]
    fn what_else_there_is_to_say_is_among_the_data() {
        let body = render(&samples::flow_late());
        assert_eq!((&body["type"], &body["event"]["type"]), (&json!("flow_run.late"), &json!("FlowRunLate")));
        assert_eq!(body["data"]["note"], "It was to start at 2026-11-20 21:53:17 UTC.");
        let line = json!({ "timestamp": samples::now(), "level": "ERROR", "message": "Still waiting." });
        assert_eq!(body["data"]["logs"][1], line);
        assert_eq!(render(&samples::flow_failed())["data"].get("note"), None);
    }

    #[test]
    fn parameters_are_told_on_request_only_and_if_they_fit() {
        let mut sample = samples::flow_failed();
        assert_eq!(body(&sample, false)["event"]["flow_run"].get("parameters"), None);
        let long = Map::from_iter([("p".to_owned(), json!("x".repeat(MAX_PARAMETERS_BYTES - 8)))]);
        sample.flow_run.parameters = Some(long);
        assert!(body(&sample, true)["event"]["flow_run"]["parameters"].is_object());
        let longer = Map::from_iter([("p".to_owned(), json!("x".repeat(MAX_PARAMETERS_BYTES - 7)))]);
        sample.flow_run.parameters = Some(longer);
        assert!(body(&sample, true)["event"]["flow_run"]["parameters"].is_null());
    }

    #[test]
    fn long_texts_are_cut() {
        let body = render(&samples::long('č', MAX_TEXT_CHARS + 1));
        for text in [
            &body["data"]["error"],
            &body["data"]["failed_task"]["reason"],
            &body["event"]["state"]["serialized_state"]["message"],
        ] {
            let text = text.as_str().unwrap();
            assert_eq!(text.chars().count(), MAX_TEXT_CHARS);
            assert!(text.ends_with("20001 characters in all]"));
        }
    }

    #[tokio::test]
    async fn the_signature_is_that_of_the_standard() {
        let (payload, request) = sent(&[SIGNING_SECRET, OTHER_SECRET]).await;
        let header = |name: &str| request.header(name).unwrap();
        let context = samples::context();
        assert_eq!(header("webhook-id"), context.delivery_id.to_string());
        assert_eq!(header("webhook-timestamp"), context.now.as_second().to_string());
        assert_eq!(header("x-prefect-event-id"), context.event_id.to_string());
        for secret in [SIGNING_SECRET, OTHER_SECRET] {
            let verifier = standardwebhooks::Webhook::new(secret).unwrap();
            let signature = verifier
                .sign(header("webhook-id"), context.now.as_second(), payload.body().as_bytes())
                .unwrap();
            assert!(header("webhook-signature").split(' ').any(|one| one == signature));
        }
        assert_eq!(header("webhook-signature").split(' ').count(), 2);
    }

    #[tokio::test]
    async fn an_answer_that_repeats_the_secret_is_not_repeated() {
        let bare = SIGNING_SECRET.trim_start_matches("whsec_");
        let server = Server::start([Reply::new(400).body(format!("bad {SIGNING_SECRET}, or {bare}"))]);
        let webhook = webhook(&server.url("/"), &[SIGNING_SECRET]).unwrap();
        let payload = webhook.render(&samples::flow_failed());
        let error = webhook.send(&payload, &samples::context()).await.unwrap_err();
        assert_eq!(error.to_string(), "answered 400: bad [secret], or [secret]");
    }

    #[tokio::test]
    async fn without_a_secret_there_is_no_signature() {
        let (_, request) = sent(&[]).await;
        assert_eq!(request.header("webhook-signature"), None);
        assert!(request.header("webhook-id").is_some());
    }

    #[test]
    fn a_bad_signing_secret_is_named_and_not_shown() {
        let long = format!("whsec_{}", STANDARD.encode([7; MAX_SECRET_BYTES + 1]));
        let bare = SIGNING_SECRET.trim_start_matches("whsec_");
        for bad in ["", "hunter2", bare, "whsec_hunter2", "whsec_AAECAwQFBgc=", &long] {
            let error = webhook("https://example.com/", &[OTHER_SECRET, bad]).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains("entry 1 of signing_secrets") && text.contains("whsec_"), "{text}");
            assert!(bad.is_empty() || !text.contains(bad), "{text}");
        }
        for bytes in [MIN_SECRET_BYTES, MAX_SECRET_BYTES] {
            let good = format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
            assert!(webhook("https://example.com/", &[&good]).is_ok());
        }
    }

    #[test]
    fn what_a_server_answers() {
        use SendErrorKind::{Auth, RateLimited, Rejected, ServerFault};
        let table = [
            (301, Rejected, true, Scope::ThisMessage),
            (400, Rejected, true, Scope::ThisMessage),
            (401, Auth, true, Scope::ThisMessage),
            (404, Rejected, true, Scope::ThisMessage),
            (410, Rejected, false, Scope::Destination),
            (429, RateLimited, true, Scope::Destination),
            (500, ServerFault, true, Scope::ThisMessage),
            (502, ServerFault, true, Scope::Destination),
            (503, ServerFault, true, Scope::ThisMessage),
            (504, ServerFault, true, Scope::Destination),
        ];
        for (status, kind, retryable, scope) in table {
            let error = classify(&answer(status, "", true), samples::now()).unwrap_err();
            assert_eq!((error.kind, error.is_retryable(), error.scope), (kind, retryable, scope), "{error}");
            assert_eq!(error.is_gone(), status == 410);
        }
        for status in [200, 201, 202, 204, 299] {
            assert!(classify(&answer(status, "whatever", false), samples::now()).is_ok());
        }
    }
}
