//! A workflow of Microsoft Teams that posts the Adaptive Cards it gets.
//!
//! Answers 202, or 400 for what is no message with a card, or 413 for one that is too large. A real workflow
//! answers 202 to most of these too and then posts nothing: what is wrong is easier to see here.
//!
//! Markdown is shown as it was written.

use campana_model::{Color, StateKind};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Answer, object};
use crate::{Card, Field, Link, Part, ReceivedMessage, Request, Text};

/// 28 KB, counted in UTF-16 as Teams does.
const MAX_MESSAGE_UNITS: usize = 28 * 1_024 / 2;
/// How deep elements may stand in each other.
const MAX_DEPTH: usize = 16;
const CARD_TYPE: &str = "application/vnd.microsoft.card.adaptive";

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attachment {
    content_type: String,
    content: AdaptiveCard,
}

#[derive(Deserialize)]
struct AdaptiveCard {
    #[serde(rename = "type")]
    kind: String,
    version: String,
    #[serde(default)]
    body: Vec<Json>,
    #[serde(default)]
    actions: Vec<Json>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Element {
    TextBlock {
        text: String,
        #[serde(default)]
        weight: Weight,
    },
    RichTextBlock {
        inlines: Vec<TextRun>,
    },
    FactSet {
        facts: Vec<Fact>,
    },
    Container {
        #[serde(default)]
        style: ContainerStyle,
        items: Vec<Json>,
    },
    ActionSet {
        actions: Vec<Json>,
    },
    /// Cards have more kinds; they are taken, and not drawn.
    #[serde(other)]
    Other,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
enum Weight {
    #[default]
    Default,
    Lighter,
    Bolder,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ContainerStyle {
    #[default]
    Default,
    Emphasis,
    Good,
    Attention,
    Warning,
    Accent,
}

#[derive(Deserialize)]
struct TextRun {
    #[serde(rename = "type")]
    kind: String,
    text: String,
    #[serde(default)]
    weight: Weight,
}

#[derive(Deserialize)]
struct Fact {
    title: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Action {
    #[serde(rename = "Action.OpenUrl")]
    OpenUrl { title: String, url: String },
    #[serde(other)]
    Other,
}

pub(super) fn answer(request: &Request) -> Answer {
    let text = String::from_utf8_lossy(&request.body);
    if text.encode_utf16().count() > MAX_MESSAGE_UNITS {
        let reason = "the message is larger than 28 KB";
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", reason);
    }
    match read(&request.body) {
        Ok(message) => Answer::accept(StatusCode::ACCEPTED, "", message),
        Err(reason) => refuse(StatusCode::BAD_REQUEST, "InvalidRequestContent", &reason),
    }
}

fn refuse(status: StatusCode, code: &str, reason: &str) -> Answer {
    let body = json!({ "error": { "code": code, "message": reason } });
    Answer::refuse(status, &format!("{code}: {reason}")).with_json(&body)
}

/// Reads a message, or says what is wrong with it.
fn read(body: &[u8]) -> Result<ReceivedMessage, String> {
    let message: Message = object(body)?;
    if message.kind != "message" {
        return Err(format!("type is {:?} and not \"message\"", message.kind));
    }
    if message.attachments.is_empty() {
        return Err("there are no attachments".to_owned());
    }
    let cards = message.attachments.into_iter().map(Attachment::into_card).collect::<Result<_, _>>()?;
    Ok(ReceivedMessage { cards, signature: None })
}

impl Attachment {
    fn into_card(self) -> Result<Card, String> {
        let AdaptiveCard { kind, version, body, actions } = self.content;
        if self.content_type != CARD_TYPE || kind != "AdaptiveCard" {
            return Err("an attachment is not an Adaptive Card".to_owned());
        }
        if !matches!(version.as_str(), "1.0" | "1.1" | "1.2" | "1.3" | "1.4" | "1.5") {
            return Err(format!("a card has version {version:?}; Teams takes 1.0 to 1.5"));
        }
        let mut card = Card::default();
        add_elements(&mut card, body, MAX_DEPTH)?;
        add_actions(&mut card, actions)?;
        Ok(card)
    }
}

/// Adds what the elements show, one below the other.
fn add_elements(card: &mut Card, elements: Vec<Json>, depth: usize) -> Result<(), String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err("elements stand too deep in each other".to_owned());
    };
    for element in elements {
        match from_json(element)? {
            Element::TextBlock { text, weight } => card.body.push(text_part(text, weight == Weight::Bolder)),
            Element::RichTextBlock { inlines } => {
                if inlines.iter().any(|run| run.kind != "TextRun") {
                    return Err("a RichTextBlock holds something else than a TextRun".to_owned());
                }
                let bold = inlines.iter().all(|run| run.weight == Weight::Bolder);
                card.body.push(text_part(inlines.into_iter().map(|run| run.text).collect(), bold));
            }
            Element::FactSet { facts } => {
                let field = |Fact { title, value }| Field {
                    title: Text::Plain(title),
                    value: Text::Plain(value),
                    short: true,
                };
                card.body.push(Part::Fields(facts.into_iter().map(field).collect()));
            }
            Element::Container { style, items } => {
                card.color = card.color.or(color(style));
                add_elements(card, items, depth)?;
            }
            Element::ActionSet { actions } => add_actions(card, actions)?,
            Element::Other => {}
        }
    }
    Ok(())
}

fn add_actions(card: &mut Card, actions: Vec<Json>) -> Result<(), String> {
    let mut links = Vec::new();
    for action in actions {
        if let Action::OpenUrl { title, url } = from_json(action)? {
            links.push(Link { text: Text::Plain(title), url: Some(url) });
        }
    }
    if !links.is_empty() {
        card.body.push(Part::Links(links));
    }
    Ok(())
}

fn from_json<T: serde::de::DeserializeOwned>(json: Json) -> Result<T, String> {
    serde_json::from_value(json).map_err(|error| error.to_string())
}

fn text_part(text: String, bold: bool) -> Part {
    if bold { Part::Heading(Text::Plain(text)) } else { Part::Text(Text::Plain(text)) }
}

/// The colours in which Teams draws, as near as states have them.
fn color(style: ContainerStyle) -> Option<Color> {
    let kind = match style {
        ContainerStyle::Default => return None,
        ContainerStyle::Emphasis => StateKind::Cancelled,
        ContainerStyle::Good => StateKind::Success,
        ContainerStyle::Attention => StateKind::Failed,
        ContainerStyle::Warning => StateKind::Scheduled,
        ContainerStyle::Accent => StateKind::Running,
    };
    Some(kind.color())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: Json) -> Json {
        json!({ "type": "message", "attachments": [{ "contentType": CARD_TYPE, "content": {
            "type": "AdaptiveCard", "version": "1.4", "body": body,
            "actions": [
                { "type": "Action.OpenUrl", "title": "Open the run", "url": "http://ui/1" },
                { "type": "Action.Submit", "title": "Unseen" },
            ],
        } }] })
    }

    fn card() -> Json {
        message(json!([
            { "type": "Container", "style": "attention", "items": [
                { "type": "RichTextBlock", "inlines": [{ "type": "TextRun", "text": "Failed", "weight": "Bolder" }] },
            ] },
            { "type": "RichTextBlock", "inlines": [
                { "type": "TextRun", "text": "task: ", "weight": "Bolder" }, { "type": "TextRun", "text": "why" },
            ] },
            { "type": "TextBlock", "text": "**go**", "wrap": true },
            { "type": "FactSet", "facts": [{ "title": "State", "value": "Failed" }] },
            { "type": "ColumnSet", "columns": [] },
        ]))
    }

    fn post(body: &Json) -> Answer {
        answer(&Request::post("/teams", body.to_string()))
    }

    #[test]
    fn a_card_is_shown() {
        let answer = post(&card());
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::ACCEPTED, ""));
        let message = answer.verdict.unwrap();
        assert_eq!(message.color(), Some(StateKind::Failed.color()));
        assert_eq!(message.title().as_deref(), Some("Failed"));
        assert_eq!(message.text(), "task: why\n**go**");
        assert_eq!(message.field("State").as_deref(), Some("Failed"));
        let links: Vec<_> = message.links().map(|link| link.text.plain()).collect();
        assert_eq!(links, ["Open the run"]);
    }

    #[test]
    fn what_is_no_card_is_refused() {
        let with = |pointer: &str, value: Json| {
            let mut message = card();
            *message.pointer_mut(pointer).unwrap() = value;
            message
        };
        let mut deep = json!([]);
        for _ in 0..MAX_DEPTH {
            deep = json!([{ "type": "Container", "items": deep }]);
        }
        for (body, named) in [
            (json!({ "text": "hi" }), "type"),
            (json!(["message", []]), "not a JSON object"),
            (with("/type", json!("note")), "not \"message\""),
            (with("/attachments", json!([])), "no attachments"),
            (with("/attachments/0/contentType", json!("text/plain")), "not an Adaptive Card"),
            (with("/attachments/0/content/type", json!("Card")), "not an Adaptive Card"),
            (with("/attachments/0/content/version", json!("2.0")), "1.0 to 1.5"),
            (message(json!([{ "type": "TextBlock" }])), "text"),
            (message(json!([{ "text": "typeless" }])), "type"),
            (message(json!([{ "type": "Container", "style": "red", "items": [] }])), "red"),
            (
                message(json!([{ "type": "RichTextBlock", "inlines": [{ "type": "X", "text": "" }] }])),
                "TextRun",
            ),
            (message(deep), "too deep"),
        ] {
            let answer = post(&body);
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
            let reason = answer.verdict.unwrap_err();
            assert!(reason.contains(named), "{reason}");
        }
    }

    #[test]
    fn a_message_is_as_large_as_its_utf_16() {
        let text = |chars: usize| message(json!([{ "type": "TextBlock", "text": "č".repeat(chars) }]));
        let empty = text(0).to_string().len();
        assert_eq!(post(&text(MAX_MESSAGE_UNITS - empty)).status, StatusCode::ACCEPTED);
        assert_eq!(post(&text(MAX_MESSAGE_UNITS - empty + 1)).status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
