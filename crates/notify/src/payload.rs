//! What a channel sends, apart from credentials: the part that may be stored.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::{SendError, SendErrorKind};

/// The version of the stored form that this build writes, and the last that it reads.
const FORMAT: u32 = 1;

/// A rendered message. It holds no credentials, so it may be stored and sent again as it is.
///
/// ```
/// # use campana_notify::Payload;
/// let payload = Payload::json(&serde_json::json!({ "text": "hello" }));
/// let stored = serde_json::to_string(&payload)?;
/// assert_eq!(serde_json::from_str::<Payload>(&stored)?, payload);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Payload {
    content_type: Cow<'static, str>,
    body: String,
}

impl Payload {
    /// A payload of any type.
    pub fn new(content_type: impl Into<Cow<'static, str>>, body: impl Into<String>) -> Self {
        Self { content_type: content_type.into(), body: body.into() }
    }

    /// A payload of type `application/json`.
    pub fn json(body: &serde_json::Value) -> Self {
        Self::new("application/json", body.to_string())
    }

    /// The same JSON object with these fields, where it has none of their names: what belongs to an attempt
    /// and is not to be stored, such as a key.
    pub(crate) fn with<const N: usize>(&self, fields: [(&str, &str); N]) -> Result<Self, SendError> {
        let mut object: Map<String, Json> = serde_json::from_str(&self.body).map_err(|_| {
            SendError::permanent(SendErrorKind::Internal, "the payload is not a JSON object of this channel")
        })?;
        for (name, value) in fields {
            object.entry(name).or_insert_with(|| value.into());
        }
        Ok(Self::json(&Json::Object(object)))
    }

    /// The media type of the body.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The body.
    pub fn body(&self) -> &str {
        &self.body
    }
}

/// A stored payload was written by a later version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("payload has format {0}, this version reads formats up to {FORMAT}")]
pub struct UnknownFormat(u32);

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    content_type: Cow<'static, str>,
    body: String,
}

impl From<Payload> for Stored {
    fn from(Payload { content_type, body }: Payload) -> Self {
        Self { format: FORMAT, content_type, body }
    }
}

impl TryFrom<Stored> for Payload {
    type Error = UnknownFormat;

    fn try_from(Stored { format, content_type, body }: Stored) -> Result<Self, UnknownFormat> {
        if format > FORMAT { Err(UnknownFormat(format)) } else { Ok(Self { content_type, body }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_added_to_an_object_only() {
        let payload = Payload::json(&serde_json::json!({ "a": "1" }));
        assert_eq!(payload.with([("a", "2"), ("b", "3")]).unwrap().body(), r#"{"a":"1","b":"3"}"#);
        for other in ["[]", "hello"] {
            let error = Payload::new("application/json", other).with([("b", "3")]).unwrap_err();
            assert_eq!((error.kind, error.is_retryable()), (SendErrorKind::Internal, false));
        }
    }

    #[test]
    fn the_stored_form_names_its_version() {
        let stored = serde_json::to_string(&Payload::new("text/plain", "hi")).unwrap();
        assert_eq!(stored, r#"{"format":1,"content_type":"text/plain","body":"hi"}"#);
        let later = stored.replace(":1,", ":2,");
        let error = serde_json::from_str::<Payload>(&later).unwrap_err();
        assert_eq!(error.to_string(), UnknownFormat(2).to_string());
    }
}
