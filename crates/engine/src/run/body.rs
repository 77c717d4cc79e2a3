//! Running a task's body: its time limit, its panics, and being told to stop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use campana_model::{Failure, State, StateKind, Value};
use futures_util::FutureExt as _;
use tokio::task::JoinHandle;

use super::transition::panicked;
use crate::inputs::Inputs;
use crate::signal::{BoxError, Signal};
use crate::spec::{Body, Role, TaskSpec};

type Returned = Result<Value, BoxError>;

/// A thread that has taken longer than it may, and runs on.
pub(super) struct Overrun(JoinHandle<Returned>);

impl Overrun {
    /// Waits until the thread ends; what it returns is dropped.
    pub(super) async fn ended(self) {
        // An error is a panic of the body, which nobody waits for any more.
        let _ = self.0.await;
    }
}

/// Runs the body and says in which state it ends.
pub(super) async fn run(spec: &Arc<TaskSpec>, inputs: &Inputs) -> (State, Option<Overrun>) {
    let mut overrun = None;
    let returned = match (&spec.body, spec.timeout) {
        (Body::Sync(body), None) => Ended::Returned(inputs.context.enter(|| guarded(|| body(inputs)))),
        (Body::Sync(body), Some(timeout)) => {
            let (body, inputs) = (Arc::clone(body), inputs.clone());
            let span = tracing::Span::current();
            let mut thread = tokio::task::spawn_blocking(move || {
                let _entered = span.enter();
                inputs.context.enter(|| guarded(|| body(&inputs)))
            });
            match tokio::time::timeout(timeout, &mut thread).await {
                Ok(joined) => Ended::Returned(joined.unwrap_or_else(|error| Err(error.into()))),
                Err(_) => {
                    overrun = Some(Overrun(thread));
                    Ended::TimedOut
                }
            }
        }
        (Body::Async(body), timeout) => {
            let context = &inputs.context;
            match context.enter(|| catch_unwind(AssertUnwindSafe(|| body(inputs.clone())))) {
                Ok(future) => {
                    let future = context.scope(AssertUnwindSafe(future).catch_unwind());
                    let future =
                        async { future.await.unwrap_or_else(|panic| Err(panicked("task", &*panic))) };
                    limited(spec, inputs, timeout, future).await
                }
                Err(panic) => Ended::Returned(Err(panicked("task", &*panic))),
            }
        }
    };
    (state_of(returned, inputs), overrun)
}

enum Ended {
    Returned(Returned),
    TimedOut,
    Cancelled,
}

fn guarded(body: impl FnOnce() -> Returned) -> Returned {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(panicked("task", &*panic)))
}

/// Awaits the body, but not longer than it may take, nor much longer than the run is wanted.
async fn limited(
    spec: &TaskSpec,
    inputs: &Inputs,
    timeout: Option<Duration>,
    body: impl Future<Output = Returned>,
) -> Ended {
    let run = &inputs.context.run;
    let cancelled = async {
        if spec.role == Role::Cleanup {
            return std::future::pending().await;
        }
        run.cancel.cancelled().await;
        tokio::time::sleep(run.options.cancel_grace).await;
    };
    let timed_out = async {
        match timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        returned = body => Ended::Returned(returned),
        () = timed_out => Ended::TimedOut,
        () = cancelled => Ended::Cancelled,
    }
}

fn state_of(ended: Ended, inputs: &Inputs) -> State {
    match ended {
        Ended::Returned(Ok(value)) => State::success("Task run succeeded.").with_value(value),
        Ended::Returned(Err(error)) => match Signal::state_in(&*error, inputs.context.now()) {
            Some(state) => state,
            None => {
                let failure = Failure::new(error);
                State::new(StateKind::Failed)
                    .with_message(format!("Error during execution of task: {failure}"))
                    .with_result(failure)
            }
        },
        Ended::TimedOut => {
            let message = "Task timed out during execution.";
            State::new(StateKind::TimedOut).with_message(message).with_result(Failure::new(message))
        }
        Ended::Cancelled => cancelled(),
    }
}

/// The state of a task that is not to run, or not to run on.
pub(super) fn cancelled() -> State {
    State::new(StateKind::Cancelled).with_message("Flow run is cancelled.")
}
