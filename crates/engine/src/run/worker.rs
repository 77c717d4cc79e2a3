//! Workers: they take calls that are ready, execute them, and commit how they went.

use std::sync::Arc;

use campana_model::{Failure, State, StateKind, Timestamp};
use futures_util::FutureExt as _;

use super::Run;
use super::body::Overrun;
use super::pipeline;
use super::truth::{Left, Position, Settled, Taken};
use crate::backend::TaskIdent;
use crate::context::{Context, NO_CHILD};
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
///
/// It is data, so that an executor may run it wherever the flow is known: by
/// [`execute`](TaskCall::execute) in this process, or elsewhere, to come back as
/// [`ended`](TaskCall::ended) with the state that it got there.
#[must_use = "a call counts as running until its worker commits it"]
pub struct TaskCall {
    at: Position,
    state: State,
    inputs: Inputs,
    cancelled: bool,
}

/// How a call went, to be committed by the worker that took it.
#[must_use = "a call counts as running until its worker commits it"]
pub struct Executed {
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
        let mut next = self.next(None);
        let mut turn = 0;
        while let Some(call) = next {
            let executed = call.execute().await;
            next = match executed.overrun {
                // The place stays taken until the thread ends; the run does not wait for it.
                Some(overrun) if self.keeps_thread_busy() => {
                    self.commit_overrun(executed.left);
                    overrun.ended().await;
                    self.run.truth().set_overrunning(false);
                    self.next(None)
                }
                overrun => self.next(Some(Executed { left: executed.left, overrun })),
            };
            turn += 1;
            if turn == CALLS_PER_TURN {
                turn = 0;
                tokio::task::yield_now().await;
            }
        }
    }

    /// Commits how the call before went, and takes the next one that is ready. Without one the place is free,
    /// and the worker done. A call that is not given back is lost, and its task Failed.
    pub fn next(&mut self, before: Option<Executed>) -> Option<TaskCall> {
        if self.gone {
            return None;
        }
        let holds = self.holds.take();
        let left = before.map(|before| before.left).or_else(|| Some(self.lost(holds?)));
        let mut truth = self.run.truth();
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
        Some(TaskCall::new(taken?, &self.run))
    }

    /// What is left of a call that nobody gives back.
    fn lost(&self, at: Position) -> Left {
        let error = Failure::new("the worker that ran the task was lost");
        let state = State::new(StateKind::Failed).with_message(error.to_string()).with_result(error);
        let state = state.at(self.run.clock.now());
        self.run.report(at, state.clone());
        let settled = Settled::Finished(state);
        Left { at, settled, run_count: 1, started_at: Timestamp::MIN, looped: None }
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
        let left = self.holds.map(|at| self.lost(at));
        let mut truth = self.run.truth();
        if let Some(left) = left {
            truth.commit(left);
        }
        truth.dismiss(self.class);
        drop(truth);
        // Not from here: the runtime may be going down. The driver starts who is needed, if it is still there.
        self.run.changed.notify_one();
    }
}

impl TaskCall {
    fn new(taken: Taken, run: &Arc<Run>) -> Self {
        let Taken { at, state, run_count, started_at, bindings, looped, cancelled } = taken;
        let mut context = Context::of_task(Arc::clone(run), at.node, at.child, run_count);
        context.started_at = started_at;
        (context.loop_count, context.loop_result) = looped.unwrap_or((1, None));
        Self { at, state, inputs: Inputs { context, bindings }, cancelled }
    }

    /// Which task of which run.
    pub fn ident(&self) -> TaskIdent {
        self.inputs.context.run.ident(self.at)
    }

    /// Whether it only counts the children of a mapped task, each of which is a call of its own. Such a call
    /// has no body, and is executed here.
    pub fn is_mapped(&self) -> bool {
        self.at.child == NO_CHILD && self.inputs.context.graph().is_mapped(self.at.node)
    }

    /// The task's inputs.
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// Runs the task here: checks, handlers, body.
    pub async fn execute(self) -> Executed {
        let Self { at, state, inputs, cancelled } = self;
        let span = pipeline::span(&inputs.context);
        let executed = pipeline::execute(inputs, state, cancelled);
        let (settled, context, overrun) = match span {
            Some(span) => tracing::Instrument::instrument(executed, span).boxed().await,
            None => executed.await,
        };
        Executed { left: Left::new(at, settled, context), overrun }
    }

    /// The task ran elsewhere, and ended in `state`, or waits in it for its start time.
    pub fn ended(self, state: State) -> Executed {
        let context = self.inputs.context;
        let settled = Settled::by(state.at(context.now()), &context);
        Executed { left: Left::new(self.at, settled, context), overrun: None }
    }
}

impl Left {
    fn new(at: Position, settled: Settled, context: Context) -> Self {
        let looped = (context.loop_count > 1).then_some((context.loop_count, context.loop_result));
        // A task that waits to run again has been tried once more when it does.
        let again = matches!(&settled, Settled::Sleep(state, _) if state.is_retrying());
        let run_count = if again { context.run_count.saturating_add(1) } else { context.run_count };
        Self { at, settled, run_count, started_at: context.started_at, looped }
    }
}

impl Settled {
    /// What follows from the state in which a call has left its task.
    pub(super) fn by(state: State, context: &Context) -> Self {
        if state.is_finished() {
            return Self::Finished(state);
        }
        match (state.is_scheduled(), state.kind(), state.start_time()) {
            (false, ..) | (true, StateKind::Paused, None) => Self::Park(state),
            (true, _, start) => {
                let start = start.unwrap_or_else(|| context.now());
                Self::Sleep(state, start)
            }
        }
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("flow_run_id", &self.run.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Executed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Executed").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for TaskCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.ident().fmt(f)
    }
}
