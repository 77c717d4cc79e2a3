//! What came of the attempt, for people and for machines.

use std::io::{self, Write as _};

use campana_notify::{Receipt, SendError, SendErrorKind, Verdict};
use serde_json::json;

use super::credentials::Credentials;
use crate::{ExitStatus, terminal};

/// What came of the attempt.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) channel: &'static str,
    pub(super) sent: Result<Receipt, SendError>,
}

impl Report {
    /// Says it: on stdout what the provider took or as JSON whatever it is, on stderr what went wrong.
    pub(super) fn tell(&self, credentials: &Credentials<'_>, json: bool) -> anyhow::Result<ExitStatus> {
        if json {
            terminal::print(&terminal::without_controls(&self.json()))?;
        }
        match &self.sent {
            Ok(_) if json => {}
            Ok(Receipt { status, answer }) => {
                let answer = if answer.is_empty() { String::new() } else { format!(": {answer}") };
                terminal::print(&format!("{} took the message; it answered {status}{answer}", self.channel))?;
            }
            Err(error) => {
                // If stderr is gone, the exit status still tells.
                let _ = writeln!(io::stderr(), "error: {}: {error}", self.channel);
                let _ = writeln!(io::stderr(), "{}; {}", advice(error), credentials.used());
            }
        }
        Ok(match &self.sent {
            Ok(_) => ExitStatus::Ok,
            Err(error) if error.is_retryable() => ExitStatus::Undelivered,
            Err(_) => ExitStatus::Rejected,
        })
    }

    fn json(&self) -> String {
        let channel = self.channel;
        let mut report = match &self.sent {
            Ok(Receipt { status, answer }) => {
                json!({ "channel": channel, "outcome": "accepted", "status": status, "answer": answer })
            }
            Err(error) => json!({ "channel": channel, "outcome": outcome(error), "reason": error.message }),
        };
        if let Err(SendError { verdict: Verdict::Retry { after: Some(after) }, .. }) = &self.sent {
            report["retry_after_seconds"] = after.as_secs().into();
        }
        report.to_string()
    }
}

fn outcome(error: &SendError) -> &'static str {
    match (error.kind, error.verdict) {
        (SendErrorKind::Ambiguous, _) => "ambiguous",
        (_, Verdict::Retry { .. }) => "retry",
        (_, Verdict::Permanent) => "rejected",
    }
}

fn advice(error: &SendError) -> String {
    let advice = match error.kind {
        SendErrorKind::Unreachable => "nothing was sent: check the address, the network and the proxy",
        SendErrorKind::Ambiguous => "it may have arrived: look before you send it again",
        SendErrorKind::Auth => "the credentials are not accepted",
        SendErrorKind::Rejected if error.is_gone() => "nothing can be sent there any more",
        SendErrorKind::Rejected => "the provider does not take it: check the address and the credentials",
        SendErrorKind::RateLimited => "these were too many messages",
        SendErrorKind::ServerFault => "the provider is in trouble: try again later",
        SendErrorKind::Internal => "nothing was sent, and the fault is ours",
    };
    match error.verdict {
        Verdict::Retry { after: Some(after) } => {
            format!("{advice}; wait for {} s", after.as_secs())
        }
        _ => advice.to_owned(),
    }
}
