//! What becomes of deliveries when servers or databases fail.

use std::time::Duration;

use campana_model::Timestamp;
use campana_notify::testing::{Reply, Server, Step};
use campana_outbox::Clock;
use campana_store::delivery::{Count, Status, VoidLeases};
use campana_store::destination;
use rusqlite::Connection;
use tokio::runtime::{Builder, Runtime};

use crate::harness::{Trial, key, options, received, wait_until};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn what_a_killed_server_had_in_hand_is_sent_again_at_once() {
    let main = runtime();
    let trial = main.block_on(Trial::new());
    let receiver = Server::start([Step::Hang, Reply::new(200).into()]);
    main.block_on(trial.hook(&receiver));
    let killed = runtime();
    killed.block_on(async {
        let _outbox = trial.start();
        trial.changes(1).await;
        received(&receiver, 1).await;
    });
    drop(killed);
    let trial = main.block_on(trial.reopen());
    main.block_on(async {
        let outbox = trial.start();
        wait_until("recorded", || outbox.stats().accepted == 1).await;
        assert_eq!(outbox.stats().lost, 1);
        let requests = receiver.requests();
        let id = key(&requests[0]);
        assert_eq!((requests.len(), key(&requests[1])), (2, id));
        assert_eq!(trial.outcomes(id).await, ["lost", "accepted"]);
        assert_eq!(trial.delivery(id).await.status, Status::Delivered);
    });
}

#[test]
fn a_destination_that_was_being_probed_is_probed_again_and_not_a_lease_later() {
    let main = runtime();
    let trial = main.block_on(Trial::new());
    let receiver = Server::start([Reply::new(502).into(), Step::Hang, Reply::new(200).into()]);
    main.block_on(trial.hook(&receiver));
    let killed = runtime();
    killed.block_on(async {
        let outbox = trial.start();
        trial.changes(1).await;
        wait_until("recorded", || outbox.stats().retried == 1).await;
        trial.clock.advance(6);
        received(&receiver, 2).await;
    });
    drop(killed);
    let trial = main.block_on(trial.reopen());
    main.block_on(async {
        let outbox = trial.start();
        wait_until("taken over", || outbox.stats().lost == 1).await;
        trial.clock.advance(6);
        wait_until("recorded", || outbox.stats().accepted == 1).await;
    });
}

#[test]
fn a_lease_that_ran_out_is_taken_over_and_a_late_success_still_counts() {
    // Connections that both use live here, so this one runs also while nobody blocks on it.
    let main = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let trial = main.block_on(Trial::new());
    let receiver = Server::start([Reply::new(500), Reply::new(200)]);
    main.block_on(trial.hook(&receiver));
    // This one stands still between its claim and its sending.
    let frozen = runtime();
    let gated = trial.hooks.gated();
    let first = frozen.block_on(async {
        let outbox = trial.start_with(&gated, options());
        trial.changes(1).await;
        wait_until("leased", || gated.seen() == 1).await;
        outbox
    });
    trial.clock.advance(61);
    main.block_on(async {
        let second = trial.start();
        wait_until("taken over and failed", || second.stats().retried == 1).await;
        let delivery = trial.deliveries().await.remove(0);
        assert_eq!((delivery.status, delivery.attempts), (Status::Pending, 2));
    });
    frozen.block_on(async {
        gated.gate.as_ref().unwrap().add_permits(1);
        wait_until("recorded", || first.stats().accepted == 1).await;
        let requests = receiver.requests();
        let id = key(&requests[0]);
        assert_eq!((requests.len(), key(&requests[1])), (2, id));
        assert_eq!(trial.delivery(id).await.status, Status::Delivered);
        assert_eq!(trial.outcomes(id).await, ["accepted", "retry"]);
    });
}

#[tokio::test]
async fn an_outcome_is_recorded_when_the_database_is_back() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(200)]);
    trial.hook(&receiver).await;
    let hooks = trial.hooks.gated();
    let outbox = trial.start_with(&hooks, options());
    trial.changes(1).await;
    wait_until("leased", || hooks.seen() == 1).await;
    let away = Connection::open(trial.folder.path().join("campana.db")).unwrap();
    away.execute_batch("BEGIN IMMEDIATE").unwrap();
    hooks.gate.as_ref().unwrap().add_permits(1);
    let id = key(&received(&receiver, 1).await[0]);
    // Whatever is written after the outcome is refused, so the outcome was.
    let other = VoidLeases { now: Timestamp::MIN, waits: Vec::new() };
    assert!(trial.store.write(other).await.is_err());
    assert_eq!(trial.delivery(id).await.status, Status::Pending);
    away.execute_batch("ROLLBACK").unwrap();
    let waiting = async {
        while outbox.stats().accepted == 0 {
            trial.clock.advance(1);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
    assert_eq!(trial.delivery(id).await.status, Status::Delivered);
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_takes_nothing_more() {
    let trial = Trial::new().await;
    let receiver = Server::start([Reply::new(200)]);
    trial.hook(&receiver).await;
    let hooks = trial.hooks.gated();
    let outbox = trial.start_with(&hooks, options());
    trial.changes(6).await;
    wait_until("in hand", || hooks.seen() == 2).await;
    let stopping = tokio::spawn(async move { outbox.stop(Duration::from_secs(10)).await });
    wait_until("no slot is left", || trial.store.slots().free() == 0).await;
    trial.changes(1).await;
    hooks.gate.as_ref().unwrap().add_permits(9);
    stopping.await.unwrap();
    assert_eq!(receiver.requests().len(), 2);
    let counts = trial.store.read(Count { now: trial.clock.now() }).await.unwrap();
    assert_eq!(counts.pending, 5);
    // The rest is in nobody's hands, so the next one takes it at once.
    let next = trial.start();
    wait_until("all arrive", || next.stats().accepted == 5).await;
    assert_eq!(next.stats().lost, 0);
}

#[tokio::test]
async fn what_has_not_ended_after_the_grace_is_recorded_as_ambiguous_and_due() {
    let trial = Trial::new().await;
    let receiver = Server::start([Step::Hang, Reply::new(200).into()]);
    trial.hook(&receiver).await;
    let outbox = trial.start();
    trial.changes(1).await;
    let id = key(&received(&receiver, 1).await[0]);
    outbox.stop(Duration::ZERO).await;
    assert_eq!(trial.outcomes(id).await, ["ambiguous"]);
    assert!(trial.store.read(destination::List).await.unwrap().is_empty(), "not the destination's fault");
    let next = trial.start();
    wait_until("recorded", || next.stats().accepted == 1).await;
}
