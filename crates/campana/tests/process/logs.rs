//! The log of a process that is shown, and kept by a backend.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use campana::Answer;
use campana::backend::{Backend, Change, LogRecord, MemoryBackend, TaskIdent, Verdict};
use campana::model::FlowRunId;
use campana::prelude::*;

use crate::program::Program;

#[task]
fn load() {
    tracing::info!(count = 3, "loaded orders");
    tracing::debug!("every order");
}

/// What the child runs.
pub(crate) fn program() {
    campana::logs::init();
    let backend = Arc::new(Talkative::default());
    let mut flow = Flow::new("orders");
    flow.add(load());
    let run = flow.run().backend(Arc::<Talkative>::clone(&backend)).blocking().unwrap();
    assert!(run.is_successful(), "{run}");
    for line in backend.1.lock().unwrap().iter() {
        println!("kept {line}");
    }
    println!("over");
}

/// A backend that speaks of each line that it is told.
#[derive(Default)]
struct Talkative(MemoryBackend, Mutex<Vec<String>>);

impl Backend for Talkative {
    fn start_flow<'a>(&'a self, run: FlowRunId, state: &'a State) -> Answer<'a, Verdict> {
        self.0.start_flow(run, state)
    }

    fn start_task<'a>(&'a self, task: &'a TaskIdent, state: &'a State) -> Answer<'a, Verdict> {
        self.0.start_task(task, state)
    }

    fn report(&self, changes: Vec<Change>) {
        self.0.report(changes);
    }

    fn cached<'a>(&'a self, key: &'a str) -> Answer<'a, Vec<State>> {
        self.0.cached(key)
    }

    fn secret<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Secret>> {
        self.0.secret(name)
    }

    fn log(&self, record: LogRecord) {
        self.1.lock().unwrap().push(record.message);
        tracing::info!("kept a line");
    }
}

#[test]
fn a_line_is_shown_with_its_run_and_kept_once_even_by_a_backend_that_speaks_of_it() {
    for (level, kept) in [
        ("", ["kept loaded orders count=3"].as_slice()),
        ("debug", &["kept loaded orders count=3", "kept every order"]),
    ] {
        let mut program =
            Program::start_with("logs", |command| command.env("RUST_LOG", level).stderr(Stdio::piped()));
        let said = program.until("over");
        let said: Vec<_> = said.iter().filter(|line| line.starts_with("kept ")).collect();
        assert_eq!(said, kept);
        let shown = program.stderr();
        let line = shown.lines().find(|line| line.contains("loaded orders count=3")).unwrap();
        assert!(line.contains("task_run{") && line.contains("task=\"load\""), "{line}");
        assert!(program.end().success());
    }
}
