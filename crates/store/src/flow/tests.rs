//! Flows, on both databases.

use std::collections::BTreeSet;

use campana_model::StateKind;
use campana_model::id::{FlowId, FlowRunId, ProjectId, TenantId};
use serde_json::{Map, Value as Json, json};

use super::{Archive, Delete, Register, RegisterEdges, RegisterTasks, SetScheduleActive, UpdateGroup};
use crate::trial::{Trial, at, edge, on_both, task};
use crate::{Error, Scope, flow_run, project};

on_both!(
    versions_follow_each_other_and_archive_those_before,
    a_named_group_is_its_own_and_crosses_projects,
    a_key_keeps_what_is_there,
    waiting_runs_of_an_older_version_go,
    tasks_and_edges_come_in_pieces_and_may_come_twice,
    an_edge_needs_its_tasks,
    a_schedule_is_switched,
    a_group_is_changed_in_part,
    nobody_else_finds_a_flow,
    a_deleted_flow_is_gone,
    a_deleted_project_is_gone,
);

async fn versions_follow_each_other_and_archive_those_before(trial: Trial) {
    let (second, other) = (FlowId::new(), FlowId::new());
    let registered = trial.store.write(trial.register(second, json!({"name": "f"}))).await.unwrap();
    assert_eq!((registered.id, registered.version, registered.is_new), (second, 2, true));
    let stranger = trial.store.write(trial.register(other, json!({"name": "g"}))).await.unwrap();
    assert_eq!(stranger.version, 1);
    assert_ne!(stranger.flow_group_id, registered.flow_group_id);
    let live = "SELECT name FROM flow WHERE project_id = $1 AND NOT archived ORDER BY name";
    assert_eq!(trial.texts(live, trial.project.uuid()).await, "f g");
    let nameless = trial.register(FlowId::new(), json!({"type": "Flow"}));
    let error = trial.store.write(nameless).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { field: "serialized_flow", .. }), "{error}");
}

async fn a_named_group_is_its_own_and_crosses_projects(trial: Trial) {
    let project = ProjectId::new();
    let create = project::Create {
        id: project,
        tenant_id: trial.tenant,
        name: "q".into(),
        description: None,
        now: at(0),
    };
    trial.store.write(create).await.unwrap();
    let register = |project_id, name: &str| Register {
        project_id,
        version_group_id: Some("abc".into()),
        ..trial.register(FlowId::new(), json!({"name": name}))
    };
    let first = trial.store.write(register(trial.project, "f")).await.unwrap();
    assert_eq!((first.version, first.version_group_id.as_str()), (1, "abc"));
    let second = trial.store.write(register(project, "moved")).await.unwrap();
    assert_eq!((second.version, second.flow_group_id), (2, first.flow_group_id));
}

async fn a_key_keeps_what_is_there(trial: Trial) {
    let register = |key: Option<&str>| Register {
        idempotency_key: key.map(str::to_owned),
        ..trial.register(FlowId::new(), json!({"name": "k"}))
    };
    let first = trial.store.write(register(Some("one"))).await.unwrap();
    let again = trial.store.write(register(Some("one"))).await.unwrap();
    assert_eq!((again.id, again.version, again.is_new), (first.id, 1, false));
    let second = trial.store.write(register(Some("two"))).await.unwrap();
    assert_eq!((second.version, second.is_new), (2, true));
    assert_eq!(trial.store.write(register(Some("one"))).await.unwrap().version, 3);
    assert_eq!(trial.store.write(register(None)).await.unwrap().version, 4);
    assert_eq!(trial.store.write(register(None)).await.unwrap().version, 5);
    let last = trial.store.write(register(Some("six"))).await.unwrap();
    let archive = Archive { scope: trial.scope(), flow_id: last.id, now: at(1) };
    trial.store.write(archive).await.unwrap();
    // An archived flow that is registered anew is wanted again.
    assert!(trial.store.write(register(Some("six"))).await.unwrap().is_new);
}

async fn waiting_runs_of_an_older_version_go(trial: Trial) {
    let (waits, runs, ahead) = (trial.flow_run().await, trial.flow_run().await, FlowRunId::new());
    trial.set(runs, StateKind::Running, 1).await.unwrap();
    let create = flow_run::Create { auto_scheduled: true, ..trial.create(ahead) };
    trial.store.write(create).await.unwrap();
    trial.store.write(trial.register(FlowId::new(), json!({"name": "f"}))).await.unwrap();
    let state =
        async |run: FlowRunId| trial.texts("SELECT state FROM flow_run WHERE id = $1", run.uuid()).await;
    assert_eq!(state(waits).await, "Cancelled");
    assert_eq!(state(runs).await, "Running");
    assert_eq!(state(ahead).await, "");
    let events = "SELECT state FROM event WHERE flow_run_id = $1 AND task_run_id IS NULL ORDER BY version";
    assert_eq!(trial.texts(events, waits.uuid()).await, "Scheduled Cancelled");
    let tasks = "SELECT state FROM task_run WHERE flow_run_id = $1";
    assert_eq!(trial.texts(tasks, waits.uuid()).await, "Cancelled Cancelled");
}

async fn tasks_and_edges_come_in_pieces_and_may_come_twice(trial: Trial) {
    let flow_id = FlowId::new();
    let serialized = json!({"name": "g", "tasks": [], "edges": []});
    trial.store.write(trial.register(flow_id, serialized)).await.unwrap();
    let tasks = |tasks: Vec<Json>| RegisterTasks {
        scope: trial.scope(),
        flow_id,
        serialized_tasks: tasks,
        now: at(1),
    };
    let edges = |edges: Vec<Json>| RegisterEdges {
        scope: trial.scope(),
        flow_id,
        serialized_edges: edges,
        now: at(1),
    };
    trial.store.write(tasks(vec![task("a"), task("b")])).await.unwrap();
    trial.store.write(tasks(vec![task("b"), task("c")])).await.unwrap();
    trial.store.write(tasks(Vec::new())).await.unwrap();
    trial.store.write(edges(vec![edge("a", "b", false)])).await.unwrap();
    trial.store.write(edges(vec![edge("a", "b", false), edge("b", "c", true)])).await.unwrap();
    trial.store.write(edges(Vec::new())).await.unwrap();
    let slugs = "SELECT slug FROM task WHERE flow_id = $1 ORDER BY slug";
    assert_eq!(trial.texts(slugs, flow_id.uuid()).await, "a b c");
    let flow = trial.rows("SELECT serialized_flow FROM flow WHERE id = $1", flow_id.uuid()).await;
    let flow = flow[0].json(0).unwrap().unwrap();
    let read_back: Vec<_> = flow["tasks"].as_array().unwrap().iter().map(|task| &task["slug"]).collect();
    assert_eq!(read_back, ["a", "b", "c"]);
    assert_eq!(trial.number("SELECT COUNT(*) FROM edge WHERE flow_id = $1", flow_id.uuid()).await, 2);
    let of = async |condition: &str| {
        let sql = format!("SELECT slug FROM task WHERE flow_id = $1 AND {condition} ORDER BY slug");
        trial.texts(&sql, flow_id.uuid()).await
    };
    assert_eq!(of("is_root_task").await, "a");
    assert_eq!(of("is_terminal_task").await, "c");
    assert_eq!(of("is_reference_task").await, "c");
    assert_eq!(of("mapped").await, "c");
    assert_eq!(of("max_retries = 2 AND retry_delay = 1").await, "a b c");
}

async fn an_edge_needs_its_tasks(trial: Trial) {
    let edges = RegisterEdges {
        scope: trial.scope(),
        flow_id: trial.flow,
        serialized_edges: vec![edge("b", "a", false), edge("a", "nobody", false)],
        now: at(1),
    };
    let error = trial.store.write(edges).await.unwrap_err();
    assert!(error.to_string().contains("\"nobody\""), "{error}");
    assert_eq!(trial.number("SELECT COUNT(*) FROM edge WHERE flow_id = $1", trial.flow.uuid()).await, 1);
    let named = json!({"name": "r", "tasks": [task("a"), task("b")], "edges": [edge("a", "b", false)],
        "reference_tasks": [{"slug": "a"}]});
    let id = FlowId::new();
    trial.store.write(trial.register(id, named)).await.unwrap();
    let references = "SELECT slug FROM task WHERE flow_id = $1 AND is_reference_task";
    assert_eq!(trial.texts(references, id.uuid()).await, "a");
}

async fn a_schedule_is_switched(trial: Trial) {
    let id = FlowId::new();
    let flow = json!({"name": "s", "schedule": {"clocks": []}});
    let register = Register { set_schedule_active: true, ..trial.register(id, flow) };
    trial.store.write(register).await.unwrap();
    let is_active = async |id: FlowId| {
        let active = "SELECT COUNT(*) FROM flow WHERE id = $1 AND is_schedule_active";
        trial.number(active, id.uuid()).await == 1
    };
    let set = |flow_id, active| SetScheduleActive { scope: trial.scope(), flow_id, active };
    assert!(is_active(id).await);
    let ahead = FlowRunId::new();
    let create =
        flow_run::Create { auto_scheduled: true, target: flow_run::Target::Flow(id), ..trial.create(ahead) };
    trial.store.write(create).await.unwrap();
    trial.store.write(set(id, false)).await.unwrap();
    assert!(!is_active(id).await);
    assert_eq!(trial.number("SELECT COUNT(*) FROM flow_run WHERE id = $1", ahead.uuid()).await, 0);
    trial.store.write(set(id, true)).await.unwrap();
    assert!(is_active(id).await);
    // Without a schedule there is nothing to switch, and clients do it all the same.
    trial.store.write(set(trial.flow, true)).await.unwrap();
    assert!(!is_active(trial.flow).await);
}

async fn a_group_is_changed_in_part(trial: Trial) {
    let group = trial.rows("SELECT flow_group_id FROM flow WHERE id = $1", trial.flow.uuid()).await;
    let flow_group_id = group[0].get(0).unwrap();
    let nothing = UpdateGroup {
        scope: trial.scope(),
        flow_group_id,
        labels: None,
        run_config: None,
        default_parameters: None,
        settings: Map::new(),
    };
    let labels = BTreeSet::from(["b".to_owned(), "a".to_owned()]);
    trial.store.write(UpdateGroup { labels: Some(Some(labels)), ..nothing.clone() }).await.unwrap();
    let settings = Map::from_iter([("lazarus_enabled".to_owned(), json!(false))]);
    trial.store.write(UpdateGroup { settings, ..nothing.clone() }).await.unwrap();
    let parameters = Map::from_iter([("p".to_owned(), json!(1))]);
    let parameters = UpdateGroup { default_parameters: Some(parameters), ..nothing.clone() };
    trial.store.write(parameters).await.unwrap();
    let read = async || {
        let sql = "SELECT labels, settings, default_parameters FROM flow_group WHERE id = $1";
        let row = trial.rows(sql, flow_group_id.uuid()).await.remove(0);
        [0, 1, 2].map(|column| row.json(column).unwrap())
    };
    let [labels, settings, parameters] = read().await;
    assert_eq!(labels, Some(json!(["a", "b"])));
    let wanted =
        json!({"heartbeat_enabled": true, "lazarus_enabled": false, "version_locking_enabled": false});
    assert_eq!(settings, Some(wanted));
    assert_eq!(parameters, Some(json!({"p": 1})));
    trial.store.write(UpdateGroup { labels: Some(None), ..nothing }).await.unwrap();
    assert_eq!(read().await[0], None);
}

async fn nobody_else_finds_a_flow(trial: Trial) {
    let scope = Scope::Tenant(TenantId::new());
    let flow_id = trial.flow;
    let is_missing = |error: Error| assert!(matches!(error, Error::NotFound { .. }), "{error}");
    is_missing(trial.store.write(Archive { scope, flow_id, now: at(1) }).await.unwrap_err());
    is_missing(trial.store.write(Delete { scope, flow_id }).await.unwrap_err());
    is_missing(trial.store.write(SetScheduleActive { scope, flow_id, active: true }).await.unwrap_err());
    let tasks = RegisterTasks { scope, flow_id, serialized_tasks: vec![task("z")], now: at(1) };
    is_missing(trial.store.write(tasks).await.unwrap_err());
    let register = Register { scope, ..trial.register(FlowId::new(), json!({"name": "f"})) };
    is_missing(trial.store.write(register).await.unwrap_err());
    let delete = project::Delete { scope, project_id: trial.project, actor: "local".into(), now: at(1) };
    is_missing(trial.store.write(delete).await.unwrap_err());
}

async fn a_deleted_flow_is_gone(trial: Trial) {
    let run = trial.flow_run().await;
    let second = FlowId::new();
    trial.store.write(trial.register(second, json!({"name": "f"}))).await.unwrap();
    let groups = async || {
        trial.number("SELECT COUNT(*) FROM flow_group WHERE tenant_id = $1", trial.tenant.uuid()).await
    };
    trial.store.write(Delete { scope: trial.scope(), flow_id: trial.flow }).await.unwrap();
    assert_eq!(trial.number("SELECT COUNT(*) FROM flow_run WHERE id = $1", run.uuid()).await, 0);
    assert_eq!(trial.number("SELECT COUNT(*) FROM task WHERE flow_id = $1", trial.flow.uuid()).await, 0);
    assert_eq!(groups().await, 1);
    trial.store.write(Delete { scope: trial.scope(), flow_id: second }).await.unwrap();
    assert_eq!(groups().await, 0);
}

async fn a_deleted_project_is_gone(trial: Trial) {
    trial.flow_run().await;
    let same = project::Create {
        id: ProjectId::new(),
        tenant_id: trial.tenant,
        name: "p".into(),
        description: None,
        now: at(1),
    };
    let error = trial.store.write(same.clone()).await.unwrap_err();
    assert!(matches!(error, Error::Exists { what: "project", .. }), "{error}");
    let delete = project::Delete {
        scope: trial.scope(),
        project_id: trial.project,
        actor: "local".into(),
        now: at(1),
    };
    trial.store.write(delete).await.unwrap();
    for of in ["project WHERE tenant_id", "flow WHERE tenant_id", "flow_run WHERE tenant_id"] {
        let left = trial.number(&format!("SELECT COUNT(*) FROM {of} = $1"), trial.tenant.uuid()).await;
        assert_eq!(left, 0, "{of}");
    }
    trial.store.write(same).await.unwrap();
}
