//! One run of a flow.
//!
//! Actors: the [`driver`] starts and ends the run and minds the time; [`Worker`]s, in the places that the
//! executor gives them, take calls that are ready, send each through the [`pipeline`], and commit how it went;
//! the [`truth`] holds the states and decides what is ready. Everything that happens passes through the truth's
//! lock, one thing after the other, and no user code ever runs while it is held.

mod body;
mod driver;
mod expand;
mod interrupt;
mod options;
mod outcome;
mod pipeline;
mod progress;
mod transition;
mod truth;
mod worker;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use campana_model::{FlowRunId, State};
use serde_json::{Map, Value as Json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use driver::Start;
pub use options::{RunOptions, RunSettings};
pub use outcome::{FlowRun, NoResult};
pub use progress::Progress;
pub(crate) use transition::panicked;
pub use worker::{Executed, TaskCall, Worker};

use crate::backend::{Beginning, Change, TaskIdent};
use crate::clock::Clock;
use crate::context::TaskState;
use crate::executor::Executor;
use crate::flow::FlowSpec;
use crate::graph::Graph;
use truth::{Position, Truth, Wake};

/// A run, shared by all that take part in it.
pub(crate) struct Run {
    pub(crate) id: FlowRunId,
    pub(crate) name: String,
    pub(crate) flow: Arc<FlowSpec>,
    pub(crate) graph: Arc<Graph>,
    pub(crate) options: RunOptions,
    pub(crate) parameters: Map<String, Json>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cancel: CancellationToken,
    pub(crate) executor: Arc<dyn Executor>,
    truth: Mutex<Truth>,
    /// Rings when the driver has something to look at.
    changed: Notify,
}

impl Run {
    fn truth(&self) -> MutexGuard<'_, Truth> {
        // Nothing that can panic runs under the lock; if it does all the same, the states are still states.
        self.truth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts as many workers as there is work and room for; gives back the one that is to run on the driver.
    fn dispatch(self: &Arc<Self>) -> Option<Worker> {
        let wanted = self.truth().hire();
        self.spawn(wanted)
    }

    fn spawn(self: &Arc<Self>, wake: Wake) -> Option<Worker> {
        if wake.driver {
            self.changed.notify_one();
        }
        let mut inline = None;
        for (class, &count) in wake.workers.iter().enumerate() {
            for _ in 0..count {
                inline = self.executor.spawn(Worker::new(Arc::clone(self), class)).or(inline);
            }
        }
        inline
    }

    /// Tells the backend that the run begins, or goes on.
    fn tell_of_beginning(&self) {
        if let Some(backend) = &self.options.backend {
            let Self { id, name, parameters, cancel, .. } = self;
            backend.begin(Beginning { flow_run_id: *id, name, parameters, cancel });
        }
    }

    /// Tells the backend of a change that no pipeline makes.
    fn report(&self, at: Position, state: State) {
        if let Some(backend) = &self.options.backend {
            let task = Some(self.ident(at));
            backend.report(vec![Change { flow_run_id: self.id, task, state }]);
        }
    }

    fn ident(&self, at: Position) -> TaskIdent {
        TaskIdent {
            graph: Arc::clone(&self.graph),
            flow_run_id: self.id,
            node: at.node,
            map_index: at.map_index(),
            run_name: None,
        }
    }

    /// The states of all tasks for which `test` holds.
    pub(crate) fn task_states(&self, test: impl Fn(&State) -> bool) -> Vec<TaskState> {
        let found = self.truth().states(test);
        found
            .into_iter()
            .map(|(at, state)| TaskState {
                name: self.graph.name(at.node).to_owned(),
                slug: self.graph.slug(at.node),
                map_index: at.map_index(),
                state,
            })
            .collect()
    }
}
