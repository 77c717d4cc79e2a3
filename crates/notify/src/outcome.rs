//! How an attempt ends.

use std::time::Duration;

/// A provider accepted a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The status that it answered with (of HTTP or SMTP).
    pub status: u16,
    /// The beginning of its answer, without secrets.
    pub answer: String,
}

/// An attempt that did not succeed, as far as is known.
///
/// The message is a fragment such as `answered 404: channel_not_found`; it holds no URL and no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SendError {
    /// What happened.
    pub kind: SendErrorKind,
    /// Whether another attempt makes sense.
    pub verdict: Verdict,
    /// Whom it concerns.
    pub scope: Scope,
    /// The status that the provider answered with (of HTTP or SMTP), if it answered.
    pub status: Option<u16>,
    /// The words for people.
    pub message: String,
    gone: bool,
}

/// What happened to an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendErrorKind {
    /// No connection, so nothing was sent.
    Unreachable,
    /// Sent, or partly sent, and not answered: the message may have arrived.
    Ambiguous,
    /// Too many messages.
    RateLimited,
    /// The credentials are not accepted.
    Auth,
    /// The message or the destination is not accepted.
    Rejected,
    /// The provider is in trouble.
    ServerFault,
    /// Our own fault: nothing was sent, and no attempt is spent.
    Internal,
}

/// Whether another attempt makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Later; `after`: not before this time from now, as the provider asked.
    Retry {
        /// The wait that the provider asked for, already clamped.
        after: Option<Duration>,
    },
    /// Never: the same message will be refused again.
    Permanent,
}

/// Whom an error concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Only this message; others to the same destination may go on.
    ThisMessage,
    /// Everything that goes to this destination: pause it.
    Destination,
}

impl SendError {
    /// A failure that concerns this message only and that another attempt may mend.
    pub fn retry(kind: SendErrorKind, message: impl Into<String>) -> Self {
        let verdict = Verdict::Retry { after: None };
        let (scope, message) = (Scope::ThisMessage, message.into());
        Self { kind, verdict, scope, status: None, message, gone: false }
    }

    /// A failure that concerns this message only and that no other attempt can mend.
    pub fn permanent(kind: SendErrorKind, message: impl Into<String>) -> Self {
        Self { verdict: Verdict::Permanent, ..Self::retry(kind, message) }
    }

    /// The same, not to be tried again before this wait; does nothing to a permanent failure.
    #[must_use]
    pub fn after(self, after: Option<Duration>) -> Self {
        match self.verdict {
            Verdict::Retry { .. } => Self { verdict: Verdict::Retry { after }, ..self },
            Verdict::Permanent => self,
        }
    }

    /// The same, with the status that the provider answered.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }

    /// The same for the whole destination.
    #[must_use]
    pub fn of_destination(self) -> Self {
        Self { scope: Scope::Destination, ..self }
    }

    /// The same, permanent: the destination is gone for good.
    #[must_use]
    pub fn gone(self) -> Self {
        Self { verdict: Verdict::Permanent, scope: Scope::Destination, gone: true, ..self }
    }

    /// Whether the destination is gone for good, so that nothing is to be sent to it any more.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Whether another attempt makes sense.
    pub fn is_retryable(&self) -> bool {
        matches!(self.verdict, Verdict::Retry { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gone_is_for_good_and_for_the_whole_destination() {
        let error = SendError::retry(SendErrorKind::Rejected, "answered 410").gone();
        assert_eq!((error.verdict, error.scope), (Verdict::Permanent, Scope::Destination));
        assert!(error.is_gone());
    }

    #[test]
    fn a_wait_does_not_make_a_permanent_failure_retryable() {
        let after = Some(Duration::from_secs(7));
        let retry = SendError::retry(SendErrorKind::ServerFault, "answered 503").after(after);
        assert_eq!(retry.verdict, Verdict::Retry { after });
        let permanent = SendError::permanent(SendErrorKind::Rejected, "answered 400").after(after);
        assert_eq!(permanent.verdict, Verdict::Permanent);
    }
}
