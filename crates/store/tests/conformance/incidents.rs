//! Incidents of PagerDuty: what opens them, what ends them.

use std::sync::Arc;

use campana_model::{HookType, State, StateKind, StateSet};
use campana_store::delivery::{Action, Claimed};
use campana_store::hook;

use crate::harness::{Db, World, at, on_both, rejected, settings};

on_both!(
    a_success_that_started_later_ends_an_incident,
    a_success_that_was_there_first_ends_it_when_it_opens,
    a_run_that_succeeds_after_all_ends_its_own,
    an_earlier_run_ends_nothing,
    a_trigger_on_its_way_is_not_overtaken,
    a_trigger_on_its_way_counts_too,
    a_hook_that_lists_successes_tells_one_as_the_end,
    an_end_that_cannot_be_told_is_told_by_the_next_success,
    what_was_not_triggered_is_not_resolved,
);

async fn pager(world: &World, states: StateSet) {
    world.hook(HookType::PagerDuty, hook::Settings { states, ..settings() }).await;
}

fn failures() -> StateSet {
    StateSet::family(StateKind::Failed)
}

/// The one delivery that can be claimed.
async fn one(world: &World, second: i64) -> Claimed {
    let mut claimed = world.claim(at(second)).await.claimed;
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    claimed.remove(0)
}

async fn none(world: &World, second: i64) {
    assert_eq!(world.claim(at(second)).await.claimed, []);
}

async fn a_success_that_started_later_ends_an_incident(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    pager(&world, failures()).await;
    flow.ran(at(1), at(2), StateKind::Failed).await;
    let trigger = one(&world, 3).await;
    assert_eq!(trigger.action, Action::Notify);
    world.accept(&trigger, at(3)).await;
    none(&world, 4).await;
    flow.ran(at(5), at(6), StateKind::Success).await;
    let end = one(&world, 7).await;
    assert_eq!((end.action, end.hook_id), (Action::Resolve, trigger.hook_id));
    flow.ran(at(8), at(9), StateKind::Success).await;
    world.accept(&end, at(10)).await;
    flow.ran(at(11), at(12), StateKind::Success).await;
    none(&world, 13).await;
}

async fn a_success_that_was_there_first_ends_it_when_it_opens(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    pager(&world, failures()).await;
    flow.ran(at(1), at(2), StateKind::Failed).await;
    let trigger = one(&world, 3).await;
    flow.ran(at(4), at(5), StateKind::Success).await;
    none(&world, 6).await;
    world.accept(&trigger, at(7)).await;
    assert_eq!(one(&world, 8).await.action, Action::Resolve);
}

async fn a_run_that_succeeds_after_all_ends_its_own(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    pager(&world, failures()).await;
    let run = flow.ran(at(1), at(2), StateKind::Failed).await;
    world.accept(&one(&world, 3).await, at(3)).await;
    flow.set(run, State::new(StateKind::Scheduled), at(4)).await;
    flow.set(run, State::new(StateKind::Running), at(5)).await;
    flow.set(run, State::new(StateKind::Success), at(6)).await;
    assert_eq!(one(&world, 7).await.action, Action::Resolve);
}

async fn an_earlier_run_ends_nothing(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    pager(&world, failures()).await;
    let slow = flow.run(at(1)).await;
    flow.set(slow, State::new(StateKind::Running), at(1)).await;
    flow.ran(at(2), at(3), StateKind::Failed).await;
    world.accept(&one(&world, 4).await, at(4)).await;
    flow.set(slow, State::new(StateKind::Success), at(5)).await;
    none(&world, 6).await;
}

async fn a_trigger_on_its_way_is_not_overtaken(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    pager(&world, failures()).await;
    flow.ran(at(1), at(2), StateKind::Failed).await;
    world.accept(&one(&world, 3).await, at(3)).await;
    flow.ran(at(4), at(5), StateKind::Failed).await;
    let second = one(&world, 6).await;
    flow.ran(at(7), at(8), StateKind::Success).await;
    none(&world, 9).await;
    world.accept(&second, at(10)).await;
    let end = one(&world, 11).await;
    assert_eq!(end.action, Action::Resolve);
    // What fails while the end is on its way comes after it, and is an incident of its own.
    flow.ran(at(12), at(13), StateKind::Failed).await;
    none(&world, 14).await;
    world.accept(&end, at(15)).await;
    let third = one(&world, 16).await;
    assert_eq!(third.action, Action::Notify);
    world.accept(&third, at(17)).await;
    flow.ran(at(18), at(19), StateKind::Success).await;
    assert_eq!(one(&world, 20).await.action, Action::Resolve);
}

async fn a_trigger_on_its_way_counts_too(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    pager(&world, failures()).await;
    flow.ran(at(1), at(2), StateKind::Failed).await;
    world.accept(&one(&world, 3).await, at(3)).await;
    let slow = flow.run(at(4)).await;
    flow.set(slow, State::new(StateKind::Running), at(4)).await;
    flow.ran(at(5), at(6), StateKind::Failed).await;
    let second = one(&world, 7).await;
    // It started after the first that failed, and before the second.
    flow.set(slow, State::new(StateKind::Success), at(8)).await;
    world.accept(&second, at(9)).await;
    none(&world, 10).await;
}

async fn a_hook_that_lists_successes_tells_one_as_the_end(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    pager(&world, [StateKind::Failed, StateKind::Success].into_iter().collect()).await;
    flow.ran(at(1), at(2), StateKind::Failed).await;
    let trigger = one(&world, 3).await;
    flow.ran(at(4), at(5), StateKind::Success).await;
    world.accept(&trigger, at(6)).await;
    let end = one(&world, 7).await;
    assert_eq!(end.action, Action::Resolve);
    world.accept(&end, at(8)).await;
    none(&world, 9).await;
    flow.ran(at(10), at(11), StateKind::Failed).await;
    world.accept(&one(&world, 12).await, at(12)).await;
    flow.ran(at(13), at(14), StateKind::Success).await;
    world.accept(&one(&world, 15).await, at(15)).await;
    none(&world, 16).await;
    flow.ran(at(17), at(18), StateKind::Success).await;
    assert_eq!(one(&world, 19).await.action, Action::Notify, "nothing is open");
}

async fn an_end_that_cannot_be_told_is_told_by_the_next_success(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    pager(&world, failures()).await;
    flow.ran(at(1), at(2), StateKind::Failed).await;
    world.accept(&one(&world, 3).await, at(3)).await;
    flow.ran(at(4), at(5), StateKind::Success).await;
    world.finish(&one(&world, 6).await, rejected(), at(6)).await;
    none(&world, 7).await;
    flow.ran(at(8), at(9), StateKind::Success).await;
    assert_eq!(one(&world, 10).await.action, Action::Resolve);
}

async fn what_was_not_triggered_is_not_resolved(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    pager(&world, failures()).await;
    flow.ran(at(1), at(2), StateKind::Failed).await;
    world.finish(&one(&world, 3).await, rejected(), at(3)).await;
    flow.ran(at(4), at(5), StateKind::Success).await;
    none(&world, 6).await;
}
