//! The services that are stood in for, one file each.
//!
//! Adding one that speaks HTTP touches its file and the enum here.

mod pagerduty;
mod pushbullet;
mod slack;
mod teams;
mod twilio;
mod webhook;

use std::fmt;

use hyper::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use standardwebhooks::Webhook;

use crate::{Outcome, ReceivedMessage, Request};

/// A service that is stood in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A Slack incoming webhook.
    Slack,
    /// Twilio's Messages resource.
    Twilio,
    /// PagerDuty's Events API v2.
    #[serde(rename = "pagerduty")]
    PagerDuty,
    /// A workflow of Microsoft Teams.
    Teams,
    /// Pushbullet's pushes.
    Pushbullet,
    /// Any endpoint that takes JSON, signed or not.
    Webhook,
    /// A mail server, which speaks SMTP and not HTTP.
    Email,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Slack,
        Self::Twilio,
        Self::PagerDuty,
        Self::Teams,
        Self::Pushbullet,
        Self::Webhook,
        Self::Email,
    ];

    /// The path at which it listens; what follows it stands for the secret part of the URL, or is the path
    /// that the service itself has: `/twilio/2010-04-01/Accounts/...`. Empty where there is no HTTP.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Slack => "/slack",
            Self::Twilio => "/twilio",
            Self::PagerDuty => "/pagerduty",
            Self::Teams => "/teams",
            Self::Pushbullet => "/pushbullet",
            Self::Webhook => "/webhook",
            Self::Email => "",
        }
    }

    /// The name as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slack => "Slack",
            Self::Twilio => "Twilio",
            Self::PagerDuty => "PagerDuty",
            Self::Teams => "Teams",
            Self::Pushbullet => "Pushbullet",
            Self::Webhook => "webhook",
            Self::Email => "e-mail",
        }
    }

    /// The kinds that have a path.
    pub(crate) fn over_http() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| !kind.path().is_empty())
    }

    /// The kind that listens at `path`, or above it.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Self::over_http().find(|kind| {
            path.strip_prefix(kind.path()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        })
    }

    /// What the service answers, and what its reader sees.
    pub(crate) fn answer(self, request: &Request, signing: Option<&Webhook>) -> Answer {
        match self {
            Self::Slack => slack::answer(request),
            Self::Twilio => twilio::answer(request),
            Self::PagerDuty => pagerduty::answer(request),
            Self::Teams => teams::answer(request),
            Self::Pushbullet => pushbullet::answer(request),
            Self::Webhook => webhook::answer(request, signing),
            Self::Email => Answer::refuse(StatusCode::NOT_FOUND, "mails are taken by SMTP"),
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
    /// `None`: there is none, or one that says nothing.
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: String,
    /// What the reader sees, or why the service does not take the request.
    pub(crate) verdict: Result<ReceivedMessage, String>,
    /// By which the service tells that it has the message already. None: it does not look.
    pub(crate) key: Option<String>,
}

impl Answer {
    pub(crate) fn accept(status: StatusCode, body: &str, message: ReceivedMessage) -> Self {
        Self { status, content_type: None, body: body.to_owned(), verdict: Ok(message), key: None }
    }

    pub(crate) fn refuse(status: StatusCode, reason: &str) -> Self {
        let verdict = Err(reason.to_owned());
        Self { status, content_type: None, body: reason.to_owned(), verdict, key: None }
    }

    /// The same with this JSON as the body.
    #[must_use]
    pub(crate) fn with_json(self, body: &Json) -> Self {
        Self { content_type: Some("application/json"), body: body.to_string(), ..self }
    }

    /// The same; the service takes one message only with this key.
    #[must_use]
    pub(crate) fn once(self, key: Option<String>) -> Self {
        Self { key, ..self }
    }

    /// The answer's place in the log.
    pub(crate) fn outcome(&self) -> Outcome {
        match &self.verdict {
            Ok(message) => Outcome::Accepted(message.clone()),
            Err(reason) => Outcome::Refused { status: self.status.as_u16(), reason: reason.clone() },
        }
    }
}

/// Reads a JSON object; a list is none, though its items may stand for fields.
fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let json: Json = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if !json.is_object() {
        return Err("it is not a JSON object".to_owned());
    }
    serde_json::from_value(json).map_err(|error| error.to_string())
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
            ("/twilio/2010-04-01/Accounts/AC1/Messages.json", Some(Kind::Twilio)),
            ("/slacker", None),
            ("/", None),
        ] {
            assert_eq!(Kind::at(path), kind, "{path}");
        }
    }
}
