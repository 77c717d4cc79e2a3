//! Task runs, on both databases.

use std::collections::BTreeMap;

use campana_model::id::{FlowId, TaskId, TenantId};
use campana_model::state::StoredResult;
use campana_model::transition::Rejected;
use campana_model::{State, StateKind};
use serde_json::json;

use super::{GetOrCreate, SetName, SetState};
use crate::trial::{Trial, at, on_both, task};
use crate::{Error, Scope};

on_both!(
    a_task_run_is_found_or_made,
    a_task_starts_only_while_its_flow_runs,
    a_state_is_in_the_row_the_history_and_an_event,
    stored_inputs_are_carried_over,
    nobody_else_finds_a_task_run,
    a_task_run_has_a_name,
);

const HISTORY: &str = "SELECT state FROM task_run_state WHERE task_run_id = $1 ORDER BY version";
const EVENTS: &str = "SELECT state FROM event WHERE task_run_id = $1 ORDER BY version";

async fn a_task_run_is_found_or_made(trial: Trial) {
    let run = trial.flow_run().await;
    let of = trial.rows("SELECT id FROM task WHERE flow_id = $1 AND slug = 'a'", trial.flow.uuid()).await;
    let of: TaskId = of[0].get(0).unwrap();
    let get = |map_index| GetOrCreate {
        scope: trial.scope(),
        flow_run_id: run,
        task_id: of,
        map_index,
        now: at(1),
    };
    let parent = trial.store.write(get(None)).await.unwrap();
    assert_eq!(parent.id, trial.task_run(run, "a").await);
    assert!(!parent.is_new);
    let child = trial.store.write(get(Some(0))).await.unwrap();
    assert!(child.is_new);
    assert_eq!((child.version, child.state), (0, StateKind::Pending));
    assert_eq!(child.serialized_state["message"], json!("Task run created"));
    let again = trial.store.write(get(Some(0))).await.unwrap();
    assert_eq!((again.id, again.is_new), (child.id, false));
    assert_ne!(trial.store.write(get(Some(1))).await.unwrap().id, child.id);
    assert_eq!(super::route(child.id), crate::flow_run::route(run));

    let other = FlowId::new();
    trial.store.write(trial.register(other, json!({"name": "g", "tasks": [task("a")]}))).await.unwrap();
    let foreign = trial.rows("SELECT id FROM task WHERE flow_id = $1", other.uuid()).await;
    let foreign = GetOrCreate { task_id: foreign[0].get(0).unwrap(), ..get(None) };
    let error = trial.store.write(foreign).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { what: "task", .. }), "{error}");
}

async fn a_task_starts_only_while_its_flow_runs(trial: Trial) {
    let run = trial.flow_run().await;
    let task = trial.task_run(run, "a").await;
    let error = trial.set_task(task, StateKind::Running, 1).await.unwrap_err();
    let why = Rejected::FlowNotRunning { flow_run: StateKind::Scheduled };
    assert!(matches!(error, Error::Rejected(rejected) if rejected == why), "{error}");
    trial.set(run, StateKind::Running, 2).await.unwrap();
    trial.set_task(task, StateKind::Running, 3).await.unwrap();
    trial.set(run, StateKind::Cancelling, 4).await.unwrap();
    trial.set_task(task, StateKind::Success, 5).await.unwrap();
    assert_eq!(trial.texts(HISTORY, task.uuid()).await, "Running Success");
}

async fn a_state_is_in_the_row_the_history_and_an_event(trial: Trial) {
    let run = trial.flow_run().await;
    trial.set(run, StateKind::Running, 1).await.unwrap();
    let task = trial.task_run(run, "a").await;
    trial.set_task(task, StateKind::Running, 2).await.unwrap();
    trial.set_task(task, StateKind::Failed, 3).await.unwrap();
    let retry = State::retrying("again", Some(at(9))).with_run_count(1);
    let changed = trial.store.write(trial.task_to(task, retry.clone(), 4)).await.unwrap();
    assert_eq!((changed.version, changed.state), (3, StateKind::Retrying));
    let sql = "SELECT serialized_state, start_time, end_time, run_count, state_start_time, version
               FROM task_run WHERE id = $1";
    let row = &trial.rows(sql, task.uuid()).await[0];
    assert_eq!(State::from_json(&row.json(0).unwrap().unwrap()).unwrap(), retry);
    let time = |column| row.get::<Option<campana_model::Timestamp>>(column).unwrap();
    assert_eq!((time(1), time(2), time(4)), (Some(at(2)), None, Some(at(9))));
    assert_eq!((row.get::<i64>(3).unwrap(), row.get::<i64>(5).unwrap()), (1, 3));
    assert_eq!(trial.texts(HISTORY, task.uuid()).await, "Running Failed Retrying");
    assert_eq!(trial.texts(EVENTS, task.uuid()).await, "Running Failed Retrying");
    let of_run = "SELECT COUNT(*) FROM event WHERE flow_run_id = $1 AND task_run_id IS NOT NULL";
    assert_eq!(trial.number(of_run, run.uuid()).await, 3);
}

async fn stored_inputs_are_carried_over(trial: Trial) {
    let run = trial.flow_run().await;
    trial.set(run, StateKind::Running, 1).await.unwrap();
    let task = trial.task_run(run, "a").await;
    let at_x = |place: &str| BTreeMap::from([("x".to_owned(), StoredResult::Plain(Some(place.to_owned())))]);
    let stored = async || {
        let row = &trial.rows("SELECT serialized_state FROM task_run WHERE id = $1", task.uuid()).await[0];
        let state = State::from_json(&row.json(0).unwrap().unwrap()).unwrap();
        state.cached_inputs().cloned()
    };
    trial.set_task(task, StateKind::Running, 2).await.unwrap();
    assert_eq!(stored().await, None);
    let failed = State::new(StateKind::Failed).with_cached_inputs(at_x("one"));
    trial.store.write(trial.task_to(task, failed, 3)).await.unwrap();
    trial.set_task(task, StateKind::Retrying, 4).await.unwrap();
    assert_eq!(stored().await, Some(at_x("one")));
    let running = State::running("").with_cached_inputs(at_x("two"));
    trial.store.write(trial.task_to(task, running, 5)).await.unwrap();
    assert_eq!(stored().await, Some(at_x("two")));
}

async fn nobody_else_finds_a_task_run(trial: Trial) {
    let run = trial.flow_run().await;
    let task = trial.task_run(run, "a").await;
    let other = Scope::Tenant(TenantId::new());
    let set = SetState { scope: other, ..trial.task_to(task, State::skipped(""), 1) };
    assert!(matches!(trial.store.write(set).await.unwrap_err(), Error::NotFound { what: "task run", .. }));
    let name = SetName { scope: other, task_run_id: task, name: "mine".into(), now: at(1) };
    assert!(matches!(trial.store.write(name).await.unwrap_err(), Error::NotFound { .. }));
    let of = trial.rows("SELECT task_id FROM task_run WHERE id = $1", task.uuid()).await;
    for map_index in [None, Some(3)] {
        let get = GetOrCreate {
            scope: other,
            flow_run_id: run,
            task_id: of[0].get(0).unwrap(),
            map_index,
            now: at(1),
        };
        let error = trial.store.write(get).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { what: "flow run", .. }), "{error}");
    }
}

async fn a_task_run_has_a_name(trial: Trial) {
    let run = trial.flow_run().await;
    let task = trial.task_run(run, "a").await;
    let name = SetName { scope: trial.scope(), task_run_id: task, name: "mine".into(), now: at(1) };
    trial.store.write(name).await.unwrap();
    assert_eq!(trial.texts("SELECT name FROM task_run WHERE id = $1", task.uuid()).await, "mine");
}
