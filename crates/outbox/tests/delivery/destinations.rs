//! What one destination does to itself, and not to others.

use std::time::Duration;

use campana_notify::testing::{Reply, Server, Step};
use campana_outbox::{Clock, Options};
use campana_store::delivery::{Count, Status};
use campana_store::destination;

use crate::harness::{Trial, key, options, received, wait_until};

#[tokio::test]
async fn a_limit_pauses_its_destination_and_others_go_on() {
    let trial = Trial::new().await;
    let limited = Server::start([Reply::new(429).header("retry-after", "30"), Reply::new(200)]);
    let other = Server::start([Reply::new(200)]);
    trial.hook(&limited).await;
    trial.hook(&other).await;
    let outbox = trial.start();
    trial.changes(1).await;
    wait_until("recorded", || outbox.stats().retried == 1 && outbox.stats().accepted == 1).await;
    trial.changes(10).await;
    wait_until("others go on", || outbox.stats().accepted == 11).await;
    trial.clock.advance(29);
    trial.changes(1).await;
    wait_until("others go on", || outbox.stats().accepted == 12).await;
    assert_eq!((limited.requests().len(), outbox.stats().paused), (1, 1));
    trial.clock.advance(1);
    wait_until("all arrive", || outbox.stats().accepted == 24).await;
    assert_eq!((limited.requests().len(), outbox.stats().paused), (13, 0));
}

#[tokio::test]
async fn a_crowd_passes_a_narrow_gate_and_none_of_it_dies() {
    let trial = Trial::new().await;
    // One message, then no other for a second.
    let gate = (0..500).flat_map(|_| [Reply::new(200), Reply::new(429).header("retry-after", "1")]);
    let receiver = Server::start(gate);
    trial.hook(&receiver).await;
    let outbox = trial.start_with(&trial.hooks, Options { slots: 64, per_destination: 16, ..options() });
    trial.changes(60).await;
    let ended = || outbox.stats().accepted + outbox.stats().failed();
    let is_done = || outbox.stats().accepted == 60;
    while !is_done() {
        let stands = || outbox.stats().in_flight == 0 && (outbox.stats().paused == 1 || is_done());
        wait_until("paused", stands).await;
        let before = ended();
        trial.clock.advance(11 * 60);
        wait_until("probed", || ended() > before || is_done()).await;
    }
    assert_eq!(trial.statuses().await, [Status::Delivered; 60]);
    let crowd = receiver.requests().len();
    assert!(crowd <= 130, "{crowd} requests: after a pause it begins with few");
}

#[tokio::test]
async fn what_waits_for_a_destination_is_due_at_once_when_it_recovers() {
    let trial = Trial::new().await;
    let failing = || Step::Answer(Reply::new(503));
    let steps = (0..5).map(|_| failing()).chain([failing(), Reply::new(200).into()]);
    let receiver = Server::start(steps);
    trial.hook(&receiver).await;
    let outbox = trial.start_with(&trial.hooks, Options { per_destination: 1, ..options() });
    trial.changes(10).await;
    wait_until("paused", || outbox.stats().paused == 1).await;
    wait_until("nothing is in hand", || outbox.stats().in_flight == 0).await;
    assert_eq!((receiver.requests().len(), outbox.stats().retried), (5, 5));
    trial.clock.advance(5);
    wait_until("the probe fails", || outbox.stats().retried == 6).await;
    assert_eq!((receiver.requests().len(), outbox.stats().paused), (6, 1));
    // Those that failed have waits of 5 to 30 s before them, of which 10 s pass.
    trial.clock.advance(10);
    wait_until("all arrive", || outbox.stats().accepted == 10).await;
    assert!(trial.store.read(destination::List).await.unwrap().is_empty());
    let spent: u32 = trial.deliveries().await.iter().map(|delivery| delivery.attempts).sum();
    assert_eq!(spent, 16, "who waited for the destination has spent nothing");
}

#[tokio::test]
async fn what_is_owed_to_a_destination_that_is_gone_is_dead() {
    let trial = Trial::new().await;
    let gone = Server::start([Reply::new(410)]);
    trial.hook(&gone).await;
    let outbox = trial.start();
    trial.changes(12).await;
    wait_until("all are refused", || outbox.stats().rejected == 12).await;
    assert_eq!(trial.statuses().await, [Status::Dead; 12]);
    let delivery = trial.deliveries().await.remove(0);
    assert_eq!(delivery.reason.as_deref(), Some("answered 410"));
}

#[tokio::test]
async fn one_that_hangs_delays_itself_only() {
    let trial = Trial::new().await;
    let hanging = Server::start([Step::Hang]);
    let healthy = Server::start([Reply::new(200)]);
    trial.hook(&hanging).await;
    trial.changes(300).await;
    trial.hook(&healthy).await;
    let outbox = trial.start();
    trial.changes(100).await;
    wait_until("the healthy one has all", || outbox.stats().accepted == 100).await;
    assert_eq!(healthy.requests().len(), 100);
    assert_eq!(received(&hanging, 2).await.len(), 2, "no more than its places");
    assert!(outbox.stats().in_flight <= 4, "no more than its share");
}

#[tokio::test]
async fn a_pause_survives_a_restart() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(429).header("retry-after", "60"), Reply::new(200)]);
    trial.hook(&receiver).await;
    let outbox = trial.start();
    trial.changes(1).await;
    wait_until("recorded", || outbox.stats().retried == 1).await;
    outbox.stop(Duration::ZERO).await;
    let outbox = trial.start();
    trial.clock.advance(59);
    trial.changes(3).await;
    wait_until("learnt", || outbox.stats().paused == 1).await;
    assert_eq!(receiver.requests().len(), 1);
    trial.clock.advance(1);
    wait_until("all arrive", || outbox.stats().accepted == 4).await;
}

#[tokio::test]
async fn what_waits_for_too_long_dies_when_the_probe_fails() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(502)]);
    trial.hook(&receiver).await;
    let outbox = trial.start();
    trial.changes(1).await;
    wait_until("paused", || outbox.stats().paused == 1).await;
    trial.changes(5).await;
    let first = key(&receiver.requests()[0]);
    trial.clock.advance(4 * 24 * 60 * 60);
    wait_until("the probe fails", || outbox.stats().retried == 2).await;
    let dead = async || {
        let count = Count { now: trial.clock.now() };
        trial.store.read(count).await.unwrap().dead
    };
    let waiting = async {
        while dead().await < 6 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
    assert_eq!(trial.delivery(first).await.status, Status::Dead);
}
