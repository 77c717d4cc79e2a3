use campana_model::Color;
use serde_json::json;

use super::*;
use crate::{Field, Link};

fn read_json(payload: &Json) -> Result<ReceivedMessage, &'static str> {
    read(payload.to_string().as_bytes())
}

fn mrkdwn(text: &str) -> Text {
    Text::Mrkdwn(text.to_owned())
}

fn plain(text: &str) -> Text {
    Text::Plain(text.to_owned())
}

#[test]
fn a_text_is_a_message() {
    let message = read_json(&json!({"text": "*hi* &amp; <http://a|b>"})).unwrap();
    assert_eq!(message.text(), "hi & b (http://a)");
    assert_eq!(message.color(), None);
}

#[test]
fn an_attachment_is_a_card() {
    let message = read_json(&json!({"text": "above", "attachments": [{
        "fallback": "unseen", "color": "#28A745", "pretext": "before", "author_name": "a &amp; b", "title": "Success",
        "title_link": "http://ui/x", "text": "`t` is done", "footer": "foot",
        "fields": [{"title": "Message", "value": "*well*", "short": false}, {"title": "n", "value": "1", "short": true}],
        "actions": [{"type": "button", "text": "Open", "url": "http://ui/y"}],
    }]}))
    .unwrap();
    let text_card = |text| Card { body: vec![Part::Text(mrkdwn(text))], ..Card::default() };
    let card = Card {
        color: Some(Color::rgb(0x28a745)),
        author: Some(plain("a & b")),
        title: Some(plain("Success")),
        title_link: Some("http://ui/x".into()),
        body: vec![
            Part::Text(mrkdwn("`t` is done")),
            Part::Fields(vec![
                Field { title: plain("Message"), value: mrkdwn("*well*"), short: false },
                Field { title: plain("n"), value: mrkdwn("1"), short: true },
            ]),
            Part::Links(vec![Link { text: plain("Open"), url: Some("http://ui/y".into()) }]),
        ],
        footer: Some(plain("foot")),
    };
    assert_eq!(message.cards, [text_card("above"), text_card("before"), card]);
}

#[test]
fn blocks_are_parts_in_their_order() {
    let message = read_json(&json!({"text": "only for a phone", "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "Run &lt;1&gt;", "emoji": true}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*now*"}, "fields": [
            {"type": "mrkdwn", "text": "*State:*\nFailed"}, {"type": "plain_text", "text": "bare"}],
            "accessory": {"type": "button", "text": {"type": "plain_text", "text": "Beside"}, "value": "v"}},
        {"type": "divider"},
        {"type": "context", "elements": [
            {"type": "image", "image_url": "http://i", "alt_text": "bell"}, {"type": "mrkdwn", "text": "_c_"}]},
        {"type": "actions", "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "url": "http://u"},
            {"type": "datepicker", "action_id": "d"}]},
        {"type": "video", "title": {}},
    ]}))
    .unwrap();
    let link = |text: &str, url: Option<&str>| Link { text: plain(text), url: url.map(Into::into) };
    let expected = [
        Part::Heading(plain("Run <1>")),
        Part::Text(mrkdwn("*now*")),
        Part::Fields(vec![
            Field { title: plain("State"), value: mrkdwn("Failed"), short: true },
            Field { title: plain(""), value: plain("bare"), short: true },
        ]),
        Part::Links(vec![link("Beside", None)]),
        Part::Divider,
        Part::Context(mrkdwn("[bell]  _c_")),
        Part::Links(vec![link("Open", Some("http://u"))]),
    ];
    assert_eq!(message.cards.len(), 1);
    assert_eq!(message.cards[0].body, expected);
    assert_eq!(message.title().as_deref(), Some("Run <1>"));
}

#[test]
fn blocks_within_an_attachment_have_its_colour() {
    let section = json!({"type": "section", "text": {"type": "mrkdwn", "text": "x"}});
    let message =
        read_json(&json!({"text": "up", "attachments": [{"color": "danger", "blocks": [section]}]}));
    let cards = message.unwrap().cards;
    assert_eq!(cards[0].color, None);
    assert_eq!(cards[1].color, Some(Color::rgb(0xe01e5a)));
    assert_eq!(cards[1].body, [Part::Text(mrkdwn("x"))]);
}

#[test]
fn the_fallback_is_seen_only_where_there_is_nothing_else() {
    let text = |attachment| read_json(&json!({"attachments": [attachment]})).unwrap().text();
    assert_eq!(text(json!({"fallback": "f"})), "f");
    assert_eq!(text(json!({"fallback": "f", "text": "t"})), "t");
    assert_eq!(text(json!({"fallback": "f", "title": "t"})), "");
}

#[test]
fn colours_have_names_or_six_digits() {
    let color = |color: &str| {
        let attachment = json!({"text": "t", "color": color});
        read_json(&json!({"attachments": [attachment]})).unwrap().color().map(|color| color.to_string())
    };
    assert_eq!(color("good").as_deref(), Some("#2eb67d"));
    assert_eq!(color("EB0000").as_deref(), Some("#eb0000"));
    for none in ["", "#eb00", "#+b0000", "red", "#eb00000", "ééé"] {
        assert_eq!(color(none), None, "{none}");
    }
}

#[test]
fn what_slack_refuses_is_refused_with_its_code() {
    let header =
        |length| json!({"type": "header", "text": {"type": "plain_text", "text": "é".repeat(length)}});
    let section = |length| json!({"type": "section", "text": {"type": "mrkdwn", "text": "é".repeat(length)}});
    let field = |length| json!({"type": "mrkdwn", "text": "x".repeat(length)});
    let fields = |count, length| json!({"type": "section", "fields": vec![field(length); count]});
    let blocks = |block: Json| json!({ "blocks": [block] });
    for (payload, expected) in [
        (json!([]), Err("invalid_payload")),
        (json!("text"), Err("invalid_payload")),
        (json!({"text": 1}), Err("invalid_payload")),
        (json!({}), Err("no_text")),
        (json!({"text": "", "blocks": [], "attachments": []}), Err("no_text")),
        (json!({"attachments": vec![json!({"text": "t"}); 100]}), Ok(())),
        (json!({"attachments": vec![json!({"text": "t"}); 101]}), Err("too_many_attachments")),
        (json!({"attachments": ["t"]}), Err("invalid_attachments")),
        (json!({"attachments": [{"blocks": [header(151)]}]}), Err("invalid_attachments")),
        (json!({"blocks": vec![json!({"type": "divider"}); 50]}), Ok(())),
        (json!({"blocks": vec![json!({"type": "divider"}); 51]}), Err("invalid_blocks")),
        (blocks(header(150)), Ok(())),
        (blocks(header(151)), Err("invalid_blocks")),
        (blocks(section(3_000)), Ok(())),
        (blocks(section(3_001)), Err("invalid_blocks")),
        (blocks(section(0)), Err("invalid_blocks")),
        (blocks(fields(10, 2_000)), Ok(())),
        (blocks(fields(11, 1)), Err("invalid_blocks")),
        (blocks(fields(1, 2_001)), Err("invalid_blocks")),
        (blocks(json!({"type": "section"})), Err("invalid_blocks")),
        (blocks(json!({"text": "typeless"})), Err("invalid_blocks")),
    ] {
        let result = read_json(&payload).map(|_| ());
        assert_eq!(result, expected, "{}", payload.to_string().chars().take(120).collect::<String>());
    }
    assert_eq!(read(b"text=hello"), Err("invalid_payload"));
    assert_eq!(read(b""), Err("invalid_payload"));
}
