//! One request that arrived, and what became of it.

use std::fmt;

use campana_model::{Secret, Timestamp};
use hyper::HeaderMap;
use hyper::body::Bytes;
use serde::{Serialize, Serializer};

use crate::{Fault, Kind, ReceivedMessage};

/// One request that arrived.
///
/// As JSON it is one object: `number`, `kind`, `at`, `path` (without its secret part), `outcome` (`accepted`,
/// `repeated`, `unanswered`, `refused` or `failed`), and then, where there is one, `status`, `reason` and `message`.
#[derive(Debug)]
pub struct Received {
    /// 1 for the first request; a gap means that some were forgotten in between.
    pub number: u64,
    /// The service that it was meant for.
    pub kind: Kind,
    /// When it had arrived.
    pub at: Timestamp,
    /// The request as it was sent.
    pub request: Request,
    /// What became of it.
    pub outcome: Outcome,
}

impl Received {
    /// The path without its secret part: `/slack/…`.
    pub fn path(&self) -> String {
        let shown = self.kind.path();
        if self.request.path.expose() == shown { shown.to_owned() } else { format!("{shown}/…") }
    }

    /// The message that a person saw, if one did.
    pub fn message(&self) -> Option<&ReceivedMessage> {
        self.outcome.message()
    }
}

/// A request as it was sent. `Debug` shows no path, header value or body, since each may hold a secret.
#[derive(Clone)]
pub struct Request {
    /// The method: `POST`; `MAIL` for a mail, which has no path, and whose headers are in the body.
    pub method: String,
    /// The path and query.
    pub path: Secret,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Request {
    /// A mail, as it was sent.
    pub(crate) fn mail(raw: Bytes) -> Self {
        let (method, path, headers) = ("MAIL".to_owned(), Secret::new(""), HeaderMap::new());
        Self { method, path, headers, body: raw }
    }

    /// A POST of `body` to `path` without headers.
    #[cfg(test)]
    pub(crate) fn post(path: &str, body: impl Into<Bytes>) -> Self {
        let (method, headers) = ("POST".to_owned(), HeaderMap::new());
        Self { method, path: Secret::new(path), headers, body: body.into() }
    }

    /// The value of a header, if it was sent and is text; `name` in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the path ends like this, whatever the query.
    pub(crate) fn path_ends_with(&self, end: &str) -> bool {
        let path = self.path.expose();
        path.split_once('?').map_or(path, |(path, _)| path).ends_with(end)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// If it is something else.
    pub fn json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, headers, body } = self;
        f.debug_struct("Request")
            .field("method", method)
            .field("path", path)
            .field("headers", &headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &body.len())
            .finish()
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The message was shown, and the sender was told so.
    Accepted(ReceivedMessage),
    /// The sender was told that the message is shown, and it is: since an earlier request that had the same
    /// key.
    Repeated,
    /// The message was shown, but by [`Fault::LoseAnswer`] the sender was not told.
    Unanswered(ReceivedMessage),
    /// The service does not take such a request.
    Refused {
        /// The status of the answer.
        status: u16,
        /// Why, in the service's words: `invalid_payload`.
        reason: String,
    },
    /// A fault was to be made.
    Failed(Fault),
}

impl Outcome {
    /// The message that a person saw, if one did.
    pub fn message(&self) -> Option<&ReceivedMessage> {
        match self {
            Self::Accepted(message) | Self::Unanswered(message) => Some(message),
            Self::Repeated | Self::Refused { .. } | Self::Failed(_) => None,
        }
    }
}

impl Serialize for Received {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Object<'a> {
            number: u64,
            kind: Kind,
            at: Timestamp,
            path: String,
            outcome: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<u16>,
            #[serde(skip_serializing_if = "Option::is_none")]
            reason: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            message: Option<&'a ReceivedMessage>,
        }
        let (outcome, status, reason) = match &self.outcome {
            Outcome::Accepted(_) => ("accepted", None, None),
            Outcome::Repeated => ("repeated", None, None),
            Outcome::Unanswered(_) => ("unanswered", None, None),
            Outcome::Refused { status, reason } => ("refused", Some(*status), Some(reason.clone())),
            Outcome::Failed(fault @ Fault::Status { code, .. }) => {
                ("failed", Some(*code), Some(fault.to_string()))
            }
            Outcome::Failed(fault) => ("failed", None, Some(fault.to_string())),
        };
        Object {
            number: self.number,
            kind: self.kind,
            at: self.at,
            path: self.path(),
            outcome,
            status,
            reason,
            message: self.message(),
        }
        .serialize(serializer)
    }
}
