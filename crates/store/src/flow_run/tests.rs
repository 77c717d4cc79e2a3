//! Flow runs, on both databases.

use std::collections::BTreeSet;

use campana_model::hook::{HookType, StateSet, Subject};
use campana_model::id::{AgentId, FlowId, FlowRunId, HookId, TenantId};
use campana_model::transition::Rejected;
use campana_model::{State, StateKind};
use futures_util::future::join_all;
use serde_json::{Map, json};

use super::{Cancel, Changed, Create, Delete, Heartbeat, InQueue, MAX_IN_QUEUE, SetName, SetState, Target};
use crate::trial::{Trial, at, on_both};
use crate::{Error, Scope, flow, hook, log};

on_both!(
    a_new_run_is_scheduled_with_a_run_of_each_task,
    a_state_is_in_the_row_the_history_and_an_event,
    times_are_those_of_the_first_start_and_the_last_end,
    a_late_report_counts_from_when_it_happened,
    a_report_that_comes_twice_counts_once,
    the_agent_that_submits_a_run_is_known,
    what_the_gate_refuses_leaves_no_trace,
    nobody_else_finds_a_run,
    a_state_that_is_too_large_is_refused,
    versions_count_only_where_they_are_locked,
    cancelling_takes_the_unfinished_task_runs_along,
    a_key_makes_one_run,
    what_cannot_run_is_refused,
    the_newest_version_of_a_group_runs,
    a_run_has_its_labels_parameters_and_config,
    agents_get_what_is_due_and_theirs,
    the_queue_is_read_past_the_runs_of_others,
    a_run_with_a_waiting_task_is_taken_again,
    names_and_heartbeats_change_no_state,
    a_deleted_run_leaves_its_events,
    a_change_owes_a_delivery_to_the_hook_that_it_matches,
    runs_made_ahead_are_no_events,
);

const HISTORY: &str = "SELECT state FROM flow_run_state WHERE flow_run_id = $1 ORDER BY version";
const EVENTS: &str =
    "SELECT state FROM event WHERE flow_run_id = $1 AND task_run_id IS NULL ORDER BY version";

async fn a_new_run_is_scheduled_with_a_run_of_each_task(trial: Trial) {
    let id = FlowRunId::new();
    let create = Create { scheduled_start_time: Some(at(60)), ..trial.create(id) };
    trial.store.write(create).await.unwrap();
    let row = &trial
        .rows(
            "SELECT state, version, state_start_time, scheduled_start_time, state_message, serialized_state
             FROM flow_run WHERE id = $1",
            id.uuid(),
        )
        .await[0];
    assert_eq!(row.get::<StateKind>(0).unwrap(), StateKind::Scheduled);
    assert_eq!(row.get::<i64>(1).unwrap(), 1);
    assert_eq!(row.get::<campana_model::Timestamp>(2).unwrap(), at(60));
    assert_eq!(row.get::<campana_model::Timestamp>(3).unwrap(), at(60));
    assert_eq!(row.get::<String>(4).unwrap(), "Flow run scheduled.");
    let state = State::from_json(&row.json(5).unwrap().unwrap()).unwrap();
    assert_eq!(state.start_time(), Some(at(60)));
    assert_eq!(trial.texts(HISTORY, id.uuid()).await, "Scheduled");
    assert_eq!(trial.texts(EVENTS, id.uuid()).await, "Scheduled");
    let tasks =
        "SELECT state_message FROM task_run WHERE flow_run_id = $1 AND state = 'Pending' AND version = 0";
    assert_eq!(trial.texts(tasks, id.uuid()).await, "Task run created Task run created");
}

async fn a_state_is_in_the_row_the_history_and_an_event(trial: Trial) {
    let run = trial.flow_run().await;
    let state = State::running("Running flow.").with_context("why", "a test");
    let changed = trial.store.write(trial.to(run, state.clone(), 5)).await.unwrap();
    assert_eq!(changed, Changed { id: run, version: 2, state: StateKind::Running, epoch: 0 });
    let stored = |table: &str, of: &str| {
        format!("SELECT serialized_state FROM {table} WHERE {of} = $1 AND version = 2 AND state = 'Running'")
    };
    for (table, of) in [("flow_run", "id"), ("flow_run_state", "flow_run_id")] {
        let rows = trial.rows(&stored(table, of), run.uuid()).await;
        let found = State::from_json(&rows[0].json(0).unwrap().unwrap()).unwrap();
        assert_eq!(found, state, "{table}");
        assert_eq!(found.context("why"), Some(&json!("a test")));
    }
    assert_eq!(trial.texts(EVENTS, run.uuid()).await, "Scheduled Running");
    let event = &trial
        .rows(
            "SELECT project_id, flow_id, message, tenant_id, kind FROM event WHERE flow_run_id = $1 AND version = 2",
            run.uuid(),
        )
        .await[0];
    assert_eq!(event.get::<campana_model::id::ProjectId>(0).unwrap(), trial.project);
    assert_eq!(event.get::<FlowId>(1).unwrap(), trial.flow);
    assert_eq!(event.get::<String>(2).unwrap(), "Running flow.");
    assert_eq!(event.get::<TenantId>(3).unwrap(), trial.tenant);
    assert_eq!(event.get::<String>(4).unwrap(), "STATE_CHANGE");
}

async fn times_are_those_of_the_first_start_and_the_last_end(trial: Trial) {
    let run = trial.flow_run().await;
    let times = async || {
        let sql = "SELECT start_time, end_time, run_count, heartbeat FROM flow_run WHERE id = $1";
        let row = &trial.rows(sql, run.uuid()).await[0];
        let time = |column| row.get::<Option<campana_model::Timestamp>>(column).unwrap();
        (time(0), time(1), row.get::<i64>(2).unwrap(), time(3))
    };
    assert_eq!(times().await, (None, None, 0, None));
    trial.set(run, StateKind::Submitted, 1).await.unwrap();
    assert_eq!(times().await, (None, None, 0, Some(at(1))));
    trial.set(run, StateKind::Running, 2).await.unwrap();
    trial.set(run, StateKind::Failed, 3).await.unwrap();
    assert_eq!(times().await, (Some(at(2)), Some(at(3)), 1, Some(at(2))));
    trial.set(run, StateKind::Scheduled, 4).await.unwrap();
    trial.set(run, StateKind::Running, 5).await.unwrap();
    assert_eq!(times().await, (Some(at(2)), None, 2, Some(at(5))));
    trial.set(run, StateKind::Success, 6).await.unwrap();
    assert_eq!(times().await, (Some(at(2)), Some(at(6)), 2, Some(at(5))));
}

async fn a_late_report_counts_from_when_it_happened(trial: Trial) {
    let run = trial.flow_run().await;
    trial.store.write(trial.to(run, State::running("").at(at(10)), 100)).await.unwrap();
    // A clock that goes before the server's is not believed.
    trial.store.write(trial.to(run, State::success("").at(at(500)), 200)).await.unwrap();
    let sql = "SELECT start_time, end_time FROM flow_run WHERE id = $1";
    let row = &trial.rows(sql, run.uuid()).await[0];
    assert_eq!(row.get::<campana_model::Timestamp>(0).unwrap(), at(10));
    assert_eq!(row.get::<campana_model::Timestamp>(1).unwrap(), at(200));
    let sql = "SELECT occurred_at, recorded_at FROM event WHERE flow_run_id = $1 AND version = 2";
    let row = &trial.rows(sql, run.uuid()).await[0];
    assert_eq!(row.get::<campana_model::Timestamp>(0).unwrap(), at(10));
    assert_eq!(row.get::<campana_model::Timestamp>(1).unwrap(), at(100));
}

async fn a_report_that_comes_twice_counts_once(trial: Trial) {
    let run = trial.flow_run().await;
    let report = State::running("").at(at(10) + std::time::Duration::from_nanos(1_500));
    let first = trial.store.write(trial.to(run, report.clone(), 20)).await.unwrap();
    let again = trial.store.write(trial.to(run, report, 30)).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(trial.texts(EVENTS, run.uuid()).await, "Scheduled Running");
}

async fn the_agent_that_submits_a_run_is_known(trial: Trial) {
    let run = trial.flow_run().await;
    let (agent, other) = (AgentId::new(), AgentId::new());
    for (agent_id, kind) in [(agent, StateKind::Submitted), (other, StateKind::Running)] {
        let set = SetState { agent_id: Some(agent_id), ..trial.to(run, State::new(kind), 1) };
        trial.store.write(set).await.unwrap();
    }
    let row = &trial.rows("SELECT agent_id FROM flow_run WHERE id = $1", run.uuid()).await[0];
    assert_eq!(row.get::<AgentId>(0).unwrap(), agent);
}

async fn what_the_gate_refuses_leaves_no_trace(trial: Trial) {
    let run = trial.flow_run().await;
    trial.set(run, StateKind::Submitted, 1).await.unwrap();
    let error = trial.set(run, StateKind::Submitted, 2).await.unwrap_err();
    assert!(matches!(error, Error::Rejected(Rejected::AlreadySubmitted)), "{error}");
    let old = SetState { epoch: Some(-1), ..trial.to(run, State::running(""), 3) };
    let error = trial.store.write(old).await.unwrap_err();
    assert!(matches!(error, Error::Rejected(Rejected::OldEpoch { reported: -1, current: 0 })), "{error}");
    assert_eq!(trial.texts(HISTORY, run.uuid()).await, "Scheduled Submitted");
    assert_eq!(trial.texts(EVENTS, run.uuid()).await, "Scheduled Submitted");
    assert_eq!(trial.number("SELECT version FROM flow_run WHERE id = $1", run.uuid()).await, 2);
}

async fn nobody_else_finds_a_run(trial: Trial) {
    let run = trial.flow_run().await;
    let other = Scope::Tenant(TenantId::new());
    let is_missing = |error: Error| assert!(matches!(error, Error::NotFound { .. }), "{error}");
    let set = SetState { scope: other, ..trial.to(run, State::running(""), 1) };
    is_missing(trial.store.write(set).await.unwrap_err());
    is_missing(trial.store.write(Cancel { scope: other, flow_run_id: run, now: at(1) }).await.unwrap_err());
    is_missing(
        trial.store.write(Heartbeat { scope: other, flow_run_id: run, now: at(1) }).await.unwrap_err(),
    );
    let name = SetName { scope: other, flow_run_id: run, name: "mine".into(), now: at(1) };
    is_missing(trial.store.write(name).await.unwrap_err());
    is_missing(trial.store.write(Delete { scope: other, flow_run_id: run }).await.unwrap_err());
    let create = Create { scope: other, ..trial.create(FlowRunId::new()) };
    is_missing(trial.store.write(create).await.unwrap_err());
    assert_eq!(trial.texts(HISTORY, run.uuid()).await, "Scheduled");
    let all = SetState { scope: Scope::All, ..trial.to(run, State::running(""), 1) };
    trial.store.write(all).await.unwrap();
}

async fn a_state_that_is_too_large_is_refused(trial: Trial) {
    let run = trial.flow_run().await;
    let state = |bytes| State::running("x".repeat(bytes));
    let error = trial.store.write(trial.to(run, state(crate::MAX_STATE_BYTES), 1)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { field: "state", .. }), "{error}");
    trial.store.write(trial.to(run, state(crate::MAX_STATE_BYTES - 1_000), 1)).await.unwrap();
}

async fn versions_count_only_where_they_are_locked(trial: Trial) {
    let run = trial.flow_run().await;
    let with = |version| SetState { version: Some(version), ..trial.to(run, State::running(""), 1) };
    assert_eq!(trial.store.write(with(17)).await.unwrap().version, 2);
    let group = trial.rows("SELECT flow_group_id FROM flow WHERE id = $1", trial.flow.uuid()).await;
    let update = flow::UpdateGroup {
        scope: trial.scope(),
        flow_group_id: group[0].get(0).unwrap(),
        labels: None,
        run_config: None,
        default_parameters: None,
        settings: Map::from_iter([("version_locking_enabled".to_owned(), json!(true))]),
    };
    trial.store.write(update).await.unwrap();
    let error = trial.store.write(with(17)).await.unwrap_err();
    assert!(matches!(error, Error::Rejected(Rejected::OtherVersion { reported: 17, current: 2 })), "{error}");
    assert_eq!(trial.store.write(with(2)).await.unwrap().version, 3);
}

async fn cancelling_takes_the_unfinished_task_runs_along(trial: Trial) {
    let run = trial.flow_run().await;
    trial.set(run, StateKind::Running, 1).await.unwrap();
    let (a, b) = (trial.task_run(run, "a").await, trial.task_run(run, "b").await);
    trial.set_task(a, StateKind::Running, 2).await.unwrap();
    trial.set_task(a, StateKind::Success, 3).await.unwrap();
    trial.set_task(b, StateKind::Running, 3).await.unwrap();
    let cancel = Cancel { scope: trial.scope(), flow_run_id: run, now: at(4) };
    assert_eq!(trial.store.write(cancel.clone()).await.unwrap().state, StateKind::Cancelling);
    assert_eq!(trial.store.write(cancel.clone()).await.unwrap().state, StateKind::Cancelling);
    let states = "SELECT state FROM task_run WHERE flow_run_id = $1 ORDER BY id";
    assert_eq!(trial.texts(states, run.uuid()).await, "Success Running");
    trial.set(run, StateKind::Cancelled, 5).await.unwrap();
    assert_eq!(trial.texts(states, run.uuid()).await, "Success Cancelled");
    let history = "SELECT state FROM task_run_state WHERE task_run_id = $1 ORDER BY version";
    assert_eq!(trial.texts(history, b.uuid()).await, "Running Cancelled");
    let events = "SELECT state FROM event WHERE task_run_id = $1 ORDER BY version";
    assert_eq!(trial.texts(events, b.uuid()).await, "Running Cancelled");
    assert_eq!(trial.store.write(cancel).await.unwrap().state, StateKind::Cancelled);
    assert_eq!(trial.texts(HISTORY, run.uuid()).await, "Scheduled Running Cancelling Cancelled");
}

async fn a_key_makes_one_run(trial: Trial) {
    let create =
        |key: &str| Create { idempotency_key: Some(key.to_owned()), ..trial.create(FlowRunId::new()) };
    let first = trial.store.write(create("one")).await.unwrap();
    let again = trial.store.write(create("one")).await.unwrap();
    assert!(first.is_new && !again.is_new);
    assert_eq!(first.id, again.id);
    assert!(trial.store.write(create("two")).await.unwrap().is_new);
    let runs = trial.number("SELECT COUNT(*) FROM flow_run WHERE flow_id = $1", trial.flow.uuid()).await;
    assert_eq!(runs, 2);
}

async fn what_cannot_run_is_refused(trial: Trial) {
    let missing = Create { target: Target::Flow(FlowId::new()), ..trial.create(FlowRunId::new()) };
    assert!(matches!(trial.store.write(missing).await.unwrap_err(), Error::NotFound { what: "flow", .. }));
    let next = FlowId::new();
    let flow = json!({"name": "f", "parameters": [{"name": "p", "default": null, "required": true}]});
    trial.store.write(trial.register(next, flow)).await.unwrap();
    let error = trial.store.write(trial.create(FlowRunId::new())).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { field: "flow_id", .. }), "{error}");
    let create = Create { target: Target::Flow(next), ..trial.create(FlowRunId::new()) };
    let error = trial.store.write(create.clone()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { field: "parameters", .. }), "{error}");
    let given = Map::from_iter([("p".to_owned(), json!(1))]);
    trial.store.write(Create { parameters: given, ..create }).await.unwrap();
}

async fn the_newest_version_of_a_group_runs(trial: Trial) {
    let next = FlowId::new();
    let registered = trial.store.write(trial.register(next, json!({"name": "f"}))).await.unwrap();
    let of_group = |group: &str| Create {
        target: Target::VersionGroup(group.to_owned()),
        ..trial.create(FlowRunId::new())
    };
    let run = trial.store.write(of_group(&registered.version_group_id)).await.unwrap();
    let flow = trial.rows("SELECT flow_id FROM flow_run WHERE id = $1", run.id.uuid()).await;
    assert_eq!(flow[0].get::<FlowId>(0).unwrap(), next);
    assert!(matches!(trial.store.write(of_group("no such")).await.unwrap_err(), Error::NotFound { .. }));
}

async fn a_run_has_its_labels_parameters_and_config(trial: Trial) {
    let flow = FlowId::new();
    let config = json!({"type": "UniversalRun", "labels": ["z", "a"]});
    let parameters = json!([{"name": "p", "default": 1, "required": false}]);
    let serialized = json!({"name": "g", "run_config": config, "parameters": parameters});
    trial.store.write(trial.register(flow, serialized)).await.unwrap();
    let id = FlowRunId::new();
    let create = Create {
        target: Target::Flow(flow),
        parameters: Map::from_iter([("q".to_owned(), json!(2))]),
        context: Some(json!({"c": 3})),
        ..trial.create(id)
    };
    trial.store.write(create).await.unwrap();
    let sql = "SELECT labels, parameters, run_config, context FROM flow_run WHERE id = $1";
    let row = &trial.rows(sql, id.uuid()).await[0];
    assert_eq!(row.json(0).unwrap(), Some(json!(["a", "z"])));
    assert_eq!(row.json(1).unwrap(), Some(json!({"p": 1, "q": 2})));
    assert_eq!(row.json(2).unwrap(), Some(config));
    assert_eq!(row.json(3).unwrap(), Some(json!({"c": 3})));
}

fn labels(labels: &[&str]) -> BTreeSet<String> {
    labels.iter().map(|&label| label.to_owned()).collect()
}

async fn agents_get_what_is_due_and_theirs(trial: Trial) {
    let mut runs = Vec::new();
    for (due, of) in [(30, &["x"][..]), (10, &["x", "y"]), (20, &[]), (90, &["x"])] {
        let id = FlowRunId::new();
        let create =
            Create { scheduled_start_time: Some(at(due)), labels: Some(labels(of)), ..trial.create(id) };
        trial.store.write(create).await.unwrap();
        runs.push(id);
    }
    let queue = async |of: &[&str], before| {
        let read = InQueue { tenant_id: trial.tenant, before: at(before), labels: labels(of) };
        trial.store.read(read).await.unwrap()
    };
    assert_eq!(queue(&["x", "y", "z"], 60).await, [runs[1], runs[0]]);
    assert_eq!(queue(&["x"], 60).await, [runs[0]]);
    assert_eq!(queue(&["x"], 90).await, [runs[0], runs[3]]);
    assert_eq!(queue(&[], 60).await, [runs[2]]);
    assert!(queue(&["y"], 60).await.is_empty());
    let other = InQueue { tenant_id: TenantId::new(), before: at(60), labels: labels(&["x"]) };
    assert!(trial.store.read(other).await.unwrap().is_empty());
    trial.set(runs[0], StateKind::Submitted, 40).await.unwrap();
    assert!(queue(&["x"], 60).await.is_empty());
    // Paused until somebody resumes it: it has no time that could come.
    trial.set(runs[2], StateKind::Paused, 40).await.unwrap();
    assert!(queue(&[], 60).await.is_empty());
}

async fn the_queue_is_read_past_the_runs_of_others(trial: Trial) {
    let others = (0..300).map(|number| {
        trial.store.write(Create {
            scheduled_start_time: Some(at(number / 7)),
            labels: Some(labels(&["other"])),
            ..trial.create(FlowRunId::new())
        })
    });
    assert!(join_all(others).await.iter().all(Result::is_ok));
    let mut own = Vec::new();
    for number in 0..30 {
        let create = Create {
            scheduled_start_time: Some(at(100 + number)),
            labels: Some(labels(&["own"])),
            ..trial.create(FlowRunId::new())
        };
        own.push(trial.store.write(create).await.unwrap().id);
    }
    let read = InQueue { tenant_id: trial.tenant, before: at(1_000), labels: labels(&["own"]) };
    assert_eq!(trial.store.read(read).await.unwrap(), own[..MAX_IN_QUEUE]);
}

async fn a_run_with_a_waiting_task_is_taken_again(trial: Trial) {
    let run = trial.flow_run().await;
    let task = trial.task_run(run, "a").await;
    trial.set(run, StateKind::Running, 1).await.unwrap();
    let read = InQueue { tenant_id: trial.tenant, before: at(60), labels: BTreeSet::new() };
    assert!(trial.store.read(read.clone()).await.unwrap().is_empty());
    trial.store.write(trial.task_to(task, State::retrying("", Some(at(61))), 2)).await.unwrap();
    assert!(trial.store.read(read.clone()).await.unwrap().is_empty());
    trial.store.write(trial.task_to(task, State::retrying("", Some(at(60))), 2)).await.unwrap();
    assert_eq!(trial.store.read(read.clone()).await.unwrap(), [run]);
    trial.set(run, StateKind::Failed, 3).await.unwrap();
    assert!(trial.store.read(read).await.unwrap().is_empty());
}

async fn names_and_heartbeats_change_no_state(trial: Trial) {
    let run = trial.flow_run().await;
    let name = SetName { scope: trial.scope(), flow_run_id: run, name: "another".into(), now: at(1) };
    trial.store.write(name).await.unwrap();
    trial.store.write(Heartbeat { scope: trial.scope(), flow_run_id: run, now: at(2) }).await.unwrap();
    let row = &trial.rows("SELECT name, heartbeat, version FROM flow_run WHERE id = $1", run.uuid()).await[0];
    assert_eq!(row.get::<String>(0).unwrap(), "another");
    assert_eq!(row.get::<campana_model::Timestamp>(1).unwrap(), at(2));
    assert_eq!(row.get::<i64>(2).unwrap(), 1);
}

async fn a_deleted_run_leaves_its_events(trial: Trial) {
    let run = trial.flow_run().await;
    let kept = trial.flow_run().await;
    trial.set(run, StateKind::Running, 1).await.unwrap();
    let task = trial.task_run(run, "a").await;
    trial.set_task(task, StateKind::Running, 2).await.unwrap();
    let line = |flow_run_id| log::Line {
        flow_run_id,
        task_run_id: None,
        timestamp: None,
        name: None,
        level: "INFO".into(),
        message: "hello".into(),
        info: None,
    };
    let write = log::Write {
        scope: trial.scope(),
        lines: vec![line(run), line(FlowRunId::new()), line(kept)],
        now: at(3),
    };
    assert_eq!(trial.store.write(write).await.unwrap(), log::Written { written: 2, dropped: 1 });
    trial.store.write(Delete { scope: trial.scope(), flow_run_id: run }).await.unwrap();
    for of in ["flow_run WHERE id", "task_run WHERE flow_run_id", "log WHERE flow_run_id"] {
        assert_eq!(trial.number(&format!("SELECT COUNT(*) FROM {of} = $1"), run.uuid()).await, 0, "{of}");
    }
    assert_eq!(trial.texts(HISTORY, run.uuid()).await, "");
    assert_eq!(trial.texts(EVENTS, run.uuid()).await, "Scheduled Running");
    assert_eq!(trial.texts("SELECT message FROM log WHERE flow_run_id = $1", kept.uuid()).await, "hello");
    let tasks = trial.number("SELECT COUNT(*) FROM task_run WHERE flow_run_id = $1", kept.uuid()).await;
    assert_eq!(tasks, 2);
}

async fn a_change_owes_a_delivery_to_the_hook_that_it_matches(trial: Trial) {
    let hook = HookId::new();
    let settings = hook::Settings {
        project_id: None,
        version_group_id: None,
        name: "Custom".into(),
        subject: Subject::FlowRun,
        states: StateSet::of(StateKind::Failed),
        events: Vec::new(),
        config: vec![1],
        masked_config: json!({}),
        destination: "d".into(),
        template: None,
        include_parameters: false,
        max_per_minute: None,
        active: true,
    };
    let create = hook::Create {
        id: hook,
        tenant_id: trial.tenant,
        hook_type: HookType::Webhook,
        settings,
        actor: "local".into(),
        now: at(0),
    };
    trial.store.write(create).await.unwrap();
    let run = trial.flow_run().await;
    let task = trial.task_run(run, "a").await;
    trial.set(run, StateKind::Running, 1).await.unwrap();
    trial.set_task(task, StateKind::Running, 2).await.unwrap();
    trial.set_task(task, StateKind::Failed, 3).await.unwrap();
    trial.set(run, StateKind::Failed, 4).await.unwrap();
    let owed = "SELECT e.state FROM delivery d JOIN event e ON e.id = d.event_id
                WHERE d.cloud_hook_id = $1 AND e.task_run_id IS NULL";
    assert_eq!(trial.texts(owed, hook.uuid()).await, "Failed");
    let all = trial.number("SELECT COUNT(*) FROM delivery WHERE cloud_hook_id = $1", hook.uuid()).await;
    assert_eq!(all, 1);
}

async fn runs_made_ahead_are_no_events(trial: Trial) {
    let run = FlowRunId::new();
    let create = Create { auto_scheduled: true, scheduled_start_time: Some(at(600)), ..trial.create(run) };
    trial.store.write(create).await.unwrap();
    assert_eq!(trial.texts(HISTORY, run.uuid()).await, "Scheduled");
    assert_eq!(trial.texts(EVENTS, run.uuid()).await, "");
    trial.set(run, StateKind::Submitted, 600).await.unwrap();
    assert_eq!(trial.texts(EVENTS, run.uuid()).await, "Submitted");
}
