//! A message to be sent by e-mail, and what stands in a stored payload.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campana_model::notification::Message;
use lettre::message::header::ContentType;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Payload;

/// A message in somebody's own words, with all that an e-mail may have.
///
/// ```
/// # use campana_notify::channels::email::{Attachment, EmailMessage};
/// let report = EmailMessage::new("Orders of today")
///     .text("three new orders")
///     .html("<b>three</b> new orders")
///     .attach(Attachment::new("orders.csv", "text/csv", "id\n1\n2\n3\n")?);
/// assert_eq!(report.attachments.len(), 1);
/// # Ok::<(), campana_notify::channels::email::NotAMediaType>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailMessage {
    /// The subject; only one line of it is sent, and no more than 250 characters.
    pub subject: String,
    /// The body as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The body as HTML. With a text as well, a mail client shows what it can, HTML first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// Files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

impl EmailMessage {
    /// A message with a subject and nothing else yet.
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..Self::default() }
    }

    /// The same with this plain text.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }

    /// The same with this HTML. It is sent as it is: escape what somebody else wrote.
    #[must_use]
    pub fn html(self, html: impl Into<String>) -> Self {
        Self { html: Some(html.into()), ..self }
    }

    /// The same with another file.
    #[must_use]
    pub fn attach(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }
}

impl From<&EmailMessage> for Payload {
    /// What an e-mail's channel sends for it.
    fn from(message: &EmailMessage) -> Self {
        let json = serde_json::to_string(message).expect("texts and lists are JSON");
        Self::new(super::CONTENT_TYPE, json)
    }
}

impl From<&Message> for EmailMessage {
    /// The title, or else the first line of the text, is the subject.
    fn from(Message { title, text }: &Message) -> Self {
        let first_line = || text.trim().lines().next().unwrap_or_default().to_owned();
        Self::new(title.clone().unwrap_or_else(first_line)).text(text)
    }
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    name: String,
    #[serde(deserialize_with = "media_type")]
    content_type: String,
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    content: Vec<u8>,
}

/// What was said to be a media type is none of a single file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a media type of a file: write one such as text/csv, or application/octet-stream for any file")]
pub struct NotAMediaType;

impl Attachment {
    /// A file with this name and media type.
    ///
    /// # Errors
    /// If the media type is not one, or one that cannot be attached (`multipart`, `message`).
    pub fn new(
        name: impl Into<String>,
        content_type: impl Into<String>,
        content: impl Into<Vec<u8>>,
    ) -> Result<Self, NotAMediaType> {
        let content_type = checked(content_type.into())?;
        Ok(Self { name: name.into(), content_type, content: content.into() })
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's media type.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The file's content.
    pub fn content(&self) -> &[u8] {
        &self.content
    }
}

/// A header's line is no place for anything but a media type.
fn checked(content_type: String) -> Result<String, NotAMediaType> {
    let lower = content_type.to_ascii_lowercase();
    let composite = lower.starts_with("multipart/") || lower.starts_with("message/");
    let plain = content_type.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let complete = lower.split_once('/').is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty());
    let known = plain && complete && !composite && ContentType::parse(&content_type).is_ok();
    known.then_some(content_type).ok_or(NotAMediaType)
}

fn media_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    checked(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn to_base64<S: Serializer>(content: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(content))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(|_| D::Error::custom("an attachment's content has to be base64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_stored_and_read_again() {
        let message = EmailMessage::new("š")
            .text("a")
            .html("<b>a</b>")
            .attach(Attachment::new("x", "image/png", [0xff, 0]).unwrap());
        let stored = serde_json::to_string(&message).unwrap();
        assert!(stored.contains(r#""content":"/wA=""#), "{stored}");
        assert_eq!(serde_json::from_str::<EmailMessage>(&stored).unwrap(), message);
        for (good, bad) in [("/wA=", "%%"), ("image/png", "image/png\\r\\nBcc: x@example.com")] {
            assert!(serde_json::from_str::<EmailMessage>(&stored.replace(good, bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_media_type_is_one_of_a_file() {
        for good in ["text/csv", "text/plain; charset=iso-8859-1", "application/vnd.ms-excel"] {
            assert!(Attachment::new("a", good, "").is_ok(), "{good}");
        }
        for bad in
            ["", "csv", "text/", "multipart/mixed", "Message/rfc822", "text/csv\r\nBcc: x@y.z", "text/čsv"]
        {
            assert_eq!(Attachment::new("a", bad, ""), Err(NotAMediaType), "{bad}");
        }
    }

    #[test]
    fn the_subject_is_the_title_or_the_first_line() {
        let titled = Message { title: Some("Report".to_owned()), text: "done".to_owned() };
        assert_eq!(EmailMessage::from(&titled), EmailMessage::new("Report").text("done"));
        let bare = Message::from("\nthree new orders\nand more");
        assert_eq!(EmailMessage::from(&bare).subject, "three new orders");
    }
}
