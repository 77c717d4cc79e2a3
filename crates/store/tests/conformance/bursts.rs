//! Budgets and digests.

use std::sync::Arc;

use campana_model::id::FlowRunId;
use campana_model::{EventKind, HookType, StateKind, StateSet};
use campana_store::delivery::{self, Action, Claimed, Replay, Status};
use campana_store::destination::Change;
use campana_store::{Scope, hook};

use crate::harness::{Db, World, accepted, at, failed, finish, on_both, rejected, settings};

on_both!(
    what_exceeds_the_budget_waits_and_goes_into_a_digest,
    a_burst_is_one_digest_at_once,
    members_take_the_outcome_of_their_digest,
    a_digest_never_passes_an_earlier_one_of_a_line,
    what_waits_for_a_paused_destination_is_one_digest,
    programs_and_pagers_get_each_change,
);

async fn mails(world: &World, per_minute: u32) {
    let budget = hook::Settings { max_per_minute: Some(per_minute), ..settings() };
    world.hook(HookType::Email, budget).await;
}

fn actions(claimed: &[Claimed]) -> Vec<(Action, u32)> {
    claimed.iter().map(|claimed| (claimed.action, claimed.digest_count)).collect()
}

const ALONE: (Action, u32) = (Action::Notify, 0);

async fn what_exceeds_the_budget_waits_and_goes_into_a_digest(db: Arc<Db>) {
    let world = db.world().await;
    world.slots(100, 100);
    mails(&world, 2).await;
    for second in [1, 2, 3, 4, 5] {
        world.happens(StateKind::Failed, at(second)).await;
        let claimed = world.claim(at(second)).await;
        let wanted = if second <= 2 { vec![ALONE] } else { Vec::new() };
        assert_eq!(actions(&claimed.claimed), wanted, "at {second}");
        assert_eq!(claimed.next_due, if second < 2 { None } else { Some(at(61)) });
    }
    assert_eq!(world.births().await, [], "a budget is kept by claims");
    assert_eq!(world.claim(at(60)).await.claimed, []);
    let digest = world.claim(at(61)).await.claimed;
    assert_eq!(actions(&digest), [(Action::Digest, 3)]);
    world.happens(StateKind::Failed, at(62)).await;
    assert_eq!(actions(&world.claim(at(62)).await.claimed), [ALONE], "the digest counts as one");
}

async fn a_burst_is_one_digest_at_once(db: Arc<Db>) {
    let world = db.world().await;
    mails(&world, 2).await;
    let mut all = Vec::new();
    for _ in 0..50 {
        all.push(world.happens(StateKind::Failed, at(1)).await);
    }
    assert_eq!(actions(&world.claim(at(1)).await.claimed), [(Action::Digest, 50)]);
}

async fn members_take_the_outcome_of_their_digest(db: Arc<Db>) {
    let world = db.world().await;
    mails(&world, 1).await;
    let dead =
        hook::Settings { states: StateSet::EMPTY, events: vec![EventKind::DeliveryDead], ..settings() };
    world.hook(HookType::Webhook, dead).await;
    for _ in 0..3 {
        world.happens(StateKind::Failed, at(1)).await;
    }
    let digest = world.claim(at(1)).await.claimed.remove(0);
    let counts = delivery::Count { now: at(1) };
    assert_eq!(world.store.read(counts).await.unwrap().pending, 4);
    world.finish(&digest, rejected(), at(2)).await;
    let after = world.store.read(counts).await.unwrap();
    assert_eq!((after.dead, after.pending), (4, 1), "and one that tells it, not three");
    let notice = world.claim(at(3)).await.claimed.remove(0);
    world.accept(&notice, at(3)).await;

    let scope = Scope::Tenant(world.tenant);
    let replay = Replay { id: digest.id, scope, rerender: true, actor: "ada".to_owned(), now: at(4) };
    assert!(world.store.write(replay).await.unwrap());
    assert_eq!(world.store.read(counts).await.unwrap().pending, 4);
    let again = world.claim(at(4)).await.claimed.remove(0);
    assert_eq!((again.id, again.payload.clone(), again.digest_count), (digest.id, None, 3));
    world.accept(&again, at(5)).await;
    let after = world.store.read(counts).await.unwrap();
    assert_eq!((after.dead, after.pending), (0, 0));
    assert_eq!(world.status(&again).await.status, Status::Delivered);
}

async fn a_digest_never_passes_an_earlier_one_of_a_line(db: Arc<Db>) {
    let world = db.world().await;
    mails(&world, 1).await;
    let run = FlowRunId::new();
    world.record(world.change(run, StateKind::Running, at(1))).await;
    let first = world.claim(at(1)).await.claimed.remove(0);
    let waits = failed(at(200));
    world.finish(&first, waits, at(2)).await;
    // The next of this run, and of others, exceed the budget.
    world.record(world.change(run, StateKind::Failed, at(3))).await;
    for _ in 0..2 {
        world.happens(StateKind::Failed, at(4)).await;
    }
    world.claim(at(5)).await;
    let digest = world.claim(at(70)).await.claimed;
    assert_eq!(actions(&digest), [(Action::Digest, 2)], "the run's own is not in it");
    world.accept(&digest[0], at(71)).await;
    let first = world.claim(at(200)).await.claimed;
    assert_eq!(actions(&first), [ALONE]);
    assert_eq!(first[0].attempt, 2);
    world.accept(&first[0], at(201)).await;
    let second = world.claim(at(202)).await.claimed;
    assert_eq!((actions(&second), second[0].attempt), (vec![ALONE], 1));
}

async fn programs_and_pagers_get_each_change(db: Arc<Db>) {
    let world = db.world().await;
    for hook_type in [HookType::Webhook, HookType::PagerDuty] {
        world
            .hook(hook_type, hook::Settings { max_per_minute: Some(1), version_group_id: None, ..settings() })
            .await;
    }
    for _ in 0..3 {
        world.happens(StateKind::Failed, at(1)).await;
    }
    let claimed = world.claim(at(1)).await.claimed;
    assert_eq!(actions(&claimed), [ALONE; 4], "three of the webhook, and the first of the incident's line");
}

async fn what_waits_for_a_paused_destination_is_one_digest(db: Arc<Db>) {
    let world = db.world().await;
    mails(&world, 2).await;
    world.happens(StateKind::Failed, at(1)).await;
    let first = world.claim(at(1)).await.claimed.remove(0);
    let mut failure = finish(&first, failed(at(7)), at(2));
    let reason = Some("connection refused".to_owned());
    let change = |paused_until, reason| Change { key: "place".to_owned(), failures: 1, paused_until, reason };
    failure.destination = Some(change(Some(at(1_000)), reason));
    world.store.write(failure).await.unwrap();
    for minute in 1..10 {
        for second in [0, 1] {
            world.happens(StateKind::Failed, at(60 * minute + second)).await;
        }
        let batch = world.claim(at(60 * minute + 2)).await;
        assert_eq!((batch.claimed.len(), batch.next_due), (0, Some(at(1_000))));
    }
    let probe = world.claim(at(1_000)).await.claimed;
    assert_eq!((probe.len(), probe[0].id), (1, first.id));
    let mut success = finish(&probe[0], accepted(), at(1_001));
    success.destination = Some(Change { failures: 0, ..change(None, None) });
    world.store.write(success).await.unwrap();
    assert_eq!(actions(&world.claim(at(1_001)).await.claimed), [(Action::Digest, 18)]);
}
