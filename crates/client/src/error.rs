//! What can go wrong between a client and the server.

use std::fmt;

use serde::Deserialize;
use serde_json::Value as Json;

/// The code of an error that is the server's own, and may pass.
const API_ERROR: &str = "API_ERROR";

/// A request was not answered as it should be. It never shows the key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The client itself cannot be made: the key holds what no header can, or the machine gives no TLS.
    #[error("could not make the client: {reason}")]
    Client {
        /// Why not.
        reason: String,
    },
    /// No connection; the request was not sent.
    #[error("could not connect to the server")]
    Unreachable {
        /// Why not.
        source: reqwest::Error,
    },
    /// The request was sent, and its answer did not come, not in time, or not whole.
    #[error("the server did not answer")]
    Unanswered {
        /// What happened.
        source: reqwest::Error,
    },
    /// The server answered with an HTTP status that is no answer to the request.
    #[error("the server answered {status}{}", excerpt(answer))]
    Status {
        /// The status.
        status: u16,
        /// The beginning of the body.
        answer: String,
    },
    /// The server read the request and refused it.
    #[error("{}", texts(errors))]
    Refused {
        /// Why, in the server's words.
        errors: Vec<GraphQlError>,
    },
    /// The answer is not what was asked for.
    #[error("the server's answer is malformed: {problem}")]
    Malformed {
        /// What is wrong with it.
        problem: String,
    },
}

/// One error of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphQlError {
    /// The text.
    pub message: String,
    /// `extensions.code`, if it has one.
    pub code: Option<String>,
    /// Which element of a list it is about, from 0: the last number of the `path`.
    pub index: Option<usize>,
}

impl Error {
    /// Whether the same request may succeed later: the server cannot be reached, or is not itself.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Unanswered { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            Self::Refused { errors } => errors.iter().any(GraphQlError::is_transient),
            Self::Client { .. } | Self::Malformed { .. } => false,
        }
    }

    /// Whether the server may have done what it was asked to, or part of it, all the same.
    pub fn is_unsure(&self) -> bool {
        match self {
            Self::Unanswered { .. } | Self::Malformed { .. } | Self::Refused { .. } => true,
            Self::Status { status, .. } => *status >= 500 && *status != 503,
            Self::Client { .. } | Self::Unreachable { .. } => false,
        }
    }

    /// Whether the server wants a key, or another one.
    pub fn is_unauthenticated(&self) -> bool {
        matches!(self, Self::Status { status: 401 | 403, .. }) || self.has_code("UNAUTHENTICATED")
    }

    /// Whether an error of the server's has this code.
    pub fn has_code(&self, code: &str) -> bool {
        match self {
            Self::Refused { errors } => errors.iter().any(|error| error.code.as_deref() == Some(code)),
            _ => false,
        }
    }
}

impl GraphQlError {
    /// Whether it may pass: the server is not well.
    pub fn is_transient(&self) -> bool {
        self.code.as_deref() == Some(API_ERROR)
    }
}

/// As the answer has it. Some servers write the code only into the text, as all of it.
impl<'de> Deserialize<'de> for GraphQlError {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default)]
            message: String,
            #[serde(default)]
            extensions: Option<Json>,
            #[serde(default)]
            path: Vec<Json>,
        }
        let Wire { message, extensions, path } = Wire::deserialize(deserializer)?;
        let index = path.iter().rev().find_map(Json::as_u64).and_then(|index| usize::try_from(index).ok());
        let code = extensions.as_ref().and_then(|extensions| extensions.get("code")).and_then(Json::as_str);
        let in_text = || ["UNAUTHENTICATED", API_ERROR].into_iter().find(|code| *code == message);
        Ok(Self { code: code.or_else(in_text).map(str::to_owned), message, index })
    }
}

impl fmt::Display for GraphQlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

fn texts(errors: &[GraphQlError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn excerpt(answer: &str) -> String {
    if answer.is_empty() { String::new() } else { format!(": {answer}") }
}
