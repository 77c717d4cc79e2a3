//! Destinations that fail, and deliveries that are given up, cancelled, replayed.

use std::sync::Arc;
use std::time::Duration;

use campana_model::id::{FlowRunId, HookId};
use campana_model::{EventKind, HookType, StateKind, StateSet, Timestamp};
use campana_store::delivery::{
    self, Cancel, Claimed, Finished, GIVE_UP_AFTER, GiveUp, Replay, ReplayRange, Status,
};
use campana_store::destination::{self, Change};
use campana_store::{Scope, Store, hook};

use crate::harness::{Db, LEASE, World, accepted, at, failed, finish, on_both, rejected, settings};

on_both!(
    a_paused_destination_gets_nothing_and_then_one_probe,
    a_pause_outlives_the_server,
    when_it_recovers_all_that_waits_is_due,
    what_waits_too_long_is_given_up,
    a_dead_delivery_is_told_and_its_notice_is_not,
    a_cancelled_delivery_makes_room_for_the_next,
    a_replay_is_the_same_delivery,
    a_range_is_replayed,
    a_hook_that_moves_takes_along_what_it_owes,
    what_is_owed_is_counted,
);

fn pause(failures: u32, until: Timestamp) -> Change {
    Change {
        key: "place".to_owned(),
        failures,
        paused_until: Some(until),
        reason: Some("connection refused".to_owned()),
    }
}

fn recovered() -> Change {
    Change { key: "place".to_owned(), failures: 0, paused_until: None, reason: None }
}

impl World {
    async fn fail(&self, claimed: &Claimed, change: Change, now: Timestamp, due_at: Timestamp) {
        let mut failure = finish(claimed, failed(due_at), now);
        failure.destination = Some(change);
        assert_eq!(self.store.write(failure).await.unwrap(), Finished::Applied);
    }
}

async fn failing(store: &Store) -> Vec<(String, u32, Option<Timestamp>)> {
    let all = store.read(destination::List).await.unwrap();
    all.into_iter().map(|failing| (failing.key, failing.failures, failing.paused_until)).collect()
}

async fn a_paused_destination_gets_nothing_and_then_one_probe(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    for _ in 0..3 {
        world.happens(StateKind::Failed, at(1)).await;
    }
    let claim = delivery::Claim { now: at(1), limit: 1, per_destination: 9, busy: Vec::new() };
    let first = world.store.write(claim).await.unwrap().claimed.remove(0);
    world.fail(&first, pause(1, at(60)), at(2), at(7)).await;
    assert_eq!(failing(&world.store).await, [("place".to_owned(), 1, Some(at(60)))]);
    let batch = world.claim(at(59)).await;
    assert_eq!((batch.claimed.len(), batch.next_due), (0, Some(at(60))));
    world.slots(9, 9);
    world.happens(StateKind::Failed, at(3)).await;
    assert_eq!(world.births().await, [], "nor is anything born leased");
    let probe = world.claim(at(60)).await.claimed;
    assert_eq!(probe.len(), 1);
    assert_eq!(world.claim(at(61)).await.claimed, [], "one at a time, also for other servers");
    let busy = vec![("place".to_owned(), 1)];
    let later = at(60) + LEASE;
    let claim = delivery::Claim { now: later, limit: 9, per_destination: 9, busy };
    assert_eq!(world.store.write(claim).await.unwrap().claimed, [], "nor while it is in hand here");
    world.fail(&probe[0], pause(2, at(300)), at(62), at(70)).await;
    assert_eq!(world.claim(at(299)).await.claimed, []);
}

async fn a_pause_outlives_the_server(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    let claimed = world.claim(at(1)).await.claimed.remove(0);
    world.fail(&claimed, pause(4, at(600)), at(2), at(7)).await;
    world.store.close().await;
    let world = World { store: db.open().await, tenant: world.tenant };
    assert_eq!(failing(&world.store).await, [("place".to_owned(), 4, Some(at(600)))]);
    assert_eq!(world.claim(at(599)).await.claimed, []);
    assert_eq!(world.claim(at(600)).await.claimed[0].id, claimed.id);
}

async fn when_it_recovers_all_that_waits_is_due(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    for _ in 0..3 {
        world.happens(StateKind::Failed, at(1)).await;
    }
    for claimed in world.claim(at(1)).await.claimed {
        world.fail(&claimed, pause(1, at(60)), at(2), at(1_000)).await;
    }
    // The probe is what is due first, though that is long after the pause.
    assert_eq!(world.claim(at(60)).await.next_due, Some(at(1_000)));
    let probe = world.claim(at(1_000)).await.claimed.remove(0);
    let mut success = finish(&probe, accepted(), at(1_001));
    success.destination = Some(recovered());
    world.store.write(success).await.unwrap();
    assert_eq!(failing(&world.store).await, []);
    world.store.due().await;
    assert_eq!(world.claim(at(1_001)).await.claimed.len(), 2);
}

async fn what_waits_too_long_is_given_up(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    world.happens(StateKind::Failed, at(2)).await;
    let give_up = |now, destination: &str| {
        let reason = "connection refused".to_owned();
        world.store.write(GiveUp { destination: destination.to_owned(), now, reason })
    };
    assert_eq!(give_up(at(0) + GIVE_UP_AFTER, "place").await.unwrap(), 0);
    let now = at(1) + GIVE_UP_AFTER;
    assert_eq!(give_up(now, "elsewhere").await.unwrap(), 0);
    assert_eq!(give_up(now, "place").await.unwrap(), 1);
    assert_eq!(give_up(now, "place").await.unwrap(), 0);
    let counts = world.store.read(delivery::Count { now }).await.unwrap();
    assert_eq!((counts.dead, counts.pending, counts.oldest_due), (1, 1, Some(at(2))));
}

async fn a_dead_delivery_is_told_and_its_notice_is_not(db: Arc<Db>) {
    let world = db.world().await;
    let group = hook::Settings { version_group_id: Some("group".to_owned()), ..settings() };
    world.hook(HookType::Webhook, group).await;
    let watch = |group: Option<&str>| hook::Settings {
        states: StateSet::EMPTY,
        events: vec![EventKind::DeliveryDead],
        version_group_id: group.map(str::to_owned),
        ..settings()
    };
    let watcher = world.hook(HookType::Webhook, watch(Some("group"))).await;
    world.hook(HookType::Webhook, watch(Some("other"))).await;
    world.happens(StateKind::Failed, at(1)).await;
    let claimed = world.claim(at(1)).await.claimed;
    world.finish(&claimed[0], rejected(), at(2)).await;
    let notices = world.claim(at(3)).await.claimed;
    assert_eq!(notices.iter().map(|notice| notice.hook_id).collect::<Vec<_>>(), [watcher]);
    world.finish(&notices[0], rejected(), at(4)).await;
    assert_eq!(world.claim(at(5)).await.claimed, [], "it would go on for ever");
}

async fn a_cancelled_delivery_makes_room_for_the_next(db: Arc<Db>) {
    let world = db.world().await;
    world.slots(9, 9);
    world.webhook().await;
    let run = FlowRunId::new();
    let mut births = Vec::new();
    for state in [StateKind::Running, StateKind::Failed] {
        world.record(world.change(run, state, at(1))).await;
        births.append(&mut world.births().await);
    }
    let scope = Scope::Tenant(world.tenant);
    let cancel = Cancel { id: births[0].id, scope, actor: "ada".to_owned(), now: at(2) };
    let elsewhere = Cancel { scope: Scope::Tenant(campana_model::id::TenantId::new()), ..cancel.clone() };
    assert!(world.store.write(elsewhere).await.unwrap_err().is_refusal());
    assert!(world.store.write(cancel.clone()).await.unwrap());
    assert!(!world.store.write(cancel).await.unwrap());
    assert_eq!(world.births().await.len(), 1);
    assert_eq!(world.status(&births[0]).await.reason.as_deref(), Some("cancelled by ada"));
    assert_eq!(world.finish(&births[0], accepted(), at(3)).await, Finished::AlreadyDone);
    assert_eq!(world.status(&births[0]).await.status, Status::Cancelled);
}

fn replay(claimed: &Claimed, scope: Scope, rerender: bool, now: Timestamp) -> Replay {
    Replay { id: claimed.id, scope, rerender, actor: "ada".to_owned(), now }
}

async fn a_replay_is_the_same_delivery(db: Arc<Db>) {
    let world = db.world().await;
    let hook = world.webhook().await;
    let scope = Scope::Tenant(world.tenant);
    world.happens(StateKind::Failed, at(1)).await;
    let claimed = world.claim(at(1)).await.claimed.remove(0);
    assert!(!world.store.write(replay(&claimed, scope, false, at(2))).await.unwrap(), "it is under way");
    world.finish(&claimed, failed(at(900)), at(3)).await;
    assert!(world.store.write(replay(&claimed, scope, false, at(4))).await.unwrap());
    let again = world.claim(at(4)).await.claimed.remove(0);
    assert_eq!((again.id, again.attempt, again.spent), (claimed.id, 2, 1), "what waits is tried at once");
    world.finish(&again, rejected(), at(5)).await;
    assert!(world.store.write(replay(&claimed, scope, false, at(6))).await.unwrap());
    let again = world.claim(at(6)).await.claimed.remove(0);
    assert_eq!((again.id, again.attempt, again.spent, again.payload.is_some()), (claimed.id, 3, 1, true));
    world.accept(&again, at(7)).await;
    assert!(world.store.write(replay(&claimed, scope, true, at(8))).await.unwrap());
    let again = world.claim(at(8)).await.claimed.remove(0);
    assert_eq!(
        (again.id, again.payload.as_deref()),
        (claimed.id, None),
        "a mended template makes a new body"
    );
    world.accept(&again, at(9)).await;
    let delete = hook::Delete { id: hook, scope, actor: "ada".to_owned(), now: at(10) };
    world.store.write(delete).await.unwrap();
    let refused = world.store.write(replay(&claimed, scope, false, at(11))).await.unwrap_err();
    assert!(refused.is_refusal(), "{refused}");
}

async fn a_range_is_replayed(db: Arc<Db>) {
    let world = db.world().await;
    let hook = world.webhook().await;
    let other = world.hook(HookType::Webhook, settings()).await;
    for second in [1, 2, 3] {
        world.happens(StateKind::Failed, at(second)).await;
        for claimed in world.claim(at(second)).await.claimed {
            let outcome = if second == 2 { accepted() } else { rejected() };
            world.finish(&claimed, outcome, at(second)).await;
        }
    }
    let scope = Scope::Tenant(world.tenant);
    let range = |hook_id: Option<HookId>, statuses: &[Status], until| ReplayRange {
        scope,
        hook_id,
        statuses: statuses.to_vec(),
        from: at(1),
        until: at(until),
        rerender: false,
        actor: "ada".to_owned(),
        now: at(10),
    };
    assert_eq!(world.store.write(range(None, &[Status::Dead], 1)).await.unwrap(), 0);
    assert_eq!(world.store.write(range(None, &[], 9)).await.unwrap(), 0);
    assert_eq!(world.store.write(range(Some(hook), &[Status::Dead], 9)).await.unwrap(), 2);
    assert_eq!(world.store.write(range(None, &[Status::Dead], 9)).await.unwrap(), 2, "those of {other}");
    assert_eq!(world.store.write(range(None, &[Status::Delivered, Status::Pending], 9)).await.unwrap(), 2);
    assert_eq!(world.claim(at(10)).await.claimed.len(), 6);
    assert_ne!(hook, other);
}

async fn a_hook_that_moves_takes_along_what_it_owes(db: Arc<Db>) {
    let world = db.world().await;
    let hook = world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    let claimed = world.claim(at(1)).await.claimed.remove(0);
    world.fail(&claimed, pause(1, at(900)), at(2), at(900)).await;
    let moved = hook::Settings { destination: "mended".to_owned(), ..settings() };
    let scope = Scope::Tenant(world.tenant);
    let update = hook::Update { id: hook, scope, settings: moved, actor: "ada".to_owned(), now: at(3) };
    world.store.write(update).await.unwrap();
    world.store.due().await;
    let claimed = world.claim(at(3)).await.claimed.remove(0);
    assert_eq!((claimed.destination.as_str(), claimed.attempt), ("mended", 2));
}

async fn what_is_owed_is_counted(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    let count = |now| world.store.read(delivery::Count { now });
    assert_eq!(count(at(1)).await.unwrap(), delivery::Counts::default());
    let run = FlowRunId::new();
    world.record(world.change(run, StateKind::Running, at(1))).await;
    let first = world.claim(at(1)).await.claimed.remove(0);
    world.record(world.change(run, StateKind::Failed, at(2))).await;
    let counts = count(at(5)).await.unwrap();
    assert_eq!((counts.pending, counts.leased, counts.oldest_due), (2, 1, None), "the second waits its turn");
    world.happens(StateKind::Failed, at(4)).await;
    assert_eq!(count(at(5)).await.unwrap().oldest_due, Some(at(4)));
    world.fail(&first, pause(1, at(60)), at(5), at(10)).await;
    let counts = count(at(6) + Duration::from_secs(1)).await.unwrap();
    assert_eq!((counts.oldest_due, counts.paused_destinations, counts.leased), (None, 1, 0));
}
