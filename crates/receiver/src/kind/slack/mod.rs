//! Slack's incoming webhooks: <https://api.slack.com/messaging/webhooks>.
//!
//! Answers 200 `ok`, or 400 with the code that Slack gives. Beyond its limits Slack refuses blocks, so this
//! does too: a message that passes here is not too large there.

mod attachment;
mod block;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value as Json;

use self::attachment::Attachment;
use self::block::Block;
use super::Answer;
use crate::{Card, Part, ReceivedMessage, Request, Text};

const MAX_ATTACHMENTS: usize = 100;

/// A message as it is posted.
#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    text: String,
    #[serde(default)]
    blocks: Vec<Json>,
    #[serde(default)]
    attachments: Vec<Json>,
}

pub(super) fn answer(request: &Request) -> Answer {
    match read(&request.body) {
        Ok(message) => Answer::accept(StatusCode::OK, "ok", message),
        Err(code) => Answer::refuse(StatusCode::BAD_REQUEST, code),
    }
}

/// Reads a message, or says with which code Slack refuses it.
fn read(body: &[u8]) -> Result<ReceivedMessage, &'static str> {
    let payload: Payload = serde_json::from_slice::<Json>(body)
        .ok()
        .filter(Json::is_object)
        .and_then(|json| serde_json::from_value(json).ok())
        .ok_or("invalid_payload")?;
    let Payload { text, blocks, attachments } = payload;
    if text.is_empty() && blocks.is_empty() && attachments.is_empty() {
        return Err("no_text");
    }
    if attachments.len() > MAX_ATTACHMENTS {
        return Err("too_many_attachments");
    }
    let mut cards = Vec::new();
    // With blocks, the text is only what a phone's notification shows.
    if !blocks.is_empty() {
        cards.push(Card { body: parts(blocks).ok_or("invalid_blocks")?, ..Card::default() });
    } else if !text.is_empty() {
        cards.push(Card { body: vec![Part::Text(Text::Mrkdwn(text))], ..Card::default() });
    }
    for attachment in attachments {
        let attachment: Attachment = serde_json::from_value(attachment).map_err(|_| "invalid_attachments")?;
        cards.extend(attachment.into_cards().ok_or("invalid_attachments")?);
    }
    Ok(ReceivedMessage { cards, signature: None })
}

/// The parts that blocks show; `None` if Slack would refuse them.
fn parts(blocks: Vec<Json>) -> Option<Vec<Part>> {
    const MAX_BLOCKS: usize = 50;
    if blocks.len() > MAX_BLOCKS {
        return None;
    }
    let mut parts = Vec::new();
    for block in blocks {
        parts.extend(serde_json::from_value::<Block>(block).ok()?.into_parts()?);
    }
    Some(parts)
}

#[cfg(test)]
mod tests;
