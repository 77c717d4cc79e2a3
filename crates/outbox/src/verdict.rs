//! From how an attempt ended to what is recorded of it, and to what it shows of the destination. Pure.

use campana_model::Timestamp;
use campana_notify::{Receipt, Scope, SendError, SendErrorKind, Verdict};
use campana_store::delivery::{Claimed, Outcome};

use crate::backoff::jitter;
use crate::clock::later;
use crate::limiter::Health;
use crate::{Options, Unprepared, UnpreparedKind};

/// Up to which attempt the waits grow when the provider has too many: by default not beyond 10 min.
const CROWD: u32 = 4;

/// What is recorded of an attempt that the channel made.
pub(crate) fn of_sent(
    sent: Result<Receipt, SendError>,
    claimed: &Claimed,
    options: &Options,
    now: Timestamp,
) -> (Outcome, Health) {
    match sent {
        Ok(Receipt { status, answer }) => (Outcome::Accepted { status, answer }, Health::Well),
        Err(error) => {
            let health = health(&error);
            (outcome(error, claimed, options, now), health)
        }
    }
}

/// What is recorded of an attempt that could not be prepared.
pub(crate) fn of_unprepared(
    unprepared: Unprepared,
    claimed: &Claimed,
    options: &Options,
    now: Timestamp,
) -> Outcome {
    let Unprepared { reason, kind } = unprepared;
    match kind {
        UnpreparedKind::Waits => waits(reason, claimed, options, now),
        UnpreparedKind::Busy => {
            let soon =
                options.backoff.delays().first().map_or(options.wait, |first| (*first).min(options.wait));
            Outcome::Waits { reason, due_at: later(now, soon) }
        }
        UnpreparedKind::Cancelled => Outcome::Cancelled { reason },
        UnpreparedKind::Broken => rejected(SendErrorKind::Internal, None, reason),
    }
}

/// What is recorded of an attempt that was given up because the server stops.
pub(crate) fn of_stopped(now: Timestamp) -> Outcome {
    let reason = "the server stopped before the answer came".to_owned();
    Outcome::Ambiguous { reason, due_at: Some(now) }
}

fn outcome(error: SendError, claimed: &Claimed, options: &Options, now: Timestamp) -> Outcome {
    let SendError { kind, verdict, status, message: reason, .. } = error;
    let after = match (kind, verdict) {
        (SendErrorKind::Internal, _) => return waits(reason, claimed, options, now),
        (_, Verdict::Permanent) => return rejected(kind, status, reason),
        (_, Verdict::Retry { after }) => after,
    };
    // Nobody dies of a crowd, nor waits for hours: the pause of the destination holds it back, and its age ends it.
    let spends = kind != SendErrorKind::RateLimited;
    let number = match spends {
        true => claimed.spent,
        false if is_old(claimed, options, now) => u32::MAX,
        false => claimed.attempt.min(options.backoff.waits().min(CROWD)),
    };
    let due_at = options.backoff.next(number, jitter(claimed.id, claimed.attempt), after, now);
    match kind {
        SendErrorKind::Ambiguous => Outcome::Ambiguous { reason, due_at },
        _ => Outcome::Retry { kind: name(kind).to_owned(), status, reason, due_at, spends },
    }
}

fn waits(reason: String, claimed: &Claimed, options: &Options, now: Timestamp) -> Outcome {
    if is_old(claimed, options, now) {
        let reason = format!("given up after waiting for long enough: {reason}");
        return rejected(SendErrorKind::Internal, None, reason);
    }
    Outcome::Waits { reason, due_at: later(now, options.wait) }
}

fn is_old(claimed: &Claimed, options: &Options, now: Timestamp) -> bool {
    later(claimed.created_at, options.give_up_after) <= now
}

fn rejected(kind: SendErrorKind, status: Option<u16>, reason: String) -> Outcome {
    Outcome::Rejected { kind: name(kind).to_owned(), status, reason }
}

/// What an error shows of the destination.
fn health(error: &SendError) -> Health {
    let reason = || error.message.clone();
    match (error.kind, error.scope, error.verdict) {
        (SendErrorKind::Internal, ..) => Health::Unknown,
        // A destination that is gone for good answers at once, and that kills what waits for it just as fast.
        _ if error.is_gone() => Health::Well,
        (_, Scope::Destination, Verdict::Retry { after }) => Health::Down(reason(), after),
        // Refused for who we are, not for what we say. This one is dead; the others wait, in case it is mended.
        (_, Scope::Destination, Verdict::Permanent) => Health::Down(reason(), None),
        (_, Scope::ThisMessage, Verdict::Permanent) => Health::Well,
        (_, Scope::ThisMessage, Verdict::Retry { .. }) => Health::Troubled(reason()),
    }
}

/// The name of a kind, as stored.
fn name(kind: SendErrorKind) -> &'static str {
    match kind {
        SendErrorKind::Unreachable => "unreachable",
        SendErrorKind::Ambiguous => "ambiguous",
        SendErrorKind::RateLimited => "rate_limited",
        SendErrorKind::Auth => "auth",
        SendErrorKind::Rejected => "rejected",
        SendErrorKind::ServerFault => "server_fault",
        SendErrorKind::Internal => "internal",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::claimed;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn judge(error: SendError, spent: u32) -> (Outcome, Health) {
        of_sent(Err(error), &Claimed { spent, ..claimed("a") }, &Options::default(), NOW)
    }

    fn reason() -> String {
        "answered 503".to_owned()
    }

    fn wait(outcome: &Outcome) -> Option<f64> {
        let (Outcome::Retry { due_at, .. } | Outcome::Ambiguous { due_at, .. }) = outcome else {
            return None;
        };
        due_at.map(|due_at| due_at.duration_since(NOW).as_secs_f64())
    }

    #[test]
    fn what_was_accepted_is_delivered() {
        let receipt = Receipt { status: 202, answer: "ok".to_owned() };
        let outcome = Outcome::Accepted { status: 202, answer: "ok".to_owned() };
        let judged = of_sent(Ok(receipt), &claimed("a"), &Options::default(), NOW);
        assert_eq!(judged, (outcome, Health::Well));
    }

    #[test]
    fn a_failure_is_tried_again_until_its_budget_is_spent() {
        let error = SendError::retry(SendErrorKind::ServerFault, reason()).with_status(503);
        let (outcome, health) = judge(error.clone(), 1);
        assert!(wait(&outcome).is_some_and(|wait| (4.5..=5.5).contains(&wait)), "{outcome:?}");
        assert_eq!(health, Health::Troubled(reason()));
        let kind = "server_fault".to_owned();
        let last = Outcome::Retry { kind, status: Some(503), reason: reason(), due_at: None, spends: true };
        assert_eq!(judge(error, 13).0, last);
    }

    #[test]
    fn what_was_sent_and_not_answered_is_said_to_be_ambiguous_and_tried_again() {
        let (outcome, health) = judge(SendError::retry(SendErrorKind::Ambiguous, reason()), 2);
        assert!(matches!(&outcome, Outcome::Ambiguous { .. }));
        assert!(wait(&outcome).is_some_and(|wait| (27.0..=33.0).contains(&wait)), "{outcome:?}");
        assert_eq!(health, Health::Troubled(reason()));
    }

    #[test]
    fn a_limit_concerns_the_destination_and_holds_for_as_long_as_the_provider_says() {
        let after = Some(Duration::from_secs(60));
        let error = SendError::retry(SendErrorKind::RateLimited, reason()).after(after).of_destination();
        let (outcome, health) = judge(error, 1);
        assert_eq!((wait(&outcome), health), (Some(60.0), Health::Down(reason(), after)));
    }

    #[test]
    fn a_limit_kills_by_age_and_not_by_attempts() {
        let error = || SendError::retry(SendErrorKind::RateLimited, reason()).of_destination();
        let crowded = Claimed { attempt: 40, ..claimed("a") };
        let (outcome, _) = of_sent(Err(error()), &crowded, &Options::default(), NOW);
        assert!(matches!(outcome, Outcome::Retry { spends: false, .. }));
        assert!(wait(&outcome).is_some_and(|wait| (540.0..=660.0).contains(&wait)));
        let old = later(NOW, Options::default().give_up_after);
        assert_eq!(wait(&of_sent(Err(error()), &claimed("a"), &Options::default(), old).0), None);
    }

    #[test]
    fn what_is_refused_for_good_is_dead() {
        let refused = SendError::permanent(SendErrorKind::Rejected, reason()).with_status(400);
        let dead = |kind: &str, status| Outcome::Rejected { kind: kind.to_owned(), status, reason: reason() };
        assert_eq!(judge(refused.clone(), 1), (dead("rejected", Some(400)), Health::Well));
        assert_eq!(judge(refused.gone(), 1), (dead("rejected", Some(400)), Health::Well));
        let unknown = SendError::permanent(SendErrorKind::Auth, reason()).of_destination();
        assert_eq!(judge(unknown, 1), (dead("auth", None), Health::Down(reason(), None)));
    }

    #[test]
    fn our_own_fault_spends_nothing_and_waits_but_not_for_ever() {
        let error = || SendError::permanent(SendErrorKind::Internal, reason());
        let (outcome, health) = judge(error(), 13);
        let due_at = later(NOW, Duration::from_secs(300));
        assert_eq!((outcome, health), (Outcome::Waits { reason: reason(), due_at }, Health::Unknown));
        let old = later(NOW, Options::default().give_up_after);
        let (outcome, _) = of_sent(Err(error()), &claimed("a"), &Options::default(), old);
        assert!(matches!(outcome, Outcome::Rejected { .. }));
    }

    #[test]
    fn what_cannot_be_prepared_waits_or_is_cancelled_or_dead() {
        let of = |kind| {
            let unprepared = Unprepared { reason: reason(), kind };
            of_unprepared(unprepared, &claimed("a"), &Options::default(), NOW)
        };
        let due_at = later(NOW, Duration::from_secs(300));
        assert_eq!(of(UnpreparedKind::Waits), Outcome::Waits { reason: reason(), due_at });
        let soon = later(NOW, Duration::from_secs(5));
        assert_eq!(of(UnpreparedKind::Busy), Outcome::Waits { reason: reason(), due_at: soon });
        assert_eq!(of(UnpreparedKind::Cancelled), Outcome::Cancelled { reason: reason() });
        assert!(matches!(of(UnpreparedKind::Broken), Outcome::Rejected { .. }));
    }
}
