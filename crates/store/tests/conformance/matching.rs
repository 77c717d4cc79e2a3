//! Which hooks an event matches.

use std::sync::Arc;

use campana_model::id::{AgentId, EventId, FlowRunId, HookId, TaskRunId};
use campana_model::{EventKind, HookType, StateKind, StateSet, Subject};
use campana_store::event::{self, Event};
use campana_store::{Scope, hook};

use crate::harness::{Db, World, at, on_both, settings};

on_both!(
    a_hook_matches_what_it_selects_and_nothing_else,
    an_event_is_told_once,
    what_is_inactive_or_deleted_matches_nothing,
    a_hook_comes_back_as_it_was_made,
);

/// What each hook got of an event.
async fn told(world: &World, event: Event) -> Vec<HookId> {
    world.record(event).await;
    let mut hooks: Vec<_> =
        world.claim(at(100)).await.claimed.iter().map(|claimed| claimed.hook_id).collect();
    hooks.sort();
    hooks
}

async fn a_hook_matches_what_it_selects_and_nothing_else(db: Arc<Db>) {
    let world = db.world().await;
    let project = world.project("orders").await;
    let any = world.webhook().await;
    let failed = hook::Settings { states: StateSet::family(StateKind::Failed), ..settings() };
    let failed = world.hook(HookType::Webhook, failed).await;
    let group = hook::Settings { version_group_id: Some("other".to_owned()), ..settings() };
    let group = world.hook(HookType::Webhook, group).await;
    let of_project = hook::Settings { project_id: Some(project), ..settings() };
    let of_project = world.hook(HookType::Webhook, of_project).await;
    let tasks =
        world.hook(HookType::Webhook, hook::Settings { subject: Subject::TaskRun, ..settings() }).await;
    let both = world.hook(HookType::Webhook, hook::Settings { subject: Subject::Any, ..settings() }).await;
    let late = vec![EventKind::Late, EventKind::AgentUnhealthy];
    let late = hook::Settings { states: StateSet::EMPTY, events: late, ..settings() };
    let late = world.hook(HookType::Webhook, late).await;

    let change = |state| world.change(FlowRunId::new(), state, at(1));
    assert_eq!(told(&world, change(StateKind::Running)).await, [any, both]);
    assert_eq!(told(&world, change(StateKind::TimedOut)).await, [any, failed, both]);
    let of_group = Event { version_group_id: Some("other".to_owned()), ..change(StateKind::Success) };
    assert_eq!(told(&world, of_group).await, [any, group, both]);
    let in_project = Event { project_id: Some(project), ..change(StateKind::Success) };
    assert_eq!(told(&world, in_project).await, [any, of_project, both]);
    let of_task = Event {
        task_run_id: Some(TaskRunId::from_uuid(FlowRunId::new().uuid())),
        ..change(StateKind::Failed)
    };
    assert_eq!(told(&world, of_task).await, [tasks, both]);
    let is_late = Event { kind: EventKind::Late, state: None, ..change(StateKind::Scheduled) };
    assert_eq!(told(&world, is_late).await, [late]);
    let agent = Event {
        kind: EventKind::AgentUnhealthy,
        state: None,
        flow_run_id: None,
        version_group_id: None,
        agent_id: Some(AgentId::new()),
        ..change(StateKind::Scheduled)
    };
    assert_eq!(told(&world, agent).await, [late]);
    let elsewhere = campana_store::tenant::Create {
        id: campana_model::id::TenantId::new(),
        name: "Other".to_owned(),
        slug: "other".to_owned(),
        now: at(0),
    };
    let elsewhere = world.store.write(elsewhere).await.unwrap();
    assert_eq!(told(&world, Event { tenant_id: elsewhere, ..change(StateKind::Failed) }).await, []);
}

async fn an_event_is_told_once(db: Arc<Db>) {
    let world = db.world().await;
    world.webhook().await;
    let run = FlowRunId::new();
    let id = event::id_of(EventKind::StateChange, run.uuid(), 7);
    let event = Event { id, ..world.change(run, StateKind::Running, at(1)) };
    assert!(world.store.write(event::Record { event: event.clone() }).await.unwrap());
    assert!(!world.store.write(event::Record { event }).await.unwrap());
    assert_eq!(world.claim(at(2)).await.claimed.len(), 1);
    assert_ne!(event::id_of(EventKind::StateChange, run.uuid(), 8), id);
    assert_ne!(event::id_of(EventKind::Late, run.uuid(), 7), id);
    assert_ne!(EventId::new(), id);
}

async fn what_is_inactive_or_deleted_matches_nothing(db: Arc<Db>) {
    let world = db.world().await;
    let scope = Scope::Tenant(world.tenant);
    let (kept, deleted) = (world.webhook().await, world.webhook().await);
    let set = |active| hook::SetActive { id: kept, scope, active, actor: "ada".to_owned(), now: at(1) };
    assert!(world.store.write(set(false)).await.unwrap());
    assert!(!world.store.write(set(false)).await.unwrap());
    world.happens(StateKind::Failed, at(2)).await;
    let delete = hook::Delete { id: deleted, scope, actor: "ada".to_owned(), now: at(3) };
    assert_eq!(world.store.write(delete.clone()).await.unwrap(), 1, "what is pending is cancelled");
    assert!(world.store.write(delete).await.unwrap_err().is_refusal(), "it is not there any more");
    assert_eq!(world.claim(at(4)).await.claimed, []);
    assert!(world.store.write(set(true)).await.unwrap());
    world.happens(StateKind::Failed, at(5)).await;
    let claimed = world.claim(at(6)).await.claimed;
    assert_eq!(claimed.iter().map(|claimed| claimed.hook_id).collect::<Vec<_>>(), [kept]);
    let hooks = world.store.read(hook::List { scope }).await.unwrap();
    assert_eq!(hooks.iter().map(|hook| hook.id).collect::<Vec<_>>(), [kept]);
}

async fn a_hook_comes_back_as_it_was_made(db: Arc<Db>) {
    let world = db.world().await;
    let scope = Scope::Tenant(world.tenant);
    let made = hook::Settings {
        project_id: Some(world.project("orders").await),
        version_group_id: Some("abc".to_owned()),
        subject: Subject::Any,
        states: StateSet::family(StateKind::Success),
        events: vec![EventKind::Late, EventKind::DeliveryDead],
        template: Some("{{ state }}".to_owned()),
        include_parameters: true,
        max_per_minute: Some(5),
        ..settings()
    };
    let id = world.hook(HookType::Email, made.clone()).await;
    let hook = world.store.read(hook::Fetch { id, scope }).await.unwrap();
    assert_eq!((hook.hook_type, &hook.settings), (HookType::Email, &made));
    let changed = hook::Settings { name: "Night".to_owned(), config: vec![0, 159, 255], ..settings() };
    let update = hook::Update { id, scope, settings: changed.clone(), actor: "ada".to_owned(), now: at(9) };
    world.store.write(update).await.unwrap();
    let hook = world.store.read(hook::Fetch { id, scope }).await.unwrap();
    assert_eq!((hook.settings, hook.created, hook.updated), (changed, at(0), at(9)));
    let log = campana_store::audit::List { scope, limit: 10 };
    let log = world.store.read(log).await.unwrap();
    let actions: Vec<_> = log.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["update", "create"]);
    assert!(!format!("{log:?}").contains("sealed"));
}
