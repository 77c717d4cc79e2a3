//! Resources: set up before, cleaned up after, whatever happens in between.

use std::sync::Arc;
use std::time::Duration;

use campana_engine::StateKind::{Cancelled, Failed, Skipped, Success};
use campana_engine::backend::{MemoryBackend, Verdict};
use campana_engine::{
    BoxError, Concurrent, Flow, FlowRun, Node, Resource, RunSettings, Settings, Signal, trigger,
};
use tokio_util::sync::CancellationToken;

use crate::common::{Log, apply, fails, kind, later, message, nothing, paused, task};

/// A database that writes down what is done with it.
struct Database {
    log: Log<String>,
    setup: fn() -> Result<(), BoxError>,
    cleanup: fn() -> Result<(), BoxError>,
    cleanup_takes: Duration,
}

impl Resource for Database {
    type Handle = u32;

    async fn setup(&self) -> Result<u32, BoxError> {
        (self.setup)()?;
        self.log.push("setup".to_owned());
        Ok(7)
    }

    async fn cleanup(&self, handle: &u32) -> Result<(), BoxError> {
        tokio::time::sleep(self.cleanup_takes).await;
        self.log.push(format!("cleanup {handle}"));
        (self.cleanup)()
    }
}

fn database(log: &Log<String>) -> Database {
    Database { log: log.clone(), setup: || Ok(()), cleanup: || Ok(()), cleanup_takes: Duration::ZERO }
}

fn task_of(flow: &Flow, slug: &str) -> campana_engine::NodeId {
    flow.graph().find(slug).unwrap()
}

#[test]
fn tasks_use_it_between_setup_and_cleanup() {
    let log = Log::new();
    let mut flow = Flow::new("f");
    let used = log.clone();
    let query = flow.resource("db", database(&log), |flow, db| {
        flow.add(apply("query", db, move |db: &u32| {
            used.push("query".to_owned());
            Ok(db + 1)
        }))
    });
    let run = flow.run_blocking().unwrap();
    assert_eq!(log.all(), ["setup", "query", "cleanup 7"]);
    assert_eq!(run.result(query).unwrap(), &8);
    assert!(run.is_successful());
}

/// A run of a flow with one task on the resource.
fn run_with(
    log: &Log<String>,
    database: Database,
    call: campana_engine::Call<()>,
) -> (FlowRun, Node<()>, Flow) {
    let mut flow = Flow::new("f");
    let _ = log;
    let node = flow.resource("db", database, |flow, _| flow.add(call));
    (flow.run_blocking().unwrap(), node, flow)
}

#[test]
fn a_failed_task_is_cleaned_up_after_and_fails_the_flow() {
    let log = Log::new();
    let (run, node, flow) = run_with(&log, database(&log), fails("t").retries(1));
    assert_eq!(log.all(), ["setup", "cleanup 7"]);
    assert_eq!((kind(&run, node), kind(&run, task_of(&flow, "db.cleanup-1"))), (Failed, Success));
    assert!(run.is_failed(), "the clean-up comes last, but does not hide the failure");
}

#[test]
fn a_failed_cleanup_fails_the_flow() {
    let log = Log::new();
    let failing = Database { cleanup: || Err("still busy".into()), ..database(&log) };
    let (run, node, _) = run_with(&log, failing, nothing("t"));
    assert_eq!((kind(&run, node), run.is_failed()), (Success, true));
}

#[test]
fn what_was_not_set_up_is_not_cleaned_up() {
    let log = Log::new();
    let broken = Database { setup: || Err("no disk".into()), ..database(&log) };
    let (run, node, flow) = run_with(&log, broken, nothing("t"));
    let cleanup = task_of(&flow, "db.cleanup-1");
    assert_eq!((kind(&run, node), kind(&run, cleanup)), (campana_engine::StateKind::TriggerFailed, Skipped));
    assert_eq!(message(&run, cleanup), "Resource manager setup failed");
    assert!(run.is_failed() && log.all().is_empty());

    let skipped = Database { setup: || Err(Signal::skip("not needed").into()), ..database(&log) };
    let (run, node, flow) = run_with(&log, skipped, nothing("t"));
    let cleanup = task_of(&flow, "db.cleanup-1");
    assert_eq!((kind(&run, node), kind(&run, cleanup)), (Skipped, Skipped));
    assert_eq!(message(&run, cleanup), "Resource manager setup skipped");
    assert!(run.is_successful() && log.all().is_empty());
}

#[test]
fn a_skipped_task_is_cleaned_up_after() {
    let log = Log::new();
    let (run, _, _) = run_with(&log, database(&log), task("t", |_| Err(Signal::skip("none").into())));
    assert_eq!(log.all(), ["setup", "cleanup 7"]);
    assert!(run.is_successful());
}

#[test]
fn reference_tasks_are_those_that_only_the_cleanup_comes_after() {
    let log = Log::new();
    let mut flow = Flow::new("f");
    let (first, second) = flow.resource("db", database(&log), |flow, _| {
        let first = flow.add(fails::<()>("first"));
        (first, flow.add(nothing("second").after(first).trigger(trigger::all_finished())))
    });
    let reference = flow.graph().reference_tasks();
    assert!(!reference.contains(&first.id()) && reference.contains(&second.id()));
    assert!(flow.run_blocking().unwrap().is_successful(), "the failed task is no reference task");
}

#[test]
fn a_cancelled_run_is_cleaned_up() {
    for concurrent in [false, true] {
        let log = Log::new();
        let token = CancellationToken::new();
        let cancel = token.clone();
        // Tasks that take so long are dropped when the run is cancelled; clean-up is not.
        let slow = Database { cleanup_takes: Duration::from_secs(60), ..database(&log) };
        let mut flow = Flow::new("f");
        let (first, second) = flow.resource("db", slow, |flow, _| {
            let first = flow.add(later::<(), _>("first", move |_| {
                cancel.cancel();
                std::future::pending()
            }));
            (first, flow.add(nothing("second").after(first)))
        });
        let run = paused(async {
            let start = flow.run().cancel_token(token);
            if concurrent { start.executor(Concurrent::new()).await } else { start.await }
        });
        assert_eq!((kind(&run, first), kind(&run, second)), (Cancelled, Cancelled));
        assert_eq!(
            (log.all(), run.state().kind()),
            (vec!["setup".to_owned(), "cleanup 7".to_owned()], Cancelled)
        );
    }
}

#[test]
fn a_run_that_the_backend_cancels_is_cleaned_up() {
    let log = Log::new();
    let mut flow = Flow::new("f");
    let node = flow.resource("db", database(&log), |flow, _| flow.add(nothing("t")));
    let verdict = |task: &campana_engine::backend::TaskIdent| match task.name() {
        "db.setup" => Verdict::Go,
        _ => Verdict::Cancelled,
    };
    let backend = Arc::new(MemoryBackend::new().with_task_verdict(verdict));
    let run = flow.run().backend(backend).blocking().unwrap();
    assert_eq!((kind(&run, node), run.state().kind()), (Cancelled, Cancelled));
    assert_eq!(log.all(), ["setup", "cleanup 7"]);
}

#[test]
fn a_cleanup_that_waits_for_a_slot_when_the_run_is_cancelled_still_comes() {
    let log = Log::new();
    let token = CancellationToken::new();
    let cancel = token.clone();
    let mut flow = Flow::new("f");
    flow.resource("db", database(&log), |flow, _| flow.add(nothing("t")));
    let slow = later("slow", move |_| {
        let cancel = cancel.clone();
        async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            cancel.cancel();
            Ok(())
        }
    });
    flow.add(slow);
    paused(async {
        let clock = campana_engine::TokioClock::starting_at(crate::common::noon());
        let mut asked = 0;
        let backend = MemoryBackend::new().with_task_verdict(move |task| {
            if task.name() == "db.cleanup" && asked == 0 {
                asked += 1;
                return Verdict::Queued(crate::common::noon() + Duration::from_secs(60));
            }
            Verdict::Go
        });
        let start = flow.run().backend(Arc::new(backend)).cancel_token(token).clock(clock);
        let run = start.executor(Concurrent::new()).await;
        assert_eq!(run.state().kind(), Cancelled);
    });
    assert_eq!(log.all(), ["setup", "cleanup 7"]);
}
