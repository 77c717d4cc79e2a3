//! A backend in memory, for tests and benchmarks.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use campana_model::{FlowRunId, Secret, State, StateKind};

use super::{Backend, Change, LogRecord, TaskIdent, Verdict};
use crate::answer::Answer;

type FlowVerdict = dyn FnMut(FlowRunId) -> Verdict + Send;
type TaskVerdict = dyn FnMut(&TaskIdent) -> Verdict + Send;

/// Keeps everything that is reported to it, and answers as it is told.
#[derive(Default)]
pub struct MemoryBackend {
    changes: Mutex<Vec<Change>>,
    logs: Mutex<Vec<LogRecord>>,
    secrets: Mutex<HashMap<String, Secret>>,
    flow_verdict: Mutex<Option<Box<FlowVerdict>>>,
    task_verdict: Mutex<Option<Box<TaskVerdict>>>,
}

impl MemoryBackend {
    /// A backend that lets everything go.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks `verdict` whenever a flow wants to run.
    #[must_use]
    pub fn with_flow_verdict(self, verdict: impl FnMut(FlowRunId) -> Verdict + Send + 'static) -> Self {
        *lock(&self.flow_verdict) = Some(Box::new(verdict));
        self
    }

    /// Asks `verdict` whenever a task wants to run.
    #[must_use]
    pub fn with_task_verdict(self, verdict: impl FnMut(&TaskIdent) -> Verdict + Send + 'static) -> Self {
        *lock(&self.task_verdict) = Some(Box::new(verdict));
        self
    }

    /// Keeps a secret.
    #[must_use]
    pub fn with_secret(self, name: impl Into<String>, secret: impl Into<Secret>) -> Self {
        lock(&self.secrets).insert(name.into(), secret.into());
        self
    }

    /// All changes so far.
    pub fn changes(&self) -> Vec<Change> {
        lock(&self.changes).clone()
    }

    /// How many changes there have been.
    pub fn change_count(&self) -> usize {
        lock(&self.changes).len()
    }

    /// The kinds of the states that a task, or the flow itself, has had, in order. A task is named by its
    /// slug, a child of a mapped one as `slug[index]`.
    pub fn history(&self, task: Option<&str>) -> Vec<StateKind> {
        let is_it =
            |change: &&Change| change.task.as_ref().map(|task| format!("{task:?}")).as_deref() == task;
        lock(&self.changes).iter().filter(is_it).map(|change| change.state.kind()).collect()
    }

    /// All log lines so far.
    pub fn logs(&self) -> Vec<LogRecord> {
        lock(&self.logs).clone()
    }
}

impl Backend for MemoryBackend {
    fn start_flow<'a>(&'a self, run: FlowRunId, state: &'a State) -> Answer<'a, Verdict> {
        let verdict = lock(&self.flow_verdict).as_mut().map_or(Verdict::Go, |verdict| verdict(run));
        if verdict == Verdict::Go {
            lock(&self.changes).push(Change { flow_run_id: run, task: None, state: state.clone() });
        }
        Answer::Now(verdict)
    }

    fn start_task<'a>(&'a self, task: &'a TaskIdent, state: &'a State) -> Answer<'a, Verdict> {
        let verdict = lock(&self.task_verdict).as_mut().map_or(Verdict::Go, |verdict| verdict(task));
        if verdict == Verdict::Go {
            let change =
                Change { flow_run_id: task.flow_run_id, task: Some(task.clone()), state: state.clone() };
            lock(&self.changes).push(change);
        }
        Answer::Now(verdict)
    }

    fn report(&self, changes: Vec<Change>) {
        lock(&self.changes).extend(changes);
    }

    fn cached<'a>(&'a self, key: &'a str) -> Answer<'a, Vec<State>> {
        let is_it = |change: &&Change| {
            let kept_as = change.task.as_ref().and_then(TaskIdent::cache_key);
            change.state.kind() == StateKind::Cached && kept_as.as_deref() == Some(key)
        };
        Answer::Now(
            lock(&self.changes).iter().rev().filter(is_it).map(|change| change.state.clone()).collect(),
        )
    }

    fn secret<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Secret>> {
        Answer::Now(lock(&self.secrets).get(name).cloned())
    }

    fn log(&self, record: LogRecord) {
        lock(&self.logs).push(record);
    }
}

impl std::fmt::Debug for MemoryBackend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryBackend").field("changes", &self.change_count()).finish_non_exhaustive()
    }
}

/// A poisoned list is still a list.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
