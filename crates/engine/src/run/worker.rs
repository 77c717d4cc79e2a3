//! Workers: they take calls that are ready, execute them, and commit how they went.

use std::sync::Arc;

use campana_model::{Failure, State, StateKind};
use futures_util::FutureExt as _;

use super::Run;
use super::body::Overrun;
use super::pipeline;
use super::truth::{Left, Position, Settled, Taken};
use crate::backend::TaskIdent;
use crate::context::Context;
use crate::inputs::Inputs;

/// How many calls a worker executes before it lets others have its thread.
const CALLS_PER_TURN: u32 = 64;

/// Takes calls that are ready and executes them, one after the other, until there are none.
///
/// A worker that is dropped with a call in its hands ends that call as Failed, so that its run still ends.
#[must_use = "a place is counted as taken until its worker has run"]
pub struct Worker {
    run: Arc<Run>,
    class: usize,
    holds: Option<Position>,
    gone: bool,
}

/// A task, or a child of a mapped one, that is ready to run: which one of which run, and its inputs.
pub struct TaskCall {
    pub(super) taken: Taken,
    run: Arc<Run>,
}

/// How a call went, to be committed by the worker that took it.
#[must_use = "a call counts as running until it is committed"]
struct Executed {
    left: Left,
    overrun: Option<Overrun>,
}

impl Worker {
    pub(super) fn new(run: Arc<Run>, class: usize) -> Self {
        Self { run, class, holds: None, gone: false }
    }

    pub(crate) fn class(&self) -> usize {
        self.class
    }

    /// Executes calls until there are none.
    pub async fn run(mut self) {
        let mut next = self.take(None);
        let mut turn = 0;
        while let Some(call) = next {
            let Executed { left, overrun } = call.execute().await;
            if let Some(overrun) = overrun
                && self.keeps_thread_busy()
            {
                // The place stays taken until the thread ends; the run does not wait for it.
                self.commit_overrun(left);
                overrun.ended().await;
                self.run.truth().set_overrunning(false);
                next = self.take(None);
            } else {
                next = self.take(Some(left));
            }
            turn += 1;
            if turn == CALLS_PER_TURN {
                turn = 0;
                tokio::task::yield_now().await;
            }
        }
    }

    /// Commits what is left of the last call, and takes the next.
    fn take(&mut self, left: Option<Left>) -> Option<TaskCall> {
        let mut truth = self.run.truth();
        self.holds = None;
        if let Some(left) = left {
            truth.commit(left);
        }
        let taken = truth.take(self.class);
        match &taken {
            Some(taken) => self.holds = Some(taken.at),
            None => self.gone = true,
        }
        let wake = truth.hire();
        drop(truth);
        self.wake(wake);
        Some(TaskCall { taken: taken?, run: Arc::clone(&self.run) })
    }

    fn commit_overrun(&mut self, left: Left) {
        let mut truth = self.run.truth();
        self.holds = None;
        truth.commit(left);
        truth.set_overrunning(true);
        let wake = truth.hire();
        drop(truth);
        self.wake(wake);
    }

    fn wake(&self, wake: super::truth::Wake) {
        if self.run.spawn(wake).is_some() {
            // The driver's own place is free again: it will fill it itself.
            self.run.changed.notify_one();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if self.gone {
            return;
        }
        let mut truth = self.run.truth();
        if let Some(at) = self.holds {
            let error = Failure::new("the worker that ran the task was lost");
            let state = State::new(StateKind::Failed).with_message(error.to_string()).with_result(error);
            let settled = Settled::Finished(state.at(self.run.clock.now()));
            truth.commit(Left {
                at,
                settled,
                run_count: 1,
                started_at: campana_model::Timestamp::MIN,
                looped: None,
            });
        }
        truth.dismiss(self.class);
        drop(truth);
        // Not from here: the runtime may be going down. The driver starts who is needed, if it is still there.
        self.run.changed.notify_one();
    }
}

impl TaskCall {
    /// Which task of which run.
    pub fn ident(&self) -> TaskIdent {
        TaskIdent {
            graph: Arc::clone(&self.run.graph),
            flow_run_id: self.run.id,
            node: self.taken.at.node,
            map_index: self.taken.at.map_index(),
            run_name: None,
        }
    }

    /// Runs the task: checks, handlers, body.
    async fn execute(self) -> Executed {
        let Self { taken, run } = self;
        let Taken { at, state, run_count, started_at, bindings, looped, cancelled } = taken;
        let mut context = Context::of_task(run, at.node, at.child, run_count);
        context.started_at = started_at;
        (context.loop_count, context.loop_result) = looped.unwrap_or((1, None));
        let inputs = Inputs { context, bindings };
        let span = pipeline::span(&inputs.context);
        let executed = pipeline::execute(inputs, state, cancelled);
        let (settled, context, overrun) = match span {
            Some(span) => tracing::Instrument::instrument(executed, span).boxed().await,
            None => executed.await,
        };
        let looped = (context.loop_count > 1).then_some((context.loop_count, context.loop_result));
        let left = Left { at, settled, run_count: context.run_count, started_at: context.started_at, looped };
        Executed { left, overrun }
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("flow_run_id", &self.run.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for TaskCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.ident().fmt(f)
    }
}
