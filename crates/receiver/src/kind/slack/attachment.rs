//! Attachments: the older form of a message, and the only one with a coloured bar.

use campana_model::Color;
use serde::Deserialize;
use serde_json::Value as Json;

use super::parts;
use crate::mrkdwn::unescape;
use crate::{Card, Field, Link, Part, Text};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachment {
    color: Option<String>,
    fallback: Option<String>,
    pretext: Option<String>,
    author_name: Option<String>,
    title: Option<String>,
    title_link: Option<String>,
    text: Option<String>,
    fields: Vec<AttachmentField>,
    actions: Vec<Action>,
    blocks: Vec<Json>,
    footer: Option<String>,
}

#[derive(Deserialize)]
struct AttachmentField {
    #[serde(default)]
    title: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    short: bool,
}

#[derive(Deserialize)]
struct Action {
    #[serde(default)]
    text: String,
    url: Option<String>,
}

impl Attachment {
    /// The card, below its pretext if it has one; `None` if its blocks would be refused.
    pub(super) fn into_cards(self) -> Option<Vec<Card>> {
        let Self {
            color,
            fallback,
            pretext,
            author_name,
            title,
            title_link,
            text,
            fields,
            actions,
            blocks,
            footer,
        } = self;
        let mut body = Vec::new();
        body.extend(filled(text).map(|text| Part::Text(Text::Mrkdwn(text))));
        if !fields.is_empty() {
            body.push(Part::Fields(fields.into_iter().map(AttachmentField::into_field).collect()));
        }
        if !actions.is_empty() {
            body.push(Part::Links(actions.into_iter().map(Action::into_link).collect()));
        }
        body.extend(parts(blocks)?);
        let mut card = Card {
            color: color.as_deref().and_then(named_color),
            author: plain(author_name),
            title: plain(title),
            title_link: filled(title_link),
            body,
            footer: plain(footer),
        };
        if card.body.is_empty() && card.title.is_none() && card.author.is_none() {
            card.body.extend(plain(fallback).map(Part::Text));
        }
        let pretext = filled(pretext)
            .map(|text| Card { body: vec![Part::Text(Text::Mrkdwn(text))], ..Card::default() });
        Some(pretext.into_iter().chain([card]).collect())
    }
}

impl AttachmentField {
    fn into_field(self) -> Field {
        Field {
            title: Text::Plain(unescape(&self.title)),
            value: Text::Mrkdwn(self.value),
            short: self.short,
        }
    }
}

impl Action {
    fn into_link(self) -> Link {
        Link { text: Text::Plain(unescape(&self.text)), url: self.url }
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Names and titles have escapes but no markup.
fn plain(text: Option<String>) -> Option<Text> {
    filled(text).map(|text| Text::Plain(unescape(&text)))
}

/// A colour by Slack's names or in hex, with or without `#`; what is neither has no bar.
fn named_color(name: &str) -> Option<Color> {
    match name {
        "good" => Some(Color::rgb(0x2eb67d)),
        "warning" => Some(Color::rgb(0xecb22e)),
        "danger" => Some(Color::rgb(0xe01e5a)),
        hex => {
            let digits = hex.strip_prefix('#').unwrap_or(hex);
            let is_hex = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            u32::from_str_radix(digits, 16).ok().filter(|_| is_hex).map(Color::rgb)
        }
    }
}
