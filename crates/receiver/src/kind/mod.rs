//! The services that are stood in for, one file each.
//!
//! Adding one that speaks HTTP touches its file and the enum here.

mod slack;
mod webhook;

use std::fmt;

use hyper::StatusCode;
use serde::Serialize;
use standardwebhooks::Webhook;

use crate::{Outcome, ReceivedMessage, Request};

/// A service that is stood in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A Slack incoming webhook.
    Slack,
    /// Any endpoint that takes JSON, signed or not.
    Webhook,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Slack, Self::Webhook];

    /// The path at which it listens; what follows it stands for the secret part of the URL.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Slack => "/slack",
            Self::Webhook => "/webhook",
        }
    }

    /// The name as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slack => "Slack",
            Self::Webhook => "webhook",
        }
    }

    /// The kind that listens at `path`, or above it.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| {
            path.strip_prefix(kind.path()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        })
    }

    /// What the service answers, and what its reader sees.
    pub(crate) fn answer(self, request: &Request, signing: Option<&Webhook>) -> Answer {
        match self {
            Self::Slack => slack::answer(request),
            Self::Webhook => webhook::answer(request, signing),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A service's answer to a request.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    /// `None`: refused.
    pub(crate) message: Option<ReceivedMessage>,
}

impl Answer {
    pub(crate) fn accept(status: StatusCode, body: &str, message: ReceivedMessage) -> Self {
        Self { status, body: body.to_owned(), message: Some(message) }
    }

    pub(crate) fn refuse(status: StatusCode, reason: &str) -> Self {
        Self { status, body: reason.to_owned(), message: None }
    }

    /// The answer's place in the log.
    pub(crate) fn outcome(&self) -> Outcome {
        match &self.message {
            Some(message) => Outcome::Accepted(message.clone()),
            None => Outcome::Refused { status: self.status.as_u16(), reason: self.body.clone() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deeper_paths_belong_to_their_kind() {
        for (path, kind) in [
            ("/slack", Some(Kind::Slack)),
            ("/slack/T0/B0/xyz", Some(Kind::Slack)),
            ("/webhook?key=1", Some(Kind::Webhook)),
            ("/slacker", None),
            ("/", None),
        ] {
            assert_eq!(Kind::at(path), kind, "{path}");
        }
    }
}
