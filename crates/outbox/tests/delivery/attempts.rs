//! What becomes of one delivery.

use std::time::Duration;

use campana_model::{FlowRunId, StateKind};
use campana_notify::testing::{Reply, Server, Step};
use campana_store::delivery::Status;

use crate::harness::{Trial, key, options, received, wait_until};

#[tokio::test]
async fn a_change_arrives_without_any_timer() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(202).body("thanks")]);
    trial.hook(&receiver).await;
    let outbox = trial.start();
    trial.changes(1).await;
    wait_until("recorded", || outbox.stats().accepted == 1).await;
    let requests = receiver.requests();
    let delivery = trial.delivery(key(&requests[0])).await;
    assert_eq!((requests.len(), delivery.status, delivery.attempts), (1, Status::Delivered, 1));
    let attempt = trial.attempts(delivery.id).await.remove(0);
    assert_eq!((attempt.outcome.as_str(), attempt.status), ("accepted", Some(202)));
    assert_eq!(attempt.answer.as_deref(), Some("thanks"));
    wait_until("nothing in hand", || outbox.stats().in_flight == 0).await;
}

#[tokio::test]
async fn what_was_owed_before_the_start_arrives() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(200)]);
    trial.hook(&receiver).await;
    trial.changes(20).await;
    let outbox = trial.start();
    wait_until("recorded", || outbox.stats().accepted == 20).await;
    assert_eq!(receiver.requests().len(), 20);
}

#[tokio::test]
async fn a_failure_is_repeated_after_its_wait_with_the_same_key_and_body() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(500), Reply::new(500), Reply::new(200)]);
    trial.hook(&receiver).await;
    let outbox = trial.start();
    trial.changes(1).await;
    for (failed, wait) in [(1, 6), (2, 33)] {
        wait_until("recorded", || outbox.stats().retried == failed).await;
        let delivery = trial.deliveries().await.remove(0);
        assert_eq!((delivery.status, delivery.attempts as u64), (Status::Pending, failed));
        assert_eq!(receiver.requests().len() as u64, failed, "not before its wait");
        trial.clock.advance(wait);
    }
    wait_until("recorded", || outbox.stats().accepted == 1).await;
    let requests = receiver.requests();
    assert!(requests.iter().all(|request| key(request) == key(&requests[0])));
    assert!(requests.iter().all(|request| request.body == requests[0].body));
    let attempts = trial.attempts(key(&requests[0])).await;
    let told: Vec<_> = attempts.iter().map(|attempt| (attempt.outcome.as_str(), attempt.status)).collect();
    assert_eq!(told, [("retry", Some(500)), ("retry", Some(500)), ("accepted", Some(200))]);
}

#[tokio::test]
async fn the_budget_of_attempts_is_spent_and_then_it_is_dead() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(500)]);
    trial.hook(&receiver).await;
    let backoff = campana_outbox::Backoff::new([1, 1].map(Duration::from_secs));
    let outbox = trial.start_with(&trial.hooks, campana_outbox::Options { backoff, ..options() });
    trial.changes(1).await;
    for failed in 1..=3 {
        wait_until("recorded", || outbox.stats().retried == failed).await;
        trial.clock.advance(2);
    }
    let delivery = trial.deliveries().await.remove(0);
    assert_eq!((delivery.status, delivery.attempts), (Status::Dead, 3));
    assert_eq!(delivery.reason.as_deref(), Some("answered 500"));
}

#[tokio::test]
async fn what_is_sent_and_not_answered_is_repeated_with_the_same_key() {
    let trial = Trial::new().await;
    let garbage = Step::Raw(b"\x16\x03\x01 no HTTP at all\r\n\r\n".to_vec());
    let steps = [Step::ResetAfterBody, garbage, Step::Hang, Reply::new(200).into()];
    let receiver = Server::start(steps);
    trial.hook(&receiver).await;
    let outbox = trial.start();
    trial.changes(1).await;
    for ambiguous in 1..=2 {
        wait_until("recorded", || outbox.stats().ambiguous == ambiguous).await;
        trial.clock.advance(33);
    }
    received(&receiver, 3).await;
    trial.clock.advance(20);
    wait_until("given up", || outbox.stats().ambiguous == 3).await;
    trial.clock.advance(132);
    wait_until("recorded", || outbox.stats().accepted == 1).await;
    let requests = receiver.requests();
    assert!(requests.iter().all(|request| key(request) == key(&requests[0])));
    let outcomes = trial.outcomes(key(&requests[0])).await;
    assert_eq!(outcomes, ["ambiguous", "ambiguous", "ambiguous", "accepted"]);
}

#[tokio::test]
async fn a_run_is_told_in_order_also_when_its_first_change_has_to_be_repeated() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(500), Reply::new(200)]);
    trial.hook(&receiver).await;
    let outbox = trial.start();
    let run = FlowRunId::new();
    let mut wanted = Vec::new();
    for state in [StateKind::Running, StateKind::Success] {
        wanted.push(trial.change(run, state).await.to_string());
    }
    wait_until("recorded", || outbox.stats().retried == 1).await;
    trial.changes(1).await;
    wait_until("another run goes on", || outbox.stats().accepted == 1).await;
    trial.clock.advance(6);
    wait_until("recorded", || outbox.stats().accepted == 3).await;
    let told: Vec<_> = receiver.requests().into_iter().map(|request| request.body).collect();
    let place = |event: &str| told.iter().rposition(|body| body.contains(event)).unwrap();
    assert_eq!(told.len(), 4);
    assert!(told[0].contains(&wanted[0]) && place(&wanted[0]) == 2 && place(&wanted[1]) == 3, "{told:?}");
}

#[tokio::test]
async fn a_delivery_of_a_deleted_hook_is_cancelled() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(500), Reply::new(200)]);
    let hook = trial.hook(&receiver).await;
    let outbox = trial.start();
    trial.changes(1).await;
    wait_until("recorded", || outbox.stats().retried == 1).await;
    trial.forget(hook);
    trial.clock.advance(6);
    wait_until("recorded", || outbox.stats().cancelled == 1).await;
    let delivery = trial.deliveries().await.remove(0);
    assert_eq!((delivery.status, receiver.requests().len()), (Status::Cancelled, 1));
}

#[tokio::test]
async fn a_panic_leaves_the_slot_to_the_next() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(200)]);
    trial.hook(&receiver).await;
    let hooks = trial.hooks.gated();
    // A closed gate panics.
    hooks.gate.as_ref().unwrap().close();
    let outbox = trial.start_with(&hooks, options());
    trial.changes(20).await;
    wait_until("each had a slot", || hooks.seen() == 20).await;
    wait_until("all slots are free", || trial.store.slots().free() == 8).await;
    assert_eq!(outbox.stats().in_flight, 0);
}
