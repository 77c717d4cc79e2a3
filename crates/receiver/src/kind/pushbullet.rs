//! Pushbullet's pushes: <https://docs.pushbullet.com/#create-push>.
//!
//! Answers 200 with the push, or an error as Pushbullet words it. Any access token is taken. A push whose
//! `guid` was there before is answered like the first one and not shown again.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, object};
use crate::{Card, Link, Part, ReceivedMessage, Request, Text};

#[derive(Deserialize)]
struct Push {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
    url: Option<String>,
    guid: Option<String>,
}

pub(super) fn answer(request: &Request) -> Answer {
    if !request.path_ends_with("/v2/pushes") {
        return refuse(StatusCode::NOT_FOUND, "not_found", "The resource could not be found.");
    }
    if request.header("access-token").is_none_or(str::is_empty) {
        let message = "Access token is missing or invalid.";
        return refuse(StatusCode::UNAUTHORIZED, "invalid_access_token", message);
    }
    let Ok(push) = object::<Push>(&request.body) else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_json", "Failed to parse JSON body.");
    };
    if !matches!(push.kind.as_str(), "note" | "link") {
        return refuse(StatusCode::BAD_REQUEST, "invalid_param", "The param 'type' has an invalid value.");
    }
    if push.title.is_empty() && push.body.is_empty() {
        return refuse(StatusCode::BAD_REQUEST, "invalid_param", "The param 'body' is missing.");
    }
    let body = json!({
        "active": true, "type": push.kind, "title": push.title, "body": push.body, "guid": push.guid,
        "direction": "self", "dismissed": false,
    });
    let key = push.guid.clone();
    Answer::accept(StatusCode::OK, "", push.into_message()).with_json(&body).once(key)
}

fn refuse(status: StatusCode, code: &str, message: &str) -> Answer {
    let error = json!({ "code": code, "type": "invalid_request", "message": message, "cat": "(=^‥^=)" });
    Answer::refuse(status, code).with_json(&json!({ "error": error, "error_code": code }))
}

impl Push {
    fn into_message(self) -> ReceivedMessage {
        let Self { kind: _, title, body, url, guid: _ } = self;
        let filled = |text: String| Some(Text::Plain(text)).filter(|text| !text.plain().is_empty());
        let link =
            |url: String| Part::Links(vec![Link { text: Text::Plain("Open".to_owned()), url: Some(url) }]);
        let parts = filled(body).map(Part::Text).into_iter().chain(url.map(link));
        let card = Card { title: filled(title), body: parts.collect(), ..Card::default() };
        ReceivedMessage { cards: vec![card], signature: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    fn post(path: &str, token: &str, body: &str) -> Answer {
        let mut request = Request::post(path, body.to_owned());
        request.headers.insert("access-token", token.parse().unwrap());
        answer(&request)
    }

    #[test]
    fn a_note_is_shown() {
        let note = json!({ "type": "note", "title": "T", "body": "a\nb", "guid": "g" }).to_string();
        let answer = post("/pushbullet/v2/pushes", "o.token", &note);
        assert_eq!((answer.status, answer.key.as_deref()), (StatusCode::OK, Some("g")));
        let body: Json = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&body["active"], &body["guid"]), (&json!(true), &json!("g")));
        let message = answer.verdict.unwrap();
        assert_eq!((message.title().as_deref(), message.text().as_str()), (Some("T"), "a\nb"));
    }

    #[test]
    fn a_link_is_shown_too() {
        let link = json!({ "type": "link", "title": "T", "url": "http://x" }).to_string();
        let message = post("/pushbullet/v2/pushes", "o.token", &link).verdict.unwrap();
        assert_eq!(message.links().next().unwrap().url.as_deref(), Some("http://x"));
    }

    #[test]
    fn what_pushbullet_refuses_is_refused_with_its_code() {
        let path = "/pushbullet/v2/pushes";
        let note = r#"{"type": "note", "title": "T"}"#;
        for (path, token, body, status, code) in [
            ("/pushbullet", "t", note, 404, "not_found"),
            (path, "", note, 401, "invalid_access_token"),
            (path, "t", "type=note", 400, "invalid_json"),
            (path, "t", r#"{"type": "note"}"#, 400, "invalid_param"),
            (path, "t", r#"{"type": "song", "title": "T"}"#, 400, "invalid_param"),
            (path, "t", r#"{"title": "T"}"#, 400, "invalid_json"),
        ] {
            let answer = post(path, token, body);
            let body: Json = serde_json::from_str(&answer.body).unwrap();
            assert_eq!((answer.status.as_u16(), &body["error"]["code"]), (status, &json!(code)));
            assert_eq!(answer.verdict, Err(code.to_owned()));
        }
    }
}
