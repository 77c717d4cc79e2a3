//! One attempt: prepare, send, record.

use std::time::Duration;

use campana_model::Timestamp;
use campana_notify::{Payload, Receipt, SendContext, SendError, SendErrorKind};
use campana_store::delivery::{Claimed, Finish, Finished, Outcome};
use campana_store::{Error, destination, fail_point};

use crate::clock::{later, until};
use crate::desk::{Desk, InHand};
use crate::limiter::{Health, Turn};
use crate::{Prepared, Unprepared, UnpreparedKind, reaper, verdict};

/// The first wait before an outcome that could not be recorded is recorded again; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// The longest such wait.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How often an outcome is recorded that the database does not take though it answers.
const REFUSALS: u32 = 10;

/// Makes an attempt and records it.
pub(crate) async fn make(mut hand: InHand) {
    let desk = hand.desk.clone();
    let started_at = desk.clock.now();
    if !hand.has_time(started_at) || desk.hurry.is_cancelled() {
        return put_back(hand, started_at).await;
    }
    fail_point::reached("before-send");
    let Made { outcome, health, payload } = attempt(&desk, &hand.claimed).await;
    let now = desk.clock.now();
    let turn = hand.leave(health);
    fail_point::reached("after-send");
    tell(&hand.claimed, &outcome, turn.as_ref());
    let finish = Finish {
        latency: until(started_at, now),
        payload,
        destination: turn.clone().map(|turn| change(&hand.claimed, turn)),
        ..finish(&hand.claimed, outcome, started_at, now)
    };
    record(&desk, finish).await;
    if let Some(Turn::Paused { probe_failed: true, reason, .. }) = turn {
        reaper::give_up(&desk, &hand.claimed.destination, reason).await;
    }
}

/// Puts a delivery back without an attempt, due at this time.
pub(crate) async fn put_back(mut hand: InHand, due_at: Timestamp) {
    hand.leave(Health::Unknown);
    let now = hand.desk.clock.now();
    let outcome = Outcome::Waits { reason: "waits for its destination".to_owned(), due_at };
    record(&hand.desk, finish(&hand.claimed, outcome, now, now)).await;
}

/// The end of an attempt that has sent nothing.
fn finish(claimed: &Claimed, outcome: Outcome, started_at: Timestamp, now: Timestamp) -> Finish {
    Finish {
        id: claimed.id,
        seq: claimed.seq,
        attempt: claimed.attempt,
        now,
        started_at,
        latency: Duration::ZERO,
        payload: None,
        outcome,
        destination: None,
        route: claimed.route,
    }
}

struct Made {
    outcome: Outcome,
    health: Health,
    /// What was sent for the first time.
    payload: Option<String>,
}

async fn attempt(desk: &Desk, claimed: &Claimed) -> Made {
    let prepared = match prepare(desk, claimed).await {
        Ok(prepared) => prepared,
        Err(unprepared) => {
            let outcome = verdict::of_unprepared(unprepared, claimed, &desk.options, desk.clock.now());
            return Made { outcome, health: Health::Unknown, payload: None };
        }
    };
    let sent = send(desk, claimed, &prepared).await;
    let now = desk.clock.now();
    let (outcome, health) = match sent {
        Some(sent) => verdict::of_sent(sent, claimed, &desk.options, now),
        None => (verdict::of_stopped(now), Health::Unknown),
    };
    Made { outcome, health, payload: first_payload(claimed, &prepared.payload) }
}

async fn prepare(desk: &Desk, claimed: &Claimed) -> Result<Prepared, Unprepared> {
    let deadline = later(desk.clock.now(), desk.options.send_timeout);
    tokio::select! {
        biased;
        prepared = desk.prepare.prepare(claimed) => prepared,
        () = desk.clock.sleep_until(deadline) => {
            let reason = format!("not ready to be sent within {:?}", desk.options.send_timeout);
            Err(Unprepared { reason, kind: UnpreparedKind::Busy })
        }
    }
}

/// Sends; nothing, if the server stops before it is known how that ends.
async fn send(desk: &Desk, claimed: &Claimed, prepared: &Prepared) -> Option<Result<Receipt, SendError>> {
    let now = desk.clock.now();
    let context = SendContext { delivery_id: claimed.id, event_id: prepared.event_id, now };
    let deadline = later(now, desk.options.send_timeout);
    tokio::select! {
        biased;
        sent = prepared.channel.send(&prepared.payload, &context) => Some(sent),
        () = desk.clock.sleep_until(deadline) => {
            let message = format!("sent, but not answered within {:?}", desk.options.send_timeout);
            Some(Err(SendError::retry(SendErrorKind::Ambiguous, message)))
        }
        () = desk.hurry.cancelled() => None,
    }
}

fn first_payload(claimed: &Claimed, payload: &Payload) -> Option<String> {
    if claimed.payload.is_some() {
        return None;
    }
    serde_json::to_string(payload)
        .inspect_err(
            |error| tracing::error!(delivery_id = %claimed.id, %error, "could not store the payload"),
        )
        .ok()
}

fn change(claimed: &Claimed, turn: Turn) -> destination::Change {
    let key = claimed.destination.clone();
    match turn {
        Turn::Paused { failures, until, reason, probe_failed: _ } => {
            destination::Change { key, failures, paused_until: Some(until), reason: Some(reason) }
        }
        Turn::Recovered => destination::Change { key, failures: 0, paused_until: None, reason: None },
    }
}

/// Logs what somebody may want to act on; the delivery log has the rest.
fn tell(claimed: &Claimed, outcome: &Outcome, turn: Option<&Turn>) {
    let (delivery_id, hook_id) = (claimed.id, claimed.hook_id);
    match outcome {
        Outcome::Rejected { reason, .. }
        | Outcome::Retry { reason, due_at: None, .. }
        | Outcome::Ambiguous { reason, due_at: None } => {
            tracing::warn!(%delivery_id, %hook_id, reason, "delivery is dead");
        }
        Outcome::Waits { reason, .. } => tracing::debug!(%delivery_id, %hook_id, reason, "delivery waits"),
        Outcome::Accepted { .. }
        | Outcome::Retry { .. }
        | Outcome::Ambiguous { .. }
        | Outcome::Cancelled { .. } => {}
    }
    match turn {
        Some(Turn::Paused { until, reason, .. }) => {
            tracing::warn!(%hook_id, %until, reason, "destination is paused");
        }
        Some(Turn::Recovered) => tracing::info!(%hook_id, "destination is well again"),
        None => {}
    }
}

/// Records how an attempt ended, however long the database is away.
async fn record(desk: &Desk, finish: Finish) {
    let delivery_id = finish.id;
    let (mut wait, mut refusals) = (FIRST_WAIT, 0);
    let error = loop {
        let error = match desk.store.write(finish.clone()).await {
            Ok(finished) => {
                desk.counters.ended(&finish.outcome);
                if finished != Finished::Applied {
                    tracing::info!(%delivery_id, ?finished, "delivery was not in hand any more");
                }
                return;
            }
            Err(error) => error,
        };
        let is_away = matches!(error, Error::Unavailable(_) | Error::Full | Error::Conflict(_));
        refusals += u32::from(!is_away);
        if refusals == REFUSALS || matches!(error, Error::Closed) {
            break error;
        }
        if wait == FIRST_WAIT {
            tracing::warn!(%delivery_id, %error, "could not record an attempt; trying again");
        }
        tokio::select! {
            () = desk.clock.sleep_until(later(desk.clock.now(), wait)) => {}
            () = desk.hurry.cancelled() => break error,
        }
        wait = (2 * wait).min(LONGEST_WAIT);
    };
    // Its lease runs out, and it is tried again.
    tracing::error!(%delivery_id, %error, outcome = ?finish.outcome, "an attempt is not recorded");
}
