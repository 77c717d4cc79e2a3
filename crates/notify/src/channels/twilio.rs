//! SMS, by Twilio's Messages resource (<https://www.twilio.com/docs/messaging/api/message-resource>).
//!
//! *Auth*: HTTP basic auth with the Account SID and the Auth Token. *Success*: 201, which means that the
//! message is queued and not that it is on the phone.
//!
//! *Again*: 429, a full queue (21611, 30001) and 5xx. *Never*: every other 4xx. An error has a number of
//! Twilio's own in its body, which is more exact than the status: what is wrong with the account or with one
//! of the numbers (20003, 21211, 21705, ...) concerns the whole destination, what is wrong with the text
//! (21602, 21617, 14103) this message only. Twilio has no idempotency key: who tries an ambiguous attempt
//! again may send a second message.
//!
//! *Limits*: 1,600 characters, counted in UTF-16, the most that they may count for.
//!
//! A channel has one number to send to, since one attempt is one request and one request is one message.
//! Several numbers are several channels; so one that cannot be reached keeps no other from being told.
//!
//! The payload is the form without the numbers: where a message goes is decided when it is sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campana_model::notification::Message;
use campana_model::{Notification, Secret, Timestamp};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::text::one_line;
use crate::words::{Limits, details, fit, headline};
use crate::{
    Answer, BoxFuture, Channel, ConfigError, Endpoint, Http, Payload, Receipt, SendContext, SendError,
    SendErrorKind,
};

/// The configuration of [`Twilio`]. It has either a messaging service or a number to send from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwilioConfig {
    /// The Account SID: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The Auth Token.
    pub auth_token: Secret,
    /// The number to send to, in E.164: `+15005550006`.
    pub to: String,
    /// The Messaging Service SID: `MG` and 32 hexadecimal digits.
    #[serde(default)]
    pub messaging_service_sid: Option<String>,
    /// The number or the name to send from, in place of a messaging service.
    #[serde(default)]
    pub from: Option<String>,
    /// Where the API is.
    #[serde(default = "default_api_url")]
    pub api_url: Secret,
    /// The URL of an HTTP proxy for this channel.
    #[serde(default)]
    pub proxy: Option<Secret>,
}

fn default_api_url() -> Secret {
    Secret::new("https://api.twilio.com")
}

impl TwilioConfig {
    /// Messages of this account's messaging service to this number.
    pub fn new(
        account_sid: impl Into<String>,
        auth_token: impl Into<Secret>,
        messaging_service_sid: impl Into<String>,
        to: impl Into<String>,
    ) -> Self {
        Self {
            account_sid: account_sid.into(),
            auth_token: auth_token.into(),
            to: to.into(),
            messaging_service_sid: Some(messaging_service_sid.into()),
            from: None,
            api_url: default_api_url(),
            proxy: None,
        }
    }

    /// Checks the configuration and makes the channel.
    ///
    /// # Errors
    /// If a URL cannot be used, a SID or the number to send to is not of its form, or there is not exactly one
    /// sender.
    pub fn build(self, http: &Http) -> Result<Twilio, ConfigError> {
        let Self { account_sid, auth_token, to, messaging_service_sid, from, api_url, proxy } = self;
        let malformed = |field, wanted| ConfigError::Malformed { field, wanted };
        if !is_sid("AC", &account_sid) {
            return Err(malformed("account_sid", "an Account SID; it is AC and 32 hexadecimal digits"));
        }
        if !is_phone_number(&to) {
            return Err(malformed("to", "a phone number in E.164; write it like +15005550006"));
        }
        let sender = match (messaging_service_sid, from) {
            (Some(sid), None) if is_sid("MG", &sid) => ("MessagingServiceSid", sid),
            (Some(_), None) => {
                let wanted = "a Messaging Service SID; it is MG and 32 hexadecimal digits";
                return Err(malformed("messaging_service_sid", wanted));
            }
            (None, Some(from)) => ("From", from),
            _ => return Err(malformed("from", "the only sender; give it or messaging_service_sid")),
        };
        let basic = STANDARD.encode(format!("{account_sid}:{}", auth_token.expose()));
        let endpoint = http.through(proxy)?.endpoint("api_url", &api_url)?;
        let endpoint = endpoint.join(["2010-04-01", "Accounts", &account_sid, "Messages.json"]);
        let endpoint = endpoint.hiding(&auth_token).hiding(&Secret::new(basic.as_str()));
        let addresses =
            Serializer::new(String::new()).append_pair("To", &to).append_pair(sender.0, &sender.1).finish();
        Ok(Twilio { endpoint, authorization: Secret::new(format!("Basic {basic}")), addresses })
    }
}

fn is_sid(prefix: &str, text: &str) -> bool {
    let digits = text.strip_prefix(prefix).unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether it is `+`, a country code and a number: 15 digits at most.
fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

/// A message.
const MAX_BODY_CHARS: usize = 1_600;
/// Of a change of state: with the words around them, all parts together are shorter than a message may be.
const LIMITS: Limits = Limits { name_chars: 100, text_chars: 500, reason_chars: 150, link_chars: 350 };

/// A channel to one phone number.
#[derive(Clone, Debug)]
pub struct Twilio {
    endpoint: Endpoint,
    authorization: Secret,
    /// Whom it goes to and comes from, as the rest of a form.
    addresses: String,
}

fn form(text: &str) -> Payload {
    let body = Serializer::new(String::new()).append_pair("Body", text).finish();
    Payload::new("application/x-www-form-urlencoded", body)
}

/// An error as Twilio tells it.
#[derive(Deserialize)]
struct TwilioError {
    code: u32,
}

fn classify(answer: &Answer, now: Timestamp) -> Result<Receipt, SendError> {
    use SendErrorKind::{Auth, RateLimited, Rejected, ServerFault};
    let error = serde_json::from_str(&answer.body).ok().map(|TwilioError { code }| code);
    match (answer.status, error) {
        (201, _) => Ok(answer.receipt()),
        // Too many requests, too many messages, a full queue.
        (429, _) | (400.., Some(14107 | 20429 | 21611 | 30001)) => {
            Err(answer.retry(RateLimited, now).of_destination())
        }
        (408 | 500.., _) => Err(answer.retry(ServerFault, now)),
        (410, _) => Err(answer.permanent(Rejected).gone()),
        (401 | 403, _) | (400.., Some(20003 | 20005 | 20403)) => Err(answer.permanent(Auth).of_destination()),
        // The account, the number to send to, the sender, the messaging service.
        (404, _)
        | (
            400..,
            Some(
                21211 | 21212 | 21408 | 21601 | 21603..=21606 | 21608..=21610 | 21612..=21614 | 21703 | 21705,
            ),
        ) => Err(answer.permanent(Rejected).of_destination()),
        _ => Err(answer.permanent(Rejected)),
    }
}

impl Channel for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn render(&self, notification: &Notification) -> Payload {
        let headline = headline(notification, LIMITS);
        form(&[vec![headline], details(notification, LIMITS)].concat().join("\n"))
    }

    fn render_message(&self, Message { title, text }: &Message) -> Payload {
        let text = match title {
            Some(title) => format!("{}\n{text}", one_line(title)),
            None => text.clone(),
        };
        form(&fit(&text, MAX_BODY_CHARS))
    }

    fn send<'a>(
        &'a self,
        payload: &'a Payload,
        context: &'a SendContext,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(async move {
            let body = format!("{}&{}", payload.body(), self.addresses);
            let form = Payload::new(payload.content_type().to_owned(), body);
            let headers = [("authorization", self.authorization.expose().to_owned())];
            let answer = self.endpoint.post(&form, &headers).await?;
            classify(&answer, context.now)
        })
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::testing::conformance::{TOKEN, answer, channel_conformance, keeps_secrets};
    use crate::testing::{Reply, Server, samples};
    use crate::{ChannelConfig, HttpOptions, Networks, Scope};

    const ACCOUNT_SID: &str = "AC00000000000000000000000000000000";
    const SERVICE_SID: &str = "MG0123456789abcdef0123456789ABCDEF";

    fn config(url: impl Into<Secret>) -> TwilioConfig {
        let api_url = url.into();
        TwilioConfig { api_url, ..TwilioConfig::new(ACCOUNT_SID, TOKEN, SERVICE_SID, "+15005550006") }
    }

    channel_conformance!(Subject {
        added_path: "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json",
        body: |payload| format!("{}&To=%2B15005550006&MessagingServiceSid={SERVICE_SID}", payload.body()),
        ..Subject::new(
            |url, proxy| ChannelConfig::Twilio(TwilioConfig { proxy, ..config(url) }),
            || Reply::new(201).body(r#"{"sid": "SM1", "status": "queued"}"#),
        )
    });

    fn build(config: TwilioConfig) -> Result<Twilio, ConfigError> {
        config.build(&Http::new(HttpOptions { networks: Networks::any(), ..HttpOptions::default() }).unwrap())
    }

    /// The text of a message, as Twilio reads it.
    fn text(payload: &Payload) -> String {
        let pairs: Vec<_> = url::form_urlencoded::parse(payload.body().as_bytes()).into_owned().collect();
        let [(name, text)] = pairs.as_slice() else { panic!("{pairs:?}") };
        assert_eq!((name.as_str(), payload.content_type()), ("Body", "application/x-www-form-urlencoded"));
        text.clone()
    }

    fn render(notification: &Notification) -> String {
        text(&build(config("https://api.example.com")).unwrap().render(notification))
    }

    #[test]
    fn texts() {
        assert_snapshot!("text_of_a_success", render(&samples::flow_succeeded()));
        assert_snapshot!("text_of_a_task", render(&samples::task_failed()));
        assert_snapshot!("text_of_a_flow", render(&samples::flow_failed()));
        assert_snapshot!("text_of_the_hostile", render(&samples::hostile()));
    }

    #[test]
    fn messages() {
        let render = |message: Message| {
            text(&build(config("https://api.example.com")).unwrap().render_message(&message))
        };
        assert_eq!(render("a & b = 100 % + č\u{1b}".into()), "a & b = 100 % + č\u{fffd}");
        let titled = Message { title: Some("Report\nof today".to_owned()), text: "done".to_owned() };
        assert_eq!(render(titled), "Report of today\ndone");
        for (fill, chars) in [("č", MAX_BODY_CHARS), ("🔔", MAX_BODY_CHARS / 2)] {
            let whole = fill.repeat(chars);
            assert_eq!(render(whole.as_str().into()), whole);
            let cut = render(format!("{whole}{fill}").into());
            assert!((MAX_BODY_CHARS - 1..=MAX_BODY_CHARS).contains(&cut.encode_utf16().count()));
            assert!(cut.ends_with(&format!("{fill}… [cut, {} characters in all]", chars + 1)), "{cut}");
        }
    }

    #[test]
    fn the_limit_holds_at_every_length_and_the_link_is_kept() {
        let Limits { name_chars, text_chars, reason_chars, link_chars: _ } = LIMITS;
        let lengths =
            [name_chars, text_chars, reason_chars].into_iter().flat_map(|limit| limit - 1..=limit + 1);
        for chars in lengths.chain([20_000]) {
            for fill in ['x', '"', '\n', 'č', '🔔', '\u{1b}'] {
                let mut sample = samples::long(fill, chars);
                let link = format!("https://campana.example.com/{}", "x".repeat(LIMITS.link_chars - 28));
                sample.links.task_run = Some(link.clone());
                let text = render(&sample);
                assert!(text.encode_utf16().count() <= MAX_BODY_CHARS, "{chars} {fill:?}");
                assert!(text.ends_with(&link), "{text}");
            }
        }
    }

    #[tokio::test]
    async fn an_answer_that_repeats_the_password_is_not_repeated() {
        let basic = STANDARD.encode(format!("{ACCOUNT_SID}:{TOKEN}"));
        let echo = format!("bad {TOKEN}, Basic {basic}");
        let server = Server::start([Reply::new(201).body(echo.clone()), Reply::new(401).body(echo)]);
        let twilio = build(config(server.url("/"))).unwrap();
        let payload = twilio.render(&samples::flow_failed());
        let receipt = twilio.send(&payload, &samples::context()).await.unwrap();
        assert_eq!(receipt.answer, "bad [secret], Basic [secret]");
        let error = twilio.send(&payload, &samples::context()).await.unwrap_err();
        assert_eq!(error.to_string(), "answered 401: bad [secret], Basic [secret]");
        for request in server.requests() {
            assert_eq!(request.header("authorization"), Some(format!("Basic {basic}").as_str()));
        }
    }

    #[tokio::test]
    async fn a_number_sends_too() {
        let server = Server::start([Reply::new(201)]);
        let from = Some("+15005550001".to_owned());
        let twilio =
            build(TwilioConfig { messaging_service_sid: None, from, ..config(server.url("/")) }).unwrap();
        twilio.send(&twilio.render_message(&"hi".into()), &samples::context()).await.unwrap();
        assert_eq!(server.requests()[0].body, "Body=hi&To=%2B15005550006&From=%2B15005550001");
    }

    #[test]
    fn what_is_not_of_its_form_is_named() {
        let good = || config("https://api.example.com");
        let with_to = |to: &str| TwilioConfig { to: to.to_owned(), ..good() };
        let with_account = |sid: &str| TwilioConfig { account_sid: sid.to_owned(), ..good() };
        let service = Some("MG1".to_owned());
        let from = Some("+15005550001".to_owned());
        let bad = [
            (with_to("15005550006"), "to is"),
            (with_to("+1 500 555 0006"), "to is"),
            (with_to("+05005550006"), "to is"),
            (with_to("+123456"), "to is"),
            (with_to("+1234567890123456"), "to is"),
            (with_to("+15005550006&From=x"), "to is"),
            (with_account("AC1/../x"), "account_sid is"),
            (with_account(SERVICE_SID), "account_sid is"),
            (TwilioConfig { messaging_service_sid: service, ..good() }, "messaging_service_sid is"),
            (TwilioConfig { messaging_service_sid: None, ..good() }, "from is"),
            (TwilioConfig { from, ..good() }, "from is"),
        ];
        for (config, named) in bad {
            let error = build(config).unwrap_err();
            assert!(error.to_string().starts_with(named), "{error}");
            keeps_secrets(&format!("{error} {error:?}"));
        }
        for to in ["+1234567", "+123456789012345"] {
            build(with_to(to)).unwrap();
        }
    }

    #[test]
    fn what_twilio_answers() {
        use SendErrorKind::{Auth, RateLimited, Rejected, ServerFault};
        let table = [
            (200, None, Rejected, false, Scope::ThisMessage),
            (400, None, Rejected, false, Scope::ThisMessage),
            (400, Some(14103), Rejected, false, Scope::ThisMessage),
            (400, Some(14107), RateLimited, true, Scope::Destination),
            (400, Some(20003), Auth, false, Scope::Destination),
            (400, Some(21211), Rejected, false, Scope::Destination),
            (400, Some(21602), Rejected, false, Scope::ThisMessage),
            (400, Some(21606), Rejected, false, Scope::Destination),
            (400, Some(21610), Rejected, false, Scope::Destination),
            (400, Some(21611), RateLimited, true, Scope::Destination),
            (400, Some(21617), Rejected, false, Scope::ThisMessage),
            (400, Some(21705), Rejected, false, Scope::Destination),
            (400, Some(30001), RateLimited, true, Scope::Destination),
            (401, Some(20003), Auth, false, Scope::Destination),
            (404, Some(20404), Rejected, false, Scope::Destination),
            (408, None, ServerFault, true, Scope::ThisMessage),
            (410, None, Rejected, false, Scope::Destination),
            (429, Some(20429), RateLimited, true, Scope::Destination),
            (500, Some(20500), ServerFault, true, Scope::ThisMessage),
            (503, Some(20503), ServerFault, true, Scope::ThisMessage),
        ];
        for (status, code, kind, retryable, scope) in table {
            let body = code
                .map_or_else(|| "<html>".to_owned(), |code| format!(r#"{{"code": {code}, "message": "m"}}"#));
            let error = classify(&answer(status, &body, true), samples::now()).unwrap_err();
            assert_eq!((error.kind, error.is_retryable(), error.scope), (kind, retryable, scope), "{error}");
            assert_eq!(error.is_gone(), status == 410);
        }
        // A body that was broken off says nothing more; the message is queued all the same.
        let receipt = classify(&answer(201, "{\"si", false), samples::now()).unwrap();
        assert_eq!(receipt, Receipt { status: 201, answer: "{\"si".to_owned() });
    }
}
