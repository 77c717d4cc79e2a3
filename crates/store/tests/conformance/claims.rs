//! Who has a delivery in hand, and what becomes of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use campana_model::id::FlowRunId;
use campana_model::{HookType, StateKind};
use campana_store::delivery::{self, Claim, Finished, Outcome, Status, TakeOver, VoidLeases};
use campana_store::{Scope, hook};

use crate::harness::{Db, LEASE, World, accepted, at, failed, finish, on_both, rejected, settings};

on_both!(
    what_is_born_leased_goes_out_once,
    without_a_free_place_it_is_due_at_once,
    a_claim_is_fair_and_keeps_to_its_limits,
    a_run_is_told_in_order,
    the_next_of_a_line_is_leased_as_soon_as_it_may,
    a_failure_is_tried_again_with_the_same_body,
    what_is_refused_is_dead,
    what_came_in_a_crowd_is_made_and_not_spent,
    what_waits_for_us_spends_no_attempt,
    a_lease_that_ran_out_is_taken_over,
    a_success_counts_whoever_holds_the_lease,
    what_kills_us_is_not_tried_for_ever,
);

const WAITS: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

async fn outcomes(world: &World, claimed: &delivery::Claimed) -> Vec<(u32, String)> {
    let attempts = delivery::Attempts { id: claimed.id, scope: Scope::Tenant(world.tenant) };
    let attempts = world.store.read(attempts).await.unwrap();
    attempts.into_iter().map(|attempt| (attempt.number, attempt.outcome)).collect()
}

fn named(outcomes: &[(u32, &str)]) -> Vec<(u32, String)> {
    outcomes.iter().map(|(number, name)| (*number, (*name).to_owned())).collect()
}

async fn what_is_born_leased_goes_out_once(db: Arc<Db>) {
    let world = db.world().await;
    world.slots(10, 10);
    let hook = world.webhook().await;
    let event = world.happens(StateKind::Running, at(1)).await;
    let births = world.births().await;
    let [birth] = &births[..] else { panic!("{births:?}") };
    assert_eq!((birth.hook_id, birth.event_id, birth.attempt, birth.spent), (hook, Some(event), 1, 1));
    assert_eq!((birth.destination.as_str(), birth.started_at), ("place", at(1)));
    assert_eq!(world.store.slots().free(), 9);
    assert_eq!(world.claim(at(2)).await, delivery::ClaimedBatch::default());

    world.accept(birth, at(3)).await;
    let delivery = world.status(birth).await;
    assert_eq!((delivery.status, delivery.attempts, delivery.finished), (Status::Delivered, 1, Some(at(3))));
    assert_eq!((delivery.leased_by, delivery.payload.as_deref()), (None, Some("{\"text\":\"stored\"}")));
    assert_eq!(world.finish(birth, accepted(), at(4)).await, Finished::AlreadyDone);
    assert_eq!(outcomes(&world, birth).await, named(&[(1, "accepted")]));
    let mut unknown = finish(birth, accepted(), at(4));
    unknown.seq += 1;
    assert_eq!(world.store.write(unknown).await.unwrap(), Finished::Missing);
}

async fn without_a_free_place_it_is_due_at_once(db: Arc<Db>) {
    let world = db.world().await;
    world.slots(3, 2);
    world.webhook().await;
    for _ in 0..3 {
        world.happens(StateKind::Running, at(1)).await;
    }
    assert_eq!(world.births().await.len(), 2, "its destination has no third place");
    world.store.due().await;
    let batch = world.claim(at(1)).await;
    assert_eq!((batch.claimed.len(), batch.next_due), (1, None));
    assert_eq!(world.store.slots().free(), 1, "a claim comes with places of its own");
}

async fn a_claim_is_fair_and_keeps_to_its_limits(db: Arc<Db>) {
    let world = db.world().await;
    for place in ["a", "b", "c"] {
        world.hook(HookType::Webhook, hook::Settings { destination: place.to_owned(), ..settings() }).await;
    }
    for second in 0..10 {
        world.happens(StateKind::Running, at(second)).await;
    }
    let claim = |limit, per_destination, busy: &[(&str, usize)]| {
        let busy = busy.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        world.store.write(Claim { now: at(20), limit, per_destination, busy })
    };
    let of = |batch: &delivery::ClaimedBatch| {
        let mut places = BTreeMap::new();
        for claimed in &batch.claimed {
            *places.entry(claimed.destination.clone()).or_insert(0) += 1;
        }
        places.into_values().collect::<Vec<usize>>()
    };
    let batch = claim(6, 4, &[]).await.unwrap();
    assert_eq!((of(&batch), batch.more), (vec![2, 2, 2], true));
    let batch = claim(9, 4, &[("a", 4), ("b", 2)]).await.unwrap();
    assert_eq!((of(&batch), batch.more), (vec![2, 4], true), "a has no room, and b has some");
    let batch = claim(100, 100, &[]).await.unwrap();
    assert_eq!((of(&batch), batch.more), (vec![8, 6, 4], false));
    assert_eq!(claim(100, 100, &[]).await.unwrap(), delivery::ClaimedBatch::default());
}

async fn a_run_is_told_in_order(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    let (run, other) = (FlowRunId::new(), FlowRunId::new());
    let first = world.record(world.change(run, StateKind::Running, at(1))).await;
    let second = world.record(world.change(run, StateKind::Success, at(2))).await;
    let beside = world.record(world.change(other, StateKind::Running, at(3))).await;
    let claimed = world.claim(at(10)).await.claimed;
    let events: Vec<_> = claimed.iter().map(|claimed| claimed.event_id).collect();
    assert_eq!(events, [Some(first), Some(beside)]);
    assert_eq!(world.finish(&claimed[0], failed(at(100)), at(11)).await, Finished::Applied);
    let batch = world.claim(at(99)).await;
    assert_eq!((batch.claimed, batch.next_due), (Vec::new(), Some(at(100))), "the second waits too");
    let claimed = world.claim(at(100)).await.claimed;
    assert_eq!(claimed[0].event_id, Some(first));
    world.accept(&claimed[0], at(101)).await;
    assert_eq!(world.claim(at(102)).await.claimed[0].event_id, Some(second));
}

async fn the_next_of_a_line_is_leased_as_soon_as_it_may(db: Arc<Db>) {
    let world = db.world().await;
    world.slots(2, 2);
    world.webhook().await;
    let run = FlowRunId::new();
    for state in [StateKind::Submitted, StateKind::Running, StateKind::Success] {
        world.record(world.change(run, state, at(1))).await;
    }
    let births = world.births().await;
    assert_eq!(births.len(), 1, "two wait for the first");
    world.accept(&births[0], at(2)).await;
    let births = world.births().await;
    assert_eq!((births.len(), births[0].started_at, births[0].attempt), (1, at(2), 1));
    assert_eq!(world.finish(&births[0], rejected(), at(3)).await, Finished::Applied);
    assert_eq!(world.store.slots().free(), 0);
    assert_eq!(world.births().await, [], "the one that died makes room too, but there is no place");
    assert_eq!(world.claim(at(4)).await.claimed.len(), 1);
}

async fn a_failure_is_tried_again_with_the_same_body(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    let first = world.claim(at(1)).await.claimed.remove(0);
    assert_eq!(first.payload, None);
    assert_eq!(world.finish(&first, failed(at(6)), at(2)).await, Finished::Applied);
    let batch = world.claim(at(5)).await;
    assert_eq!((batch.claimed.len(), batch.next_due), (0, Some(at(6))));
    let second = world.claim(at(6)).await.claimed.remove(0);
    assert_eq!((second.id, second.attempt, second.spent), (first.id, 2, 2));
    assert_eq!(second.payload.as_deref(), Some("{\"text\":\"stored\"}"));
    let ambiguous = Outcome::Ambiguous { reason: "no answer in 10 s".to_owned(), due_at: None };
    assert_eq!(world.finish(&second, ambiguous, at(16)).await, Finished::Applied);
    let delivery = world.status(&second).await;
    assert_eq!((delivery.status, delivery.reason.as_deref()), (Status::Dead, Some("no answer in 10 s")));
    assert_eq!(outcomes(&world, &first).await, named(&[(1, "retry"), (2, "ambiguous")]));
}

async fn what_is_refused_is_dead(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    let claimed = world.claim(at(1)).await.claimed.remove(0);
    assert_eq!(world.finish(&claimed, rejected(), at(2)).await, Finished::Applied);
    let delivery = world.status(&claimed).await;
    assert_eq!((delivery.status, delivery.reason.as_deref()), (Status::Dead, Some("410 Gone")));
    assert_eq!(world.finish(&claimed, accepted(), at(3)).await, Finished::AlreadyDone);
    assert_eq!(world.claim(at(1_000)).await.claimed, []);
}

async fn what_came_in_a_crowd_is_made_and_not_spent(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    let first = world.claim(at(1)).await.claimed.remove(0);
    let crowded = Outcome::Retry {
        kind: "rate_limited".to_owned(),
        status: Some(429),
        reason: "429 Too Many Requests".to_owned(),
        due_at: Some(at(6)),
        spends: false,
    };
    assert_eq!(world.finish(&first, crowded, at(2)).await, Finished::Applied);
    let second = world.claim(at(6)).await.claimed.remove(0);
    assert_eq!((second.id, second.attempt, second.spent), (first.id, 2, 1));
    assert_eq!(outcomes(&world, &first).await, named(&[(1, "retry")]));
}

async fn what_waits_for_us_spends_no_attempt(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    for second in [1, 61, 121] {
        let claimed = world.claim(at(second)).await.claimed.remove(0);
        assert_eq!((claimed.attempt, claimed.spent), (1, 1));
        let waits = Outcome::Waits { reason: "[smtp] is not set".to_owned(), due_at: at(second + 60) };
        assert_eq!(world.finish(&claimed, waits, at(second)).await, Finished::Applied);
        let delivery = world.status(&claimed).await;
        assert_eq!((delivery.status, delivery.attempts, delivery.spent), (Status::Pending, 0, 0));
        assert_eq!(delivery.reason.as_deref(), Some("[smtp] is not set"));
        assert_eq!(outcomes(&world, &claimed).await, []);
    }
}

async fn a_lease_that_ran_out_is_taken_over(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    let claimed = world.claim(at(1)).await.claimed.remove(0);
    let take_over = |now| world.store.write(TakeOver { now, waits: WAITS.to_vec() });
    let end = at(1) + LEASE;
    assert_eq!(take_over(end).await.unwrap(), 0);
    let late = end + Duration::from_secs(1);
    assert_eq!(take_over(late).await.unwrap(), 1);
    assert_eq!(take_over(late).await.unwrap(), 0);
    assert_eq!(outcomes(&world, &claimed).await, named(&[(1, "lost")]));
    assert_eq!(world.claim(late).await.next_due, Some(late + WAITS[0]));
    let again = world.claim(late + WAITS[0]).await.claimed.remove(0);
    assert_eq!((again.id, again.attempt, again.spent), (claimed.id, 2, 2));
    // The first comes back and has failed: it is no more its own to decide, but what happened is told.
    assert_eq!(world.finish(&claimed, rejected(), late).await, Finished::HeldByAnother);
    assert_eq!(world.status(&claimed).await.status, Status::Pending);
    assert_eq!(outcomes(&world, &claimed).await, named(&[(1, "rejected")]));
    world.accept(&again, late + WAITS[1]).await;
    assert_eq!(outcomes(&world, &claimed).await, named(&[(1, "rejected"), (2, "accepted")]));
}

async fn a_success_counts_whoever_holds_the_lease(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    let first = world.claim(at(1)).await.claimed.remove(0);
    world.store.write(VoidLeases { now: at(2), waits: WAITS.to_vec() }).await.unwrap();
    let second = world.claim(at(10)).await.claimed.remove(0);
    assert_eq!(world.finish(&first, accepted(), at(11)).await, Finished::Applied);
    assert_eq!(world.status(&first).await.status, Status::Delivered);
    assert_eq!(world.finish(&second, failed(at(20)), at(12)).await, Finished::AlreadyDone);
    assert_eq!(world.status(&first).await.status, Status::Delivered);
    assert_eq!(outcomes(&world, &first).await, named(&[(1, "accepted"), (2, "retry")]));
}

async fn what_kills_us_is_not_tried_for_ever(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    world.happens(StateKind::Failed, at(1)).await;
    let mut now = at(1);
    for attempt in 1..=3 {
        let claimed = world.claim(now).await.claimed.remove(0);
        assert_eq!(claimed.attempt, attempt);
        let lost = VoidLeases { now, waits: WAITS.to_vec() };
        assert_eq!(world.store.write(lost).await.unwrap(), 1);
        now += Duration::from_secs(60);
    }
    let batch = world.claim(now).await;
    assert_eq!((batch.claimed.len(), batch.next_due), (0, None));
}
