//! Twilio's Messages resource: <https://www.twilio.com/docs/messaging/api/message-resource>.
//!
//! Answers 201 with the message's SID, or an error with the number that Twilio gives. Any Auth Token is taken,
//! for the account in the path.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campana_model::id::EventId;
use hyper::StatusCode;
use serde_json::json;
use url::form_urlencoded;

use super::Answer;
use crate::{Card, Part, ReceivedMessage, Request, Text};

const MAX_BODY_CHARS: usize = 1_600;

/// An error: its status, its number and its words.
type Refusal = (StatusCode, u32, &'static str);

const NOT_FOUND: Refusal = (StatusCode::NOT_FOUND, 20404, "The requested resource was not found");
const NO_CREDENTIALS: Refusal = (StatusCode::UNAUTHORIZED, 20003, "Authenticate");
const NO_TO: Refusal = bad(21604, "A 'To' phone number is required.");
const BAD_TO: Refusal = bad(21211, "The 'To' number is not a valid phone number.");
const NO_FROM: Refusal = bad(21603, "A 'From' phone number is required.");
const BAD_SERVICE: Refusal = bad(21705, "The Messaging Service Sid is invalid.");
const NO_BODY: Refusal = bad(21602, "Message body is required.");
const LONG_BODY: Refusal = bad(21617, "The concatenated message body exceeds the 1600 character limit.");

const fn bad(code: u32, message: &'static str) -> Refusal {
    (StatusCode::BAD_REQUEST, code, message)
}

pub(super) fn answer(request: &Request) -> Answer {
    let read = account(request).and_then(|account| Ok((account, Sms::read(&request.body)?)));
    match read {
        Ok((account, sms)) => {
            let body = json!({
                // Any 32 digits that no other message has.
                "sid": format!("SM{}", EventId::new().to_string().replace('-', "")),
                "account_sid": account,
                "to": sms.to,
                "from": if sms.of_service { None } else { Some(&sms.sender) },
                "messaging_service_sid": if sms.of_service { Some(&sms.sender) } else { None },
                "body": sms.body,
                "status": if sms.of_service { "accepted" } else { "queued" },
                "direction": "outbound-api",
                "error_code": null,
                "error_message": null,
            });
            Answer::accept(StatusCode::CREATED, "", sms.into_message()).with_json(&body)
        }
        Err((status, code, message)) => {
            let more_info = format!("https://www.twilio.com/docs/errors/{code}");
            let body = json!({
                "code": code, "message": message, "more_info": more_info, "status": status.as_u16(),
            });
            Answer::refuse(status, &format!("{code} {message}")).with_json(&body)
        }
    }
}

/// The account in the path, if the request has credentials for it.
fn account(request: &Request) -> Result<&str, Refusal> {
    let path = request.path.expose();
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let (_, rest) = path.split_once("/2010-04-01/Accounts/").ok_or(NOT_FOUND)?;
    let account = rest.strip_suffix("/Messages.json").ok_or(NOT_FOUND)?;
    let basic = request.header("authorization").and_then(|value| value.strip_prefix("Basic "));
    let credentials = basic.and_then(|basic| STANDARD.decode(basic.trim()).ok()).ok_or(NO_CREDENTIALS)?;
    let credentials = String::from_utf8(credentials).map_err(|_| NO_CREDENTIALS)?;
    match credentials.split_once(':') {
        Some((user, password)) if user == account && !password.is_empty() => Ok(account),
        _ => Err(NO_CREDENTIALS),
    }
}

#[derive(Debug, Default)]
struct Sms {
    to: String,
    sender: String,
    of_service: bool,
    body: String,
}

impl Sms {
    fn read(form: &[u8]) -> Result<Self, Refusal> {
        let mut sms = Self::default();
        for (name, value) in form_urlencoded::parse(form) {
            let value = value.into_owned();
            match &*name {
                "To" => sms.to = value,
                "Body" => sms.body = value,
                "MessagingServiceSid" => (sms.sender, sms.of_service) = (value, true),
                "From" if !sms.of_service => sms.sender = value,
                _ => {}
            }
        }
        let digits = sms.to.strip_prefix('+').unwrap_or_default();
        let is_number =
            (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        match sms {
            Self { ref to, .. } if to.is_empty() => Err(NO_TO),
            Self { .. } if !is_number => Err(BAD_TO),
            Self { ref sender, .. } if sender.is_empty() => Err(NO_FROM),
            Self { ref sender, of_service: true, .. } if !sender.starts_with("MG") => Err(BAD_SERVICE),
            Self { ref body, .. } if body.is_empty() => Err(NO_BODY),
            Self { ref body, .. } if body.encode_utf16().count() > MAX_BODY_CHARS => Err(LONG_BODY),
            sms => Ok(sms),
        }
    }

    fn into_message(self) -> ReceivedMessage {
        let Self { to, sender, of_service: _, body } = self;
        let card = Card {
            author: Some(Text::Plain(format!("SMS to {to} from {sender}"))),
            body: vec![Part::Text(Text::Plain(body))],
            ..Card::default()
        };
        ReceivedMessage { cards: vec![card], signature: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    const PATH: &str = "/twilio/2010-04-01/Accounts/AC1/Messages.json";
    const FORM: &str = "Body=a+%26+b&To=%2B15005550006&MessagingServiceSid=MG1";

    fn post(
        path: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> (u16, Json, Result<ReceivedMessage, String>) {
        let mut request = Request::post(path, form.to_owned());
        if let Some(credentials) = authorization {
            let basic = format!("Basic {}", STANDARD.encode(credentials));
            request.headers.insert("authorization", basic.parse().unwrap());
        }
        let answer = answer(&request);
        assert_eq!(answer.content_type, Some("application/json"));
        (answer.status.as_u16(), serde_json::from_str(&answer.body).unwrap(), answer.verdict)
    }

    #[test]
    fn a_message_is_shown_and_has_a_sid() {
        let (status, body, message) = post(PATH, Some("AC1:token"), FORM);
        let message = message.unwrap();
        assert_eq!((status, message.text().as_str()), (201, "a & b"));
        let author = message.cards[0].author.as_ref().unwrap().plain();
        assert_eq!(author, "SMS to +15005550006 from MG1");
        assert_eq!((&body["status"], &body["account_sid"]), (&json!("accepted"), &json!("AC1")));
        let sid = body["sid"].as_str().unwrap();
        assert!(sid.starts_with("SM") && sid.len() == 34, "{sid}");
        let (_, other, _) = post(PATH, Some("AC1:token"), "Body=x&To=%2B15005550006&From=%2B15005550001");
        assert_eq!((&other["status"], &other["from"]), (&json!("queued"), &json!("+15005550001")));
        assert_ne!(other["sid"], body["sid"]);
    }

    #[test]
    fn what_twilio_refuses_is_refused_with_its_number() {
        let credentials = Some("AC1:token");
        let body = |chars: usize| format!("To=%2B15005550006&From=x&Body={}", "x".repeat(chars));
        for (path, credentials, form, status, code) in [
            ("/twilio", credentials, FORM, 404, 20404),
            ("/twilio/2010-04-01/Accounts/AC1/Calls.json", credentials, FORM, 404, 20404),
            (PATH, None, FORM, 401, 20003),
            (PATH, Some("AC1"), FORM, 401, 20003),
            (PATH, Some("AC1:"), FORM, 401, 20003),
            (PATH, Some("AC2:token"), FORM, 401, 20003),
            (PATH, credentials, "Body=x&From=x", 400, 21604),
            (PATH, credentials, "Body=x&From=x&To=15005550006", 400, 21211),
            (PATH, credentials, "Body=x&From=x&To=%2Bone", 400, 21211),
            (PATH, credentials, "Body=x&To=%2B15005550006", 400, 21603),
            (PATH, credentials, "Body=x&To=%2B15005550006&MessagingServiceSid=1", 400, 21705),
            (PATH, credentials, "Body=&From=x&To=%2B15005550006", 400, 21602),
            (PATH, credentials, r#"{"Body": "x"}"#, 400, 21604),
            (PATH, credentials, &body(1_601), 400, 21617),
        ] {
            let (answered, body, verdict) = post(path, credentials, form);
            assert_eq!((answered, &body["code"], &body["status"]), (status, &json!(code), &json!(status)));
            assert!(verdict.unwrap_err().starts_with(&code.to_string()));
        }
        assert_eq!(post(PATH, credentials, &body(1_600)).0, 201);
    }
}
