//! Several servers on one Postgres, and clocks that are wrong.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use campana_model::StateKind;
use campana_model::id::{DeliveryId, EventId, FlowRunId};
use campana_store::delivery::{Claim, Claimed, Count, Finished, Status, TakeOver};
use campana_store::{Change, Changed, Told};

use crate::harness::{Db, LEASE, World, accepted, at, failed, run};

const WAITS: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

async fn two(db: &Db) -> (World, World) {
    let one = db.world().await;
    let two = World { store: db.open().await, tenant: one.tenant };
    (one, two)
}

fn on_postgres(case: impl AsyncFnOnce(Arc<Db>)) {
    run(Db::postgres(), case);
}

#[test]
fn two_servers_share_what_is_due_and_take_nothing_twice() {
    on_postgres(async |db| {
        let (one, two) = two(&db).await;
        one.webhook().await;
        for _ in 0..200 {
            one.happens(StateKind::Failed, at(1)).await;
        }
        let drain = |world: World| async move {
            let mut all = Vec::new();
            loop {
                let claim = Claim { now: at(2), limit: 7, per_destination: 100, busy: Vec::new() };
                let batch = world.store.write(claim).await.unwrap();
                if batch.claimed.is_empty() && !batch.more {
                    return all;
                }
                for claimed in &batch.claimed {
                    world.accept(claimed, at(3)).await;
                }
                all.extend(batch.claimed.into_iter().map(|claimed| claimed.id));
            }
        };
        let (first, second) =
            tokio::join!(tokio::spawn(drain(one.clone())), tokio::spawn(drain(two.clone())));
        let (first, second) = (first.unwrap(), second.unwrap());
        let all: HashSet<DeliveryId> = first.iter().chain(&second).copied().collect();
        assert_eq!((all.len(), first.len() + second.len()), (200, 200));
    });
}

#[test]
fn what_one_server_leaves_due_wakes_another() {
    on_postgres(async |db| {
        let (one, two) = two(&db).await;
        one.webhook().await;
        // What is told at the start is heard first.
        two.store.due().await;
        let heard = tokio::spawn({
            let store = two.store.clone();
            async move { store.due().await }
        });
        one.happens(StateKind::Failed, at(1)).await;
        heard.await.unwrap();
        assert_eq!(two.claim(at(1)).await.claimed.len(), 1);
    });
}

#[test]
fn what_one_server_changes_is_told_to_who_watches_at_another() {
    on_postgres(async |db| {
        let (one, two) = two(&db).await;
        let mut watch = two.store.watch();
        let run = FlowRunId::new();
        // Whoever begins to listen is told to look at everything; what comes after that is told as it is.
        let told = async {
            for second in 1.. {
                one.record(one.change(run, StateKind::Running, at(second))).await;
                let told = watch.next().await.unwrap();
                let wanted = Change { tenant_id: one.tenant, what: Changed::FlowRun(run) };
                if matches!(told, Told::These(changes) if changes.contains(&wanted)) {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), told).await.unwrap();
    });
}

#[test]
fn a_server_that_froze_past_its_lease_is_replaced_and_does_no_harm() {
    on_postgres(async |db| {
        let (frozen, other) = two(&db).await;
        frozen.webhook().await;
        let run = FlowRunId::new();
        frozen.record(frozen.change(run, StateKind::Running, at(1))).await;
        frozen.record(frozen.change(run, StateKind::Success, at(2))).await;
        let held = frozen.claim(at(2)).await.claimed.remove(0);
        let now = at(3) + LEASE;
        let take_over = TakeOver { now, waits: WAITS.to_vec() };
        assert_eq!(other.store.write(take_over).await.unwrap(), 1);
        let now = now + WAITS[0];
        let again = other.claim(now).await.claimed.remove(0);
        assert_eq!((again.id, again.attempt), (held.id, 2));
        assert_eq!(other.claim(now).await.claimed, [], "the second waits for the first");
        // It wakes up: a failure is not its to decide any more, a success is one.
        assert_eq!(frozen.finish(&held, failed(at(9_999)), now).await, Finished::HeldByAnother);
        assert_eq!(frozen.finish(&held, accepted(), now).await, Finished::Applied);
        assert_eq!(other.finish(&again, failed(at(9_999)), now).await, Finished::AlreadyDone);
        assert_eq!(other.status(&held).await.status, Status::Delivered);
        assert_eq!(other.claim(now).await.claimed.len(), 1);
    });
}

#[test]
fn a_clock_that_is_wrong_costs_a_double_at_most() {
    on_postgres(async |db| {
        let (right, fast) = two(&db).await;
        right.webhook().await;
        let hour = Duration::from_secs(3_600);
        right.happens(StateKind::Failed, at(1)).await;
        let held = right.claim(at(1)).await.claimed.remove(0);
        // An hour ahead, it takes every lease for one that ran out.
        let take_over = TakeOver { now: at(2) + hour, waits: WAITS.to_vec() };
        assert_eq!(fast.store.write(take_over).await.unwrap(), 1);
        assert_eq!(right.claim(at(10)).await.claimed, []);
        let double = fast.claim(at(10) + hour).await.claimed.remove(0);
        assert_eq!(double.id, held.id);
        right.accept(&held, at(11)).await;
        assert_eq!(fast.finish(&double, accepted(), at(11) + hour).await, Finished::AlreadyDone);
        assert_eq!(fast.status(&held).await.status, Status::Delivered);

        // What it owes is due for the others an hour later, and for itself at once; nothing is lost.
        fast.happens(StateKind::Failed, at(20) + hour).await;
        assert_eq!(right.claim(at(21)).await.next_due, Some(at(20) + hour));
        assert_eq!(fast.claim(at(21) + hour).await.claimed.len(), 1);
    });
}

/// What two servers have sent so far, and that it was in order.
#[derive(Default)]
struct Log {
    /// Of which run an event is, and the how manieth.
    events: HashMap<EventId, (FlowRunId, usize)>,
    sent: HashMap<FlowRunId, usize>,
}

impl Log {
    /// Notes that a delivery is being sent; the next of its run cannot be leased before it is accepted.
    fn sends(&mut self, claimed: &Claimed) {
        let (run, place) = self.events[&claimed.event_id.unwrap()];
        let sent = self.sent.entry(run).or_default();
        assert_eq!(place, *sent, "in order, and none twice");
        *sent += 1;
    }
}

async fn send_until_idle(world: &World, log: &Mutex<Log>) {
    let mut idle = 0;
    while idle < 20 {
        let births = world.births().await;
        let due = world.claim(at(2)).await.claimed;
        idle = if births.is_empty() && due.is_empty() { idle + 1 } else { 0 };
        for claimed in births.iter().chain(&due) {
            log.lock().unwrap().sends(claimed);
            world.accept(claimed, at(2)).await;
        }
        births.iter().for_each(|birth| world.store.slots().give_back(&birth.destination));
        tokio::task::yield_now().await;
    }
}

#[test]
fn states_and_ends_of_attempts_at_once_keep_the_order() {
    on_postgres(async |db| {
        let (one, two) = two(&db).await;
        for world in [&one, &two] {
            world.slots(50, 50);
        }
        one.webhook().await;
        let runs: Vec<_> = (0..20).map(|_| FlowRunId::new()).collect();
        let states = [StateKind::Scheduled, StateKind::Submitted, StateKind::Running, StateKind::Success];
        let log = Mutex::new(Log::default());
        // The changes of a run come by either server.
        let changes = async {
            for (place, state) in states.into_iter().enumerate() {
                for (number, run) in runs.iter().enumerate() {
                    let world = if (place + number) % 2 == 0 { &one } else { &two };
                    let event = world.change(*run, state, at(1));
                    log.lock().unwrap().events.insert(event.id, (*run, place));
                    world.record(event).await;
                }
            }
        };
        tokio::join!(changes, send_until_idle(&one, &log), send_until_idle(&two, &log));
        send_until_idle(&one, &log).await;
        send_until_idle(&two, &log).await;
        let sent = log.into_inner().unwrap().sent;
        assert!(sent.len() == runs.len() && sent.values().all(|count| *count == states.len()), "{sent:?}");
        let left = one.store.read(Count { now: at(3) }).await.unwrap();
        assert_eq!((left.pending, left.leased), (0, 0));
    });
}
