use campana_model::Timestamp;
use hyper::StatusCode;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::kind::Answer;
use crate::{Fault, Kind, Request};

fn received(kind: Kind, outcome: Outcome) -> Received {
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    Received { number: 1, kind, at, request: Request::post(kind.path(), ""), outcome }
}

fn posted(kind: Kind, payload: &Json) -> Received {
    let answer = kind.answer(&Request::post(kind.path(), payload.to_string()), None);
    assert!(answer.verdict.is_ok(), "{answer:?}");
    received(kind, answer.outcome())
}

fn slack(payload: &Json) -> Received {
    posted(Kind::Slack, payload)
}

/// Both drawings below each other, with the escape character written as `\e`.
fn both(received: &Received, width: usize) -> String {
    let coloured = draw(received, width, true).replace('\x1b', "\\e");
    format!("{}---\n{coloured}", draw(received, width, false))
}

fn attachment() -> Received {
    slack(&json!({"attachments": [{
        "fallback": "State change notification", "color": "#eb0000", "author_name": "Campana", "title": "Failed",
        "title_link": "http://127.0.0.1:8080/task-run/1", "text": "div is now in a Failed state",
        "fields": [
            {"title": "Message", "value": "```could not divide\n  caused by: division by zero```", "short": false},
            {"title": "Attempt", "value": "2, will be tried again", "short": true},
            {"title": "Duration", "value": "1.5 s", "short": true},
        ],
        "footer": "Campana notification",
    }]}))
}

fn blocks() -> Received {
    slack(&json!({
        "text": "Run `calm-owl` of flow `etl` entered a new state: *Failed*",
        "attachments": [{"color": "#28a745", "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "etl"}},
            {"type": "section", "fields": [
                {"type": "mrkdwn", "text": "*State*\nFailed"}, {"type": "mrkdwn", "text": "*Attempt*\n3"},
                {"type": "mrkdwn", "text": "*Duration*\n2 min"}]},
            {"type": "divider"},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "<http://ui/1|Open the run>"}]},
            {"type": "actions", "elements": [
                {"type": "button", "text": {"type": "plain_text", "text": "Flow"}, "url": "http://ui/2"}]},
        ]}],
    }))
}

#[test]
fn an_attachment_has_a_bar_in_its_colour() {
    insta::assert_snapshot!(both(&attachment(), 60));
}

#[test]
fn blocks_are_drawn_in_their_order() {
    insta::assert_snapshot!(both(&blocks(), 60));
}

#[test]
fn a_text_shows_its_markup() {
    let text = "*bold* and _italic_ with `code`, ~gone~, <http://a.test|a link> &amp; <!here>\nnext line";
    insta::assert_snapshot!(both(&slack(&json!({"text": text})), 40));
}

#[test]
fn long_text_and_narrow_columns_keep_to_the_width() {
    let words = "the quick brown fox jumps over the lazy dog ".repeat(3);
    let path = "/data/".repeat(12);
    insta::assert_snapshot!(draw(
        &slack(&json!({"attachments": [{
            "color": "#3d67ff", "title": words, "text": path,
            "fields": [
                {"title": "Left", "value": words, "short": true},
                {"title": "Right", "value": "brief", "short": true},
                {"title": "Alone", "value": path, "short": true},
            ],
        }]})),
        44,
        false
    ));
}

#[test]
fn wide_characters_take_two_columns() {
    insta::assert_snapshot!(draw(
        &slack(&json!({"attachments": [{
            "color": "#3d67ff", "title": "鐘が鳴る 🔔", "text": "鐘が鳴るなり法隆寺柿くへば鐘が鳴るなり",
            "fields": [
                {"title": "状態", "value": "失敗しました", "short": true},
                {"title": "e\u{301}tat", "value": "e\u{301}chec", "short": true},
            ],
        }]})),
        34,
        false
    ));
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\rforged\u{8}\u{9b}31m\u{7f}\u{202e}txt.exe\tend";
    let message = slack(&json!({"text": evil, "attachments": [{
        "color": "#eb0000", "author_name": evil, "title": evil, "title_link": evil, "footer": evil, "text": evil,
        "fields": [{"title": evil, "value": evil, "short": true}],
        "actions": [{"text": evil, "url": evil}],
    }]}));
    insta::assert_snapshot!(both(&message, 50));
}

#[test]
fn a_webhook_shows_the_change_or_the_json() {
    let change = posted(
        Kind::Webhook,
        &json!({
            "type": "flow_run.state_changed",
            "data": {"run_count": 1, "duration_seconds": 0.25, "links": {"flow": "http://ui/2"}},
            "event": {
                "flow_run": {"name": "calm-owl"}, "flow": {"name": "etl"},
                "state": {"state": "Success", "serialized_state": {"message": "All reference tasks succeeded."}},
            },
        }),
    );
    let other = posted(Kind::Webhook, &json!({"anything": ["else", 1]}));
    insta::assert_snapshot!(format!("{}\n{}", both(&change, 60), both(&other, 60)));
}

#[test]
fn each_service_is_drawn_in_its_way() {
    let at = |kind: Kind, path: &str, header: (&'static str, &str), body: String| {
        let mut request = Request::post(path, body);
        request.headers.insert(header.0, header.1.parse().unwrap());
        let answer = kind.answer(&request, None);
        assert!(answer.verdict.is_ok(), "{answer:?}");
        received(kind, answer.outcome())
    };
    let sms =
        "Body=Run+calm-owl+is+now+Failed%0Ahttp%3A%2F%2Fui%2F1&To=%2B15005550006&MessagingServiceSid=MG1";
    let sms = at(
        Kind::Twilio,
        "/twilio/2010-04-01/Accounts/AC1/Messages.json",
        ("authorization", "Basic QUMxOng="),
        sms.to_owned(),
    );
    let event = json!({
        "routing_key": "e93facc04764012d7bfb002500d5d1a6", "event_action": "trigger", "dedup_key": "campana/etl",
        "payload": {
            "summary": "Run calm-owl of flow etl is now Failed: line 7", "source": "etl", "severity": "error",
            "class": "Failed", "custom_details": { "error": "line 7: 'n/a' is not a number in orders.csv" },
        },
        "client": "Campana", "client_url": "http://ui/1",
        "links": [{ "href": "http://ui/1", "text": "Open the run" }],
    });
    let event = at(Kind::PagerDuty, "/pagerduty/v2/enqueue", ("accept", "*/*"), event.to_string());
    let run = |text: &str, weight: &str| json!({ "type": "TextRun", "text": text, "weight": weight });
    let heading =
        json!({ "type": "RichTextBlock", "inlines": [run("Run calm-owl is now Failed", "Bolder")] });
    let card = json!({ "type": "message", "attachments": [{
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": { "type": "AdaptiveCard", "version": "1.4", "body": [
            { "type": "Container", "style": "attention", "items": [heading] },
            { "type": "RichTextBlock", "inlines": [run("load: ", "Bolder"), run("no file", "Default")] },
            { "type": "FactSet", "facts": [
                { "title": "State", "value": "Failed" }, { "title": "Duration", "value": "2s" }] },
        ], "actions": [{ "type": "Action.OpenUrl", "title": "Open the run", "url": "http://ui/1" }] },
    }] });
    let card = at(Kind::Teams, "/teams", ("accept", "*/*"), card.to_string());
    let note =
        json!({ "type": "note", "title": "Run calm-owl is now Failed", "body": "no file\nhttp://ui/1" });
    let note = at(Kind::Pushbullet, "/pushbullet/v2/pushes", ("access-token", "o.x"), note.to_string());
    insta::assert_snapshot!([sms, event, card, note].map(|received| both(&received, 60)).join("\n"));
}

#[test]
fn the_head_says_what_became_of_the_request() {
    let signed = |signature| {
        let message = crate::ReceivedMessage { signature: Some(signature), ..Default::default() };
        received(Kind::Webhook, Outcome::Accepted(message))
    };
    let refused = Answer::refuse(StatusCode::BAD_REQUEST, "no_text").outcome();
    let heads = [
        received(Kind::Slack, refused),
        received(Kind::Slack, Outcome::Failed(Fault::status(500))),
        received(Kind::Slack, Outcome::Unanswered(Default::default())),
        received(Kind::Pushbullet, Outcome::Repeated),
        signed(Signature::Valid),
        signed(Signature::Invalid("signature invalid".into())),
    ];
    insta::assert_snapshot!(heads.iter().map(|received| both(received, 80)).collect::<String>());
}

#[test]
fn without_its_colours_a_drawing_is_the_plain_one() {
    for received in [attachment(), blocks()] {
        let coloured = draw(&received, 50, true);
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(stripped.replace('┃', "│"), draw(&received, 50, false));
    }
}

proptest! {
    #[test]
    fn no_text_breaks_out_of_its_place(
        text in r"(\PC|[*_~`<>|&;\n ]|\p{Cc}|```|鐘){1,60}",
        width in 20_usize..60,
    ) {
        let message = slack(&json!({"attachments": [{
            "color": "#eb0000", "title": text, "text": text,
            "fields": [
                {"title": "a", "value": text, "short": true},
                {"title": "b", "value": text, "short": true},
            ],
        }]}));
        let drawing = draw(&message, width, false);
        for line in drawing.lines().skip(1) {
            prop_assert!(line.starts_with('│'), "{line:?}");
            prop_assert!(textwrap::core::display_width(line) <= width, "{line:?}");
        }
        prop_assert!(drawing.chars().all(|c| c == '\n' || !c.is_control()));
    }
}
