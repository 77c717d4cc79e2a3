//! What a provider answered.

use std::time::Duration;

use campana_model::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::text::clip;
use crate::{Receipt, SendError, SendErrorKind};

/// The longest wait that a provider may ask for.
pub(crate) const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// How much of an answer goes into a receipt or an error.
const MAX_EXCERPT_CHARS: usize = 200;

/// An answer: its status, its headers, and the body without secrets.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it was read.
    pub body: String,
    /// Whether the body was read to its end: not if it was too long, too slow, or broken off.
    pub whole: bool,
}

impl Answer {
    /// Reads an answer of at most so many bytes.
    pub(super) async fn read(
        mut response: Response,
        max_bytes: usize,
        redact: impl FnOnce(&str) -> String,
    ) -> Self {
        let mut bytes = Vec::new();
        let whole = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break true,
                Err(_) => break false,
            }
            if bytes.len() > max_bytes {
                bytes.truncate(max_bytes);
                break false;
            }
        };
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: redact(&String::from_utf8_lossy(&bytes)),
            whole,
        }
    }

    /// The receipt for a message that was accepted.
    pub fn receipt(&self) -> Receipt {
        Receipt { status: self.status, answer: self.excerpt() }
    }

    /// A failure of this kind that another attempt may mend, not before the time that the provider asks for.
    pub fn retry(&self, kind: SendErrorKind, now: Timestamp) -> SendError {
        SendError::retry(kind, self.describe()).with_status(self.status).after(self.retry_after(now))
    }

    /// A failure of this kind that no other attempt can mend.
    pub fn permanent(&self, kind: SendErrorKind) -> SendError {
        SendError::permanent(kind, self.describe()).with_status(self.status)
    }

    /// How long the provider asks to wait, in seconds or until a date; at most an hour.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let wait = if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            // More digits than fit are a long wait, too.
            Duration::from_secs(text.parse().unwrap_or(u64::MAX))
        } else {
            let until = DateTimeParser::new().parse_timestamp(text).ok()?;
            until.duration_since(now).try_into().unwrap_or(Duration::ZERO)
        };
        Some(wait.min(MAX_RETRY_AFTER))
    }

    fn describe(&self) -> String {
        let excerpt = self.excerpt();
        match self.status {
            300..400 => format!("answered {}, a redirect, which is not followed", self.status),
            status if excerpt.is_empty() => format!("answered {status}"),
            status => format!("answered {status}: {excerpt}"),
        }
    }

    /// The beginning of the body in one line, fit to be shown anywhere.
    fn excerpt(&self) -> String {
        let line: String =
            self.body.trim().chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
        clip(&line, MAX_EXCERPT_CHARS).into_owned()
    }
}
