//! From a message to the bytes that are sent.
//!
//! They are a function of the addresses, the message and the delivery: its id makes the `Message-ID`, the
//! `Date` and, with the message, the boundaries between the parts. So each attempt sends the same bytes, and
//! nobody who writes into a message can foresee a boundary.

use std::time::{Duration, SystemTime};

use campana_model::id::DeliveryId;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::message::{Attachment, EmailMessage};
use super::{MAX_FILE_NAME_CHARS, MAX_SUBJECT_CHARS};
use crate::SendContext;
use crate::text::{clip, one_line, printable};

/// Whom a mail comes from and goes to.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    pub(super) from: Mailbox,
    pub(super) to: Vec<Mailbox>,
    pub(super) cc: Vec<Mailbox>,
    pub(super) bcc: Vec<Mailbox>,
    pub(super) reply_to: Option<Mailbox>,
}

/// RFC 3834: no vacation notes in return.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The mail as it is sent, ended by a line end. The blind copies are not in it.
pub(super) fn compose(
    addresses: &Addresses,
    message: &EmailMessage,
    context: &SendContext,
) -> Result<Vec<u8>, lettre::error::Error> {
    let Addresses { from, to, cc, bcc: _, reply_to } = addresses;
    let EmailMessage { subject, text, html, attachments } = message;
    let domain = from.email.domain();
    let mut builder = lettre::Message::builder()
        .date(date(context))
        .message_id(Some(format!("<{}@{domain}>", context.delivery_id)))
        .from(from.clone())
        .subject(header_text(subject, MAX_SUBJECT_CHARS))
        .header(AutoSubmitted)
        // Who gets it is said to the server; this library only wants to know that there is somebody.
        .envelope(lettre::address::Envelope::new(None, vec![from.email.clone()])?);
    builder = to.iter().cloned().fold(builder, lettre::message::MessageBuilder::to);
    builder = cc.iter().cloned().fold(builder, lettre::message::MessageBuilder::cc);
    builder = reply_to.iter().cloned().fold(builder, lettre::message::MessageBuilder::reply_to);

    let boundaries = Boundaries::new(context.delivery_id, message);
    let text = text.as_ref().map(|text| SinglePart::plain(printable(text).into_owned()));
    let html = html.as_ref().map(|html| SinglePart::html(printable(html).into_owned()));
    let body = match (text, html) {
        (Some(text), Some(html)) => {
            let both = MultiPart::alternative().boundary(boundaries.of("alternative"));
            Content::Several(both.singlepart(text).singlepart(html))
        }
        (one, other) => {
            let empty = || SinglePart::plain(String::new());
            Content::One(one.or(other).unwrap_or_else(empty))
        }
    };
    let mail = if attachments.is_empty() {
        match body {
            Content::One(part) => builder.singlepart(part),
            Content::Several(parts) => builder.multipart(parts),
        }
    } else {
        let mixed = MultiPart::mixed().boundary(boundaries.of("mixed"));
        let mixed = match body {
            Content::One(part) => mixed.singlepart(part),
            Content::Several(parts) => mixed.multipart(parts),
        };
        builder.multipart(attachments.iter().map(file).fold(mixed, MultiPart::singlepart))
    };
    Ok(mail?.formatted())
}

enum Content {
    One(SinglePart),
    Several(MultiPart),
}

/// The time that stands in a delivery's id: the same for each attempt.
fn date(context: &SendContext) -> SystemTime {
    let (seconds, _) = match context.delivery_id.uuid().get_timestamp() {
        Some(timestamp) => timestamp.to_unix(),
        None => (u64::try_from(context.now.as_second()).unwrap_or(0), 0),
    };
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A text in one line. What looks like an encoded word (`=?utf-8?...?=`) would be decoded by its reader, so
/// its beginning is held apart by a mark that nobody sees.
fn header_text(text: &str, max_chars: usize) -> String {
    clip(&one_line(&printable(text)), max_chars).replace("=?", "=\u{2060}?")
}

/// An attachment, in base64 whatever it is: not a byte of it changes on the way.
fn file(attachment: &Attachment) -> SinglePart {
    let name = header_text(attachment.name(), MAX_FILE_NAME_CHARS).replace(['/', '\\'], "_");
    let content_type = ContentType::parse(attachment.content_type());
    let content_type = content_type.expect("checked when the attachment was made");
    let content = Body::new_with_encoding(attachment.content().to_vec(), ContentTransferEncoding::Base64);
    let content = content.expect("anything can be written in base64");
    lettre::message::Attachment::new(name).body(content, content_type)
}

/// Lines between the parts that cannot stand in a part.
struct Boundaries(Sha256);

impl Boundaries {
    fn new(delivery: DeliveryId, message: &EmailMessage) -> Self {
        let EmailMessage { subject: _, text, html, attachments: _ } = message;
        let mut hash = Sha256::new();
        hash.update(delivery.uuid().as_bytes());
        // An attachment is in base64, which has no line that begins like a boundary.
        for body in [text, html].into_iter().flatten() {
            hash.update(body.as_bytes());
        }
        Self(hash)
    }

    fn of(&self, parts: &str) -> String {
        let hash = self.0.clone().chain_update(parts).finalize();
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
