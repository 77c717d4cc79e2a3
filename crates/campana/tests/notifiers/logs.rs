//! What is said in bodies and handlers goes to the run's backend, and nothing else does.

use std::sync::{Arc, Mutex};

use campana::Start;
use campana::backend::MemoryBackend;
use campana::model::TaskRunId;
use campana::prelude::*;
use tracing::Level;
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

use crate::common::{Slack, TOKEN, call};

/// A flow that says something wherever it can.
fn flow() -> Flow {
    let handler = |_: &Subject, _: &State, new: &State| {
        if new.is_successful() {
            tracing::info!("handler");
        }
    };
    let mut flow = Flow::new("orders").state_handler(handler);
    let body = |_: &Inputs| {
        tracing::warn!(count = 3, file = "a.csv", "loaded orders");
        tracing::debug!(only = "fields");
        Ok(())
    };
    flow.add(call("load", body).state_handler(handler));
    flow
}

async fn run(start: Start) -> FlowRun {
    async move {
        tracing::info!("outside");
        start.await
    }
    .with_subscriber(registry().with(campana::logs::layer()))
    .await
}

#[tokio::test]
async fn bodies_and_handlers_are_heard_with_their_ids() {
    let backend = Arc::new(MemoryBackend::new());
    let run = run(flow().run().backend(Arc::<MemoryBackend>::clone(&backend))).await;
    assert!(run.is_successful(), "{run}");
    let task = Some(TaskRunId::derived(run.id(), "load-1", None));
    let said: Vec<_> = backend
        .logs()
        .into_iter()
        .map(|record| {
            assert_eq!((record.flow_run_id, record.target.as_str()), (run.id(), module_path!()));
            (record.task_run_id, record.level, record.message)
        })
        .collect();
    let wanted = [
        (task, Level::WARN, "loaded orders count=3 file=\"a.csv\""),
        (task, Level::DEBUG, "only=\"fields\""),
        (task, Level::INFO, "handler"),
        (None, Level::INFO, "handler"),
    ];
    assert_eq!(said, wanted.map(|(task, level, message)| (task, level, message.to_owned())));
}

#[tokio::test]
async fn without_a_backend_nobody_is_told() {
    assert!(run(flow().run()).await.is_successful());
}

/// Everything that anybody says while a notifier fails, at every level.
#[tokio::test]
async fn no_line_shows_the_url() {
    let slack = Slack::start().await;
    slack.0.fail_always(campana_receiver::Fault::status(404));
    let mut flow = Flow::new("orders").state_handler(slack_notifier().log_errors());
    flow.add(call("load", |_| Ok(())).state_handler(slack_notifier()));
    let lines: Arc<Mutex<Vec<u8>>> = Arc::default();
    let writer = Arc::clone(&lines);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_writer(move || Shared(Arc::clone(&writer)))
        .finish();
    let run = slack.run(&flow).into_future().with_subscriber(subscriber).await;
    assert!(run.is_failed());
    let lines = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
    assert!(lines.contains("notification failed"), "{lines}");
    assert!(!lines.contains(TOKEN), "{lines}");
}

struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
