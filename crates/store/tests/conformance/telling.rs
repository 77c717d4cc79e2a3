//! What a message can say.

use std::sync::Arc;

use campana_model::id::DeliveryId;
use campana_model::{EventKind, HookType, State, StateKind, StateSet};
use campana_store::delivery::{About, Digest, Facts};
use campana_store::told::{OfFlowRun, Told};
use campana_store::{Scope, hook, log};

use crate::harness::{Db, World, at, on_both, rejected, settings};

on_both!(
    a_failure_is_told_with_all_that_led_to_it,
    a_dead_delivery_is_told_with_its_hook,
    a_digest_is_told_by_what_it_stands_for,
    what_would_be_told_of_a_run_now,
);

async fn about(world: &World, id: DeliveryId) -> About {
    let mut facts = world.store.read(Facts { ids: vec![DeliveryId::new(), id] }).await.unwrap();
    assert_eq!(facts.len(), 1);
    facts.remove(0).about
}

async fn told(world: &World, id: DeliveryId) -> Told {
    match about(world, id).await {
        About::Event(told) => *told,
        About::Digest(digest) => panic!("{digest:?}"),
    }
}

async fn a_failure_is_told_with_all_that_led_to_it(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    let failures = StateSet::family(StateKind::Failed);
    let hook = hook::Settings { states: failures, template: Some("{{ x }}".to_owned()), ..settings() };
    let hook = world.hook(HookType::Email, hook).await;
    let run = flow.run(at(1)).await;
    flow.set(run, State::new(StateKind::Running), at(2)).await;
    let line = |number: i64| log::Line {
        flow_run_id: run,
        task_run_id: None,
        timestamp: Some(at(number)),
        name: None,
        level: "INFO".to_owned(),
        message: format!("line {number}"),
        info: None,
    };
    let scope = Scope::Tenant(world.tenant);
    let lines = (1..=12).map(line).collect();
    world.store.write(log::Write { scope, lines, now: at(13) }).await.unwrap();
    flow.set(run, State::failed("Some reference tasks failed."), at(20)).await;

    let claimed = world.claim(at(21)).await.claimed.remove(0);
    let fact = world.store.read(Facts { ids: vec![claimed.id] }).await.unwrap().remove(0);
    assert_eq!((fact.id, fact.hook.id), (claimed.id, hook));
    assert_eq!(
        (&fact.hook.settings.config[..], fact.hook.settings.template.as_deref()),
        (&b"sealed"[..], Some("{{ x }}"))
    );
    let told = told(&world, claimed.id).await;
    assert_eq!((told.event.state, told.event.occurred_at), (Some(StateKind::Failed), at(20)));
    assert_eq!((told.tenant_slug.as_str(), told.project.as_deref()), ("default", Some("p")));
    assert_eq!(told.previous, Some(StateKind::Running));
    let state = State::from_json(told.state.as_ref().unwrap()).unwrap();
    assert_eq!((state.kind(), state.message()), (StateKind::Failed, Some("Some reference tasks failed.")));
    assert_eq!(told.flow.unwrap().name, "f");
    let flow_run = told.flow_run.unwrap();
    assert_eq!(
        (flow_run.name.as_str(), flow_run.run_count, flow_run.start_time),
        ("brave-bell", 1, Some(at(2)))
    );
    assert_eq!(flow_run.parameters.unwrap()["x"], 3);
    assert_eq!((told.task_run, told.agent, told.dead), (None, None, None));
    let lines: Vec<_> = told.logs.iter().map(|line| line.message.as_str()).collect();
    assert_eq!((lines.len(), lines[0], lines[9]), (10, "line 3", "line 12"));
}

async fn a_dead_delivery_is_told_with_its_hook(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    let dead =
        hook::Settings { states: StateSet::EMPTY, events: vec![EventKind::DeliveryDead], ..settings() };
    let watcher = world.hook(HookType::Email, dead).await;
    world.happens(StateKind::Failed, at(1)).await;
    let claimed = world.claim(at(1)).await.claimed.remove(0);
    world.finish(&claimed, rejected(), at(2)).await;
    let notice = world.claim(at(3)).await.claimed.remove(0);
    assert_eq!(notice.hook_id, watcher);
    let told = told(&world, notice.id).await;
    assert_eq!((told.event.kind, told.event.message.as_deref()), (EventKind::DeliveryDead, Some("410 Gone")));
    let dead = told.dead.unwrap();
    assert_eq!(
        (dead.id, dead.hook_name.as_str(), dead.hook_type.as_str()),
        (claimed.id, "Custom", "WEBHOOK")
    );
    assert_eq!((dead.reason.as_deref(), dead.attempts), (Some("410 Gone"), 1));
}

async fn a_digest_is_told_by_what_it_stands_for(db: Arc<Db>) {
    let world = db.world().await;
    world.hook(HookType::Email, hook::Settings { max_per_minute: Some(1), ..settings() }).await;
    for (second, state) in [(1, StateKind::Failed), (2, StateKind::Success), (3, StateKind::Failed)] {
        world.happens(state, at(second)).await;
    }
    let claimed = world.claim(at(4)).await.claimed.remove(0);
    let About::Digest(Digest { count, counts, since, until, members }) = about(&world, claimed.id).await
    else {
        panic!("no digest");
    };
    assert_eq!((count, since, until), (3, at(1), at(3)));
    assert_eq!(counts, [("Failed".to_owned(), 2), ("Success".to_owned(), 1)]);
    let states: Vec<_> = members.iter().filter_map(|told| told.event.state).collect();
    assert_eq!(states, [StateKind::Failed, StateKind::Success, StateKind::Failed]);
}

async fn what_would_be_told_of_a_run_now(db: Arc<Db>) {
    let world = db.world().await;
    let flow = world.flow().await;
    let run = flow.ran(at(1), at(5), StateKind::Success).await;
    let scope = Scope::Tenant(world.tenant);
    let told = world.store.read(OfFlowRun { flow_run_id: run, scope }).await.unwrap();
    assert_eq!((told.event.state, told.event.occurred_at), (Some(StateKind::Success), at(5)));
    assert_eq!((told.previous, told.flow_run.unwrap().end_time), (Some(StateKind::Running), Some(at(5))));
    let elsewhere = Scope::Tenant(campana_model::id::TenantId::new());
    assert!(
        world.store.read(OfFlowRun { flow_run_id: run, scope: elsewhere }).await.unwrap_err().is_refusal()
    );
}
