//! What a server is told of a run, and what it can say.

use std::sync::{Arc, Mutex};

use campana::prelude::*;
use campana::{Progress, StateKind};
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::common::{add_one, journals, one, pace, registered, server};
use crate::stub::Stub;

#[task]
fn fails() -> Result<(), std::io::Error> {
    Err(std::io::Error::other("no disk"))
}

#[test]
fn every_state_is_told_in_order() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    let mut flow = Flow::new("f");
    let list = flow.add(numbers());
    flow.add(add_one::map(list));
    flow.add(fails().retries(1));
    flow.add(Parameter::new("day").default("today".to_owned()));
    let run = registered(&flow, &server(&stub, folder.path())).run().name("by-hand").blocking().unwrap();
    assert!(run.is_failed());
    assert_eq!(stub.history(None), ["Running", "Failed"]);
    assert_eq!(stub.history(Some(("numbers-1", -1))), ["Running", "Success"]);
    assert_eq!(stub.history(Some(("add_one-1", -1))), ["Mapped"]);
    for index in 0..3 {
        assert_eq!(stub.history(Some(("add_one-1", index))), ["Running", "Success"]);
    }
    let retried = ["Running", "Failed", "Retrying", "Running", "Failed"];
    assert_eq!(stub.history(Some(("fails-1", -1))), retried);
    let kept = stub.kept();
    let (id, known) = kept.runs.iter().next().unwrap();
    assert_eq!(*id, run.id());
    assert_eq!(known.input["flow_run_name"], "by-hand");
    assert_eq!(known.input["labels"], json!(["campana:f"]));
    assert_eq!(known.input["parameters"], json!({ "day": "today" }));
    assert!(known.states[1]["message"].as_str().unwrap().contains("reference tasks failed"));
    assert_eq!(kept.heartbeats, 1);
    assert_eq!(journals(folder.path()), 0);
}

#[task]
fn numbers() -> Vec<i64> {
    vec![1, 2, 3]
}

#[test]
fn handlers_run_here_before_the_server_hears_of_it() {
    let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (log, server_side) = (Arc::clone(&seen), Arc::clone(&stub));
    let mut flow = Flow::new("f");
    flow.add(one().state_handler(move |_: &Subject, _: &State, new: &State| {
        log.lock().unwrap().push((new.kind(), server_side.history(Some(("one-1", -1)))));
        if new.is_successful() { Some(State::skipped("seen by a handler")) } else { None }
    }));
    let run = registered(&flow, &server(&stub, folder.path())).run().blocking().unwrap();
    assert!(run.is_successful());
    let running = vec!["Running".to_owned()];
    let wanted = [(StateKind::Running, Vec::new()), (StateKind::Success, running)];
    assert_eq!(*seen.lock().unwrap(), wanted);
    assert_eq!(stub.history(Some(("one-1", -1))), ["Running", "Skipped"]);
}

#[test]
fn many_states_go_in_few_requests() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    let mut flow = Flow::new("f");
    let first =
        flow.add(one().trigger(|_: &Upstreams<'_>| Err::<bool, _>(Signal::skip("nothing to do").into())));
    for _ in 0..150 {
        flow.add(one().after(first));
    }
    let _run = registered(&flow, &server(&stub, folder.path())).run().blocking().unwrap();
    assert_eq!(stub.history(Some(("one-150", -1))), ["Skipped"]);
    let kept = stub.kept();
    let (sent, most) = (kept.state_batches.len(), *kept.state_batches.iter().max().unwrap());
    assert!(sent < 100 && most > 1 && most <= 100, "{:?}", kept.state_batches);
}

#[task]
fn says(lines: i64) {
    for line in 0..lines {
        tracing::info!(line, "working");
    }
    tracing::warn!("done");
}

#[test]
fn logs_go_in_batches_with_the_ids_of_the_server() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    stub.kept().own_ids = true;
    let mut flow = Flow::new("f");
    flow.add(says(700));
    let registered = registered(&flow, &server(&stub, folder.path()));
    let subscriber = tracing_subscriber::registry().with(campana::logs::layer());
    let _run = tracing::subscriber::with_default(subscriber, || registered.run().blocking()).unwrap();
    let kept = stub.kept();
    let (id, known) = kept.runs.iter().next().unwrap();
    let task = &known.tasks[0];
    let lines: Vec<_> = kept.logs.iter().filter(|line| line["level"] != "DEBUG").collect();
    let working = lines.iter().filter(|line| line["message"].as_str().unwrap().starts_with("working line="));
    assert_eq!(working.count(), 700);
    let warning = lines.iter().find(|line| line["level"] == "WARNING").unwrap();
    assert_eq!(warning["flow_run_id"], json!(id));
    assert_eq!(warning["task_run_id"], json!(task.id));
    assert!(kept.log_batches.len() <= 3 && kept.log_batches[0] <= 500, "{:?}", kept.log_batches);
}

#[test]
fn a_run_is_cancelled_at_the_server() {
    let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
    let mut flow = Flow::new("f");
    let (server_side, progress) = (Arc::clone(&stub), Progress::new());
    let waits = flow.add(until_cancelled());
    let after = flow.add(one().after(waits));
    let mut pace = pace();
    pace.look = Duration::from_millis(20);
    let registered = registered(&flow, &server(&stub, folder.path()).pace(pace));
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let is_running =
                |run: &crate::stub::Run| run.history(Some(("until_cancelled-1", -1))) == ["Running"];
            server_side.until("the task", |kept| kept.runs.values().any(is_running));
            let mut kept = server_side.kept();
            let run = kept.runs.values_mut().next().unwrap();
            run.states.push(json!({ "type": "Cancelling", "message": "by hand" }));
        });
        let run = registered.run().progress(progress).blocking().unwrap();
        assert_eq!(run.state().kind(), StateKind::Cancelled);
        assert_eq!(run.state_of(after).unwrap().kind(), StateKind::Cancelled);
    });
    assert_eq!(stub.history(None), ["Running", "Cancelling", "Cancelled"]);
}

#[task]
async fn until_cancelled() {
    context().unwrap().cancelled().await;
}

#[test]
fn a_task_that_the_server_does_not_want_to_start_does_not() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    stub.kept().refuses = Some("Starting task run.".to_owned());
    let mut flow = Flow::new("f");
    let task = flow.add(one());
    let run = registered(&flow, &server(&stub, folder.path())).run().blocking().unwrap();
    assert!(run.result(task).is_err());
    assert_eq!(stub.history(Some(("one-1", -1))), [] as [&str; 0]);
    assert!(!run.state().is_finished());
}

#[test]
fn secrets_of_the_server_are_found() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    stub.kept().secrets.insert("TOKEN".to_owned(), "hunter3".to_owned());
    let mut flow = Flow::new("f");
    let known = flow.add(length_of("TOKEN"));
    let unknown = flow.add(length_of("NOBODY_KNOWS_IT"));
    let run = registered(&flow, &server(&stub, folder.path())).run().blocking().unwrap();
    assert_eq!(run.result(known).unwrap(), &7);
    assert!(run.result(unknown).is_err());
}

#[task]
async fn length_of(name: String) -> Result<usize, SecretError> {
    Ok(Secret::fetch(&name).await?.expose().len())
}

#[test]
fn a_run_shows_that_it_is_alive_though_a_task_keeps_its_thread_busy() {
    let (stub, folder) = (Arc::new(Stub::start()), tempfile::tempdir().unwrap());
    let server_side = Arc::clone(&stub);
    let mut flow = Flow::new("f");
    let busy = campana::Body::sync(move |_| {
        server_side.until("three signs of life", |kept| kept.heartbeats >= 3);
        Ok(())
    });
    let output = campana::model::ValueType::of::<()>();
    let spec = campana::TaskSpec::new("busy", "busy", Vec::new(), output, busy);
    flow.add(Call::<()>::new(spec.into()));
    let mut pace = pace();
    pace.heartbeat = Duration::from_millis(20);
    let run = registered(&flow, &server(&stub, folder.path()).pace(pace)).run().blocking().unwrap();
    assert!(run.is_successful());
}

#[test]
fn a_task_knows_the_id_that_the_server_gave_its_run() {
    let (stub, folder) = (Stub::start(), tempfile::tempdir().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let mut flow = Flow::new("f");
    let list = flow.add(numbers());
    flow.add(add_one::map(list).state_handler(move |task: &Subject, _: &State, new: &State| {
        if task.map_index() == Some(1) {
            let context = task.context();
            let known = context.known_task_run_id("add_one-1", Some(1));
            log.lock().unwrap().push((new.kind(), known, context.task_run_id()));
        }
    }));
    let _run = registered(&flow, &server(&stub, folder.path())).run().blocking().unwrap();
    let kept = stub.kept();
    let run = kept.runs.values().next().unwrap();
    let child = run.tasks.iter().find(|run| run.map_index == 1).unwrap().id;
    let seen = seen.lock().unwrap();
    assert_eq!((seen[0].0, seen[0].1), (StateKind::Running, None));
    assert_eq!(seen[1], (StateKind::Success, Some(child), Some(child)));
}
