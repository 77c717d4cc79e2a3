//! Pushbullet, to all devices of one account (<https://docs.pushbullet.com/#create-push>).
//!
//! *Auth*: the header `Access-Token`. *Success*: 200. `guid` is the delivery's id, by which Pushbullet takes
//! the same push once only: an ambiguous attempt may be tried again without a risk.
//!
//! *Again*: 429 (for the whole destination, until the time in `Retry-After` or `X-Ratelimit-Reset`) and 5xx.
//! *Never*: every other 4xx. A free account may push 500 times in a month; more is a 400 with the code
//! `pushbullet_pro_required`, which concerns the whole destination and no wait worth having mends.
//!
//! *Limits*: there are none on paper. What a phone shows is short, so texts are bounded all the same.

use std::time::Duration;

use campana_model::notification::Message;
use campana_model::{Notification, Secret, Timestamp};
use serde::Deserialize;
use serde_json::json;

use crate::http::MAX_RETRY_AFTER;
use crate::text::one_line;
use crate::words::{Limits, details, fit, headline};
use crate::{
    Answer, BoxFuture, Channel, ConfigError, Endpoint, Http, Payload, Receipt, SendContext, SendError,
    SendErrorKind,
};

/// The configuration of [`Pushbullet`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushbulletConfig {
    /// The access token, from the settings of the account.
    pub access_token: Secret,
    /// Where the API is.
    #[serde(default = "default_api_url")]
    pub api_url: Secret,
    /// The URL of an HTTP proxy for this channel.
    #[serde(default)]
    pub proxy: Option<Secret>,
}

fn default_api_url() -> Secret {
    Secret::new("https://api.pushbullet.com")
}

impl PushbulletConfig {
    /// Pushes to the account with this access token.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self { access_token: access_token.into(), api_url: default_api_url(), proxy: None }
    }

    /// Checks the configuration and makes the channel.
    ///
    /// # Errors
    /// If a URL cannot be used, or the access token cannot be sent.
    pub fn build(self, http: &Http) -> Result<Pushbullet, ConfigError> {
        let Self { access_token, api_url, proxy } = self;
        let token = access_token.expose();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let wanted = "an access token; it is letters, digits and a dot";
            return Err(ConfigError::Malformed { field: "access_token", wanted });
        }
        let endpoint = http.through(proxy)?.endpoint("api_url", &api_url)?;
        let endpoint = endpoint.join(["v2", "pushes"]).hiding(&access_token);
        Ok(Pushbullet { endpoint, access_token })
    }
}

/// The first line.
const MAX_TITLE_CHARS: usize = 250;
/// What follows, if it is in somebody's own words.
const MAX_BODY_CHARS: usize = 4_000;
/// The parts of a change of state: three names make the title.
const LIMITS: Limits = Limits { name_chars: 60, text_chars: 2_000, reason_chars: 500, link_chars: 500 };

/// A channel to Pushbullet.
#[derive(Clone, Debug)]
pub struct Pushbullet {
    endpoint: Endpoint,
    access_token: Secret,
}

fn note(title: &str, body: &str) -> Payload {
    Payload::json(&json!({ "type": "note", "title": title, "body": body }))
}

/// An answer to a push that was not taken.
#[derive(Deserialize)]
struct Refusal {
    error: PushbulletError,
}

#[derive(Deserialize)]
struct PushbulletError {
    code: String,
}

fn classify(answer: &Answer, now: Timestamp) -> Result<Receipt, SendError> {
    let refusal = serde_json::from_str(&answer.body).ok();
    let code = refusal.map(|Refusal { error: PushbulletError { code } }| code);
    match (answer.status, code.as_deref()) {
        (200, _) => Ok(answer.receipt()),
        (429, _) => {
            let after = answer.retry_after(now).or_else(|| until_reset(answer, now));
            Err(answer.retry(SendErrorKind::RateLimited, now).after(after).of_destination())
        }
        (408 | 500.., _) => Err(answer.retry(SendErrorKind::ServerFault, now)),
        (401 | 403, _) | (400, Some("invalid_access_token")) => {
            Err(answer.permanent(SendErrorKind::Auth).of_destination())
        }
        (410, _) => Err(answer.permanent(SendErrorKind::Rejected).gone()),
        (404, _) | (400, Some("pushbullet_pro_required")) => {
            Err(answer.permanent(SendErrorKind::Rejected).of_destination())
        }
        _ => Err(answer.permanent(SendErrorKind::Rejected)),
    }
}

/// How long until the time in `X-Ratelimit-Reset`, in Unix seconds; at most as long as any wait.
fn until_reset(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let seconds: i64 = answer.headers.get("x-ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    let wait = u64::try_from(seconds.saturating_sub(now.as_second())).unwrap_or(0);
    Some(Duration::from_secs(wait).min(MAX_RETRY_AFTER))
}

impl Channel for Pushbullet {
    fn name(&self) -> &'static str {
        "pushbullet"
    }

    fn render(&self, notification: &Notification) -> Payload {
        note(&headline(notification, LIMITS), &details(notification, LIMITS).join("\n"))
    }

    fn render_message(&self, Message { title, text }: &Message) -> Payload {
        let title = title.as_deref().unwrap_or("Campana");
        note(&fit(&one_line(title), MAX_TITLE_CHARS), &fit(text, MAX_BODY_CHARS))
    }

    fn send<'a>(
        &'a self,
        payload: &'a Payload,
        context: &'a SendContext,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(async move {
            let push = payload.with([("guid", &context.delivery_id.to_string())])?;
            let headers = [("access-token", self.access_token.expose().to_owned())];
            let answer = self.endpoint.post(&push, &headers).await?;
            classify(&answer, context.now)
        })
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_json_snapshot;
    use reqwest::header::HeaderValue;
    use serde_json::Value as Json;

    use super::*;
    use crate::testing::conformance::{TOKEN, answer, channel_conformance, keeps_secrets};
    use crate::testing::{Reply, Server, samples};
    use crate::{ChannelConfig, HttpOptions, Networks, Scope, Verdict};

    channel_conformance!(Subject {
        added_path: "/v2/pushes",
        body: |payload| {
            let end = format!(r#","guid":"{}"}}"#, samples::context().delivery_id);
            payload.body().strip_suffix('}').unwrap().to_owned() + &end
        },
        ..Subject::new(
            |api_url, proxy| {
                ChannelConfig::Pushbullet(PushbulletConfig { api_url, proxy, ..PushbulletConfig::new(TOKEN) })
            },
            || Reply::new(200).body(r#"{"active": true}"#),
        )
    });

    fn build(url: &str, token: &str) -> Result<Pushbullet, ConfigError> {
        let http = Http::new(HttpOptions { networks: Networks::any(), ..HttpOptions::default() }).unwrap();
        PushbulletConfig { api_url: Secret::new(url), ..PushbulletConfig::new(token) }.build(&http)
    }

    fn pushbullet() -> Pushbullet {
        build("https://api.example.com", TOKEN).unwrap()
    }

    fn json(payload: &Payload) -> Json {
        serde_json::from_str(payload.body()).unwrap()
    }

    fn render(notification: &Notification) -> Json {
        json(&pushbullet().render(notification))
    }

    #[test]
    fn notes() {
        assert_json_snapshot!("note_of_a_success", render(&samples::flow_succeeded()));
        assert_json_snapshot!("note_of_a_task", render(&samples::task_failed()));
        assert_json_snapshot!("note_of_a_flow", render(&samples::flow_failed()));
        assert_json_snapshot!("note_of_the_hostile", render(&samples::hostile()));
    }

    #[test]
    fn messages() {
        let render = |message: Message| json(&pushbullet().render_message(&message));
        let own = render("three new orders".into());
        assert_eq!(own, json!({ "type": "note", "title": "Campana", "body": "three new orders" }));
        for (fill, chars) in [('č', 1), ('🔔', 2)] {
            let long = |max: usize| fill.to_string().repeat(max / chars + 1);
            let note = render(Message { title: Some(long(MAX_TITLE_CHARS)), text: long(MAX_BODY_CHARS) });
            for (field, max) in [("title", MAX_TITLE_CHARS), ("body", MAX_BODY_CHARS)] {
                let text = note[field].as_str().unwrap();
                assert!((max - 1..=max).contains(&text.encode_utf16().count()), "{text}");
                assert!(text.contains(&format!("{fill}… [cut, ")), "{text}");
            }
        }
    }

    #[test]
    fn the_limits_hold_at_every_length_and_the_link_is_kept() {
        let Limits { name_chars, text_chars, reason_chars, link_chars } = LIMITS;
        let lengths =
            [name_chars, text_chars, reason_chars].into_iter().flat_map(|limit| limit - 1..=limit + 1);
        let link = format!("https://campana.example.com/{}", "x".repeat(link_chars - 28));
        for chars in lengths.chain([20_000]) {
            for fill in ['x', '"', '\n', 'č', '🔔', '\u{1b}'] {
                let mut sample = samples::long(fill, chars);
                sample.links.task_run = Some(link.clone());
                let note = render(&sample);
                let length = |field: &str| note[field].as_str().unwrap().encode_utf16().count();
                assert!(length("title") <= MAX_TITLE_CHARS, "{chars} {fill:?}");
                assert!(length("body") <= MAX_BODY_CHARS, "{chars} {fill:?}");
                assert!(note["body"].as_str().unwrap().ends_with(&link));
            }
        }
    }

    #[tokio::test]
    async fn each_attempt_has_the_token_and_the_guid_of_the_delivery() {
        let server = Server::start([Reply::new(500), Reply::new(200)]);
        let channel = build(&server.url("/"), TOKEN).unwrap();
        let payload = channel.render_message(&"hi".into());
        channel.send(&payload, &samples::context()).await.unwrap_err();
        channel.send(&payload, &samples::context()).await.unwrap();
        let requests = server.requests();
        for request in &requests {
            assert_eq!(request.header("access-token"), Some(TOKEN));
            let body: Json = serde_json::from_str(&request.body).unwrap();
            assert_eq!(body["guid"], json!(samples::context().delivery_id.to_string()));
        }
        assert_eq!(requests[0].body, requests[1].body);
    }

    #[test]
    fn a_token_that_cannot_be_sent_is_named_and_not_shown() {
        for bad in [String::new(), format!("{TOKEN} "), format!("{TOKEN}\r\nx: y"), format!("{TOKEN}č")] {
            let error = build("https://api.example.com", &bad).unwrap_err();
            assert!(error.to_string().starts_with("access_token is not"), "{error}");
            keeps_secrets(&format!("{error} {error:?}"));
        }
    }

    #[tokio::test]
    async fn an_answer_that_repeats_the_token_is_not_repeated() {
        let server = Server::start([Reply::new(401).body(format!("no account has {TOKEN}"))]);
        let channel = build(&server.url("/"), TOKEN).unwrap();
        let payload = channel.render_message(&"hi".into());
        let error = channel.send(&payload, &samples::context()).await.unwrap_err();
        assert_eq!(error.to_string(), "answered 401: no account has [secret]");
    }

    #[test]
    fn what_pushbullet_answers() {
        use SendErrorKind::{Auth, RateLimited, Rejected, ServerFault};
        let table = [
            (201, "", Rejected, false, Scope::ThisMessage),
            (400, "invalid_param", Rejected, false, Scope::ThisMessage),
            (400, "invalid_access_token", Auth, false, Scope::Destination),
            (400, "pushbullet_pro_required", Rejected, false, Scope::Destination),
            (401, "invalid_access_token", Auth, false, Scope::Destination),
            (403, "", Auth, false, Scope::Destination),
            (404, "", Rejected, false, Scope::Destination),
            (408, "", ServerFault, true, Scope::ThisMessage),
            (410, "", Rejected, false, Scope::Destination),
            (429, "ratelimited", RateLimited, true, Scope::Destination),
            (500, "server", ServerFault, true, Scope::ThisMessage),
        ];
        for (status, code, kind, retryable, scope) in table {
            let body = json!({ "error": { "code": code, "type": "invalid_request", "cat": "(=^..^=)" } });
            let error = classify(&answer(status, &body.to_string(), true), samples::now()).unwrap_err();
            assert_eq!((error.kind, error.is_retryable(), error.scope), (kind, retryable, scope), "{error}");
            assert_eq!(error.is_gone(), status == 410);
        }
        assert!(classify(&answer(200, "{\"act", false), samples::now()).is_ok());
    }

    #[test]
    fn the_reset_of_the_rate_is_waited_for() {
        let now = samples::now().as_second();
        let table = [
            (now + 42, None, Some(42)),
            (now + 42, Some("7"), Some(7)),
            (now - 42, None, Some(0)),
            (i64::MAX, None, Some(3_600)),
            (i64::MIN, None, Some(0)),
        ];
        for (reset, retry_after, seconds) in table {
            let mut limited = answer(429, "", true);
            limited.headers.insert("x-ratelimit-reset", HeaderValue::from(reset));
            if let Some(value) = retry_after {
                limited.headers.insert("retry-after", HeaderValue::from_static(value));
            }
            let error = classify(&limited, samples::now()).unwrap_err();
            assert_eq!(error.verdict, Verdict::Retry { after: seconds.map(Duration::from_secs) });
        }
    }
}
