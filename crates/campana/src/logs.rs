//! What tasks and handlers say while they run: `tracing` events, on the terminal and in the run's backend.
//!
//! Each task runs in a span `task_run` with the flow, the flow run's id, the task, the task run's id, the map index
//! and the attempt, so a subscriber knows whose event it is. [`layer`] hands what bodies and handlers say to the
//! backend of their run, if it has one. A program that sets up its own subscriber adds that layer to it; an example
//! calls [`init`].

use std::cell::Cell;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _};

use campana_engine::backend::LogRecord;
use campana_engine::context;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use crate::terminal::Stderr;

/// Writes the log to stderr, at the levels that `RUST_LOG` names (`info`, unless set), and hands what tasks and
/// handlers say to their run's backend. Does nothing where a subscriber is set already.
pub fn init() {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let stderr =
        tracing_subscriber::fmt::layer().with_writer(|| Stderr).with_ansi(io::stderr().is_terminal());
    // The program has a subscriber then, and knows better.
    let _ = tracing_subscriber::registry().with(filter).with(stderr).with(layer()).try_init();
}

/// A layer that hands every event from within a task's body or a handler to the backend of the run.
///
/// It takes every level, so it is best filtered:
///
/// ```
/// use tracing::level_filters::LevelFilter;
/// use tracing_subscriber::layer::SubscriberExt as _;
/// use tracing_subscriber::{Layer as _, registry};
///
/// let subscriber = registry().with(campana::logs::layer().with_filter(LevelFilter::INFO));
/// ```
pub fn layer() -> RunLogs {
    RunLogs(())
}

/// Hands events to the backend of the run that they come from; made by [`layer`].
#[derive(Clone, Copy, Debug)]
pub struct RunLogs(());

impl<S: Subscriber> Layer<S> for RunLogs {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Some(context) = context().filter(campana_engine::Context::keeps_logs) else { return };
        let metadata = event.metadata();
        let mut line = Line::default();
        event.record(&mut line);
        let record = LogRecord {
            flow_run_id: context.flow_run_id(),
            task_run_id: context.task_run_id(),
            timestamp: context.now(),
            level: *metadata.level(),
            target: metadata.target().to_owned(),
            message: line.finish(),
        };
        once_at_a_time(|| context.log(record));
    }
}

/// Calls `log`, unless it is this thread's `log` that is speaking: a backend that says something about a record would
/// otherwise be handed that, too, without end.
fn once_at_a_time(log: impl FnOnce()) {
    thread_local! {
        static LOGGING: Cell<bool> = const { Cell::new(false) };
    }
    if !LOGGING.replace(true) {
        log();
        LOGGING.set(false);
    }
}

/// The message of an event, and behind it the fields: `loaded orders count=3`.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn finish(self) -> String {
        let Self { message, fields } = self;
        if message.is_empty() { fields.trim_start().to_owned() } else { message + &fields }
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = match field.name() {
            "message" => self.message.write_str(value),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
