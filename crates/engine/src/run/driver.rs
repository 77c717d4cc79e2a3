//! Starts a run, minds its time and its cancellation, and ends it.
//!
//! The flow's handlers see Scheduled → Running before any task begins, and Running → the final state after all
//! have ended. In between the driver only waits: for workers to have nothing left, for the next sleeper's time,
//! for the run to be cancelled. With an executor that gives its worker back, the driver runs that worker itself.

use std::future::IntoFuture;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use campana_model::{Failure, FlowRunId, State, StateKind, Timestamp};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::body::cancelled;
use super::options::RunSettings;
use super::transition::{Change, change, handler_failed, panicked};
use super::truth::{Standing, Truth};
use super::{FlowRun, Run, RunOptions, interrupt};
use crate::backend::{self, Verdict};
use crate::clock;
use crate::context::{Context, Subject};
use crate::executor::Places;
use crate::flow::{Flow, FlowSpec};
use crate::graph::Graph;
use crate::signal::Signal;

/// A run that starts when it is awaited, or by [`blocking`](Start::blocking).
///
/// ```
/// # use campana_engine::{Flow, RunSettings, Concurrent};
/// # let runtime = tokio::runtime::Runtime::new().unwrap();
/// # runtime.block_on(async {
/// let flow = Flow::new("nothing to do");
/// let run = flow.run().name("by-hand").executor(Concurrent::new()).await;
/// assert!(run.is_successful());
/// # });
/// ```
#[must_use = "a run starts when it is awaited"]
pub struct Start {
    from: From,
    options: RunOptions,
}

#[expect(clippy::large_enum_variant, reason = "there is one of them for each run")]
enum From {
    /// The beginning.
    Flow { flow: Arc<FlowSpec>, graph: Arc<Graph>, problem: Option<String> },
    /// Where it stopped to wait for somebody.
    Run(FlowRun),
}

impl Start {
    pub(crate) fn new(flow: &Flow) -> Self {
        Self {
            from: From::Flow {
                flow: Arc::clone(&flow.spec),
                graph: Arc::clone(&flow.graph),
                problem: flow.check().err().map(|error| error.to_string()),
            },
            options: RunOptions::default(),
        }
    }

    pub(super) fn again(run: FlowRun) -> Self {
        Self { options: run.run.options.clone(), from: From::Run(run) }
    }

    /// Sets all options at once.
    pub fn options(mut self, options: RunOptions) -> Self {
        self.options = options;
        self
    }

    /// Runs on this thread, for a main without a runtime; there Ctrl-C cancels the run, unless
    /// [`cancel_on_ctrl_c`](RunSettings::cancel_on_ctrl_c) says otherwise. Called from within a runtime, it runs
    /// on a thread of its own.
    ///
    /// # Errors
    /// If the operating system gives no runtime (no threads, no file handles).
    pub fn blocking(mut self) -> std::io::Result<FlowRun> {
        if tokio::runtime::Handle::try_current().is_ok() {
            return std::thread::scope(|scope| {
                let thread = scope.spawn(|| self.on_new_runtime());
                thread.join().unwrap_or_else(|_| Err(std::io::Error::other("the run's thread was lost")))
            });
        }
        self.options.cancel_on_ctrl_c.get_or_insert(true);
        self.on_new_runtime()
    }

    fn on_new_runtime(self) -> std::io::Result<FlowRun> {
        let mut runtime = match self.options.executor.places() {
            Places::One => tokio::runtime::Builder::new_current_thread(),
            Places::Each { .. } => tokio::runtime::Builder::new_multi_thread(),
        };
        let runtime = runtime.enable_all().build()?;
        let run = runtime.block_on(self.into_future());
        // A thread that has overrun its time may go on for ever; nobody waits for it.
        runtime.shutdown_background();
        Ok(run)
    }
}

impl RunSettings for Start {
    fn options_mut(&mut self) -> &mut RunOptions {
        &mut self.options
    }
}

impl IntoFuture for Start {
    type Output = FlowRun;
    type IntoFuture = BoxFuture<'static, FlowRun>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(run(self))
    }
}

impl std::fmt::Debug for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Start").finish_non_exhaustive()
    }
}

async fn run(start: Start) -> FlowRun {
    let Start { from, mut options } = start;
    let _interruptible = options.cancel_on_ctrl_c.unwrap_or(false).then(|| {
        options.cancel = options.cancel.child_token();
        interrupt::cancel_on_ctrl_c(&options.cancel)
    });
    let approve = options.approve.clone();
    let mut flow_run = match from {
        From::Flow { flow, graph, problem } => first(flow, graph, problem, options).await,
        From::Run(run) => go_on(run, options).await,
    };
    while let Some(approve) = &approve {
        let (paused, approve) = (flow_run.paused(), Arc::clone(approve));
        let asked = tokio::task::spawn_blocking(move || {
            paused.into_iter().filter(|(_, name)| approve(name)).map(|(at, _)| at).collect::<Vec<_>>()
        });
        let options = flow_run.run.options.clone();
        let approved = tokio::select! {
            approved = asked => approved.unwrap_or_default(),
            // Nobody waits for an answer any more; what is left goes on to be cancelled.
            () = options.cancel.cancelled() => Vec::new(),
        };
        let cancelled = options.cancel.is_cancelled();
        if approved.is_empty() && !cancelled {
            break;
        }
        flow_run.resume_all(&approved);
        flow_run = go_on(flow_run, options).await;
        if cancelled {
            break;
        }
    }
    flow_run
}

/// Runs a flow from its beginning.
async fn first(
    flow: Arc<FlowSpec>,
    graph: Arc<Graph>,
    problem: Option<String>,
    options: RunOptions,
) -> FlowRun {
    let given = options.parameters.clone();
    let bad = options.bad_parameter.clone();
    let bad = bad.map(|(name, error)| format!("parameter '{name}' cannot be serialised: {error}"));
    let (parameters, wrong) = crate::parameter::resolve(&graph, given);
    let problem = problem.or(bad).or(wrong);
    let now = options.clock.now();
    let truth = Truth::new(Arc::clone(&graph), options.executor.places(), options.progress.clone(), now);
    let name = options.name.clone().or_else(|| petname::petname(2, "-")).unwrap_or_default();
    let run = Arc::new(Run {
        id: options.id.unwrap_or_else(FlowRunId::new),
        name,
        flow,
        graph,
        parameters,
        clock: Arc::clone(&options.clock),
        cancel: options.cancel.child_token(),
        executor: Arc::clone(&options.executor),
        truth: Mutex::new(truth),
        changed: Notify::new(),
        options,
    });
    run.tell_of_beginning();
    let scheduled = State::new(StateKind::Scheduled).with_message("Flow run scheduled.").at(now);
    let mut driver = Driver { context: Context::of_flow(Arc::clone(&run)), run, state: scheduled };
    match problem {
        Some(problem) => driver.to(State::failed(problem)).await,
        None if driver.start().await => {
            driver.tasks().await;
            driver.end().await;
        }
        None => {}
    }
    driver.close().await
}

/// Goes on with a run that has stopped to wait for somebody.
async fn go_on(stopped: FlowRun, options: RunOptions) -> FlowRun {
    let FlowRun { run, truth, state, started_at } = stopped;
    let run = Arc::new(Run {
        id: run.id,
        name: run.name.clone(),
        flow: Arc::clone(&run.flow),
        graph: Arc::clone(&run.graph),
        parameters: run.parameters.clone(),
        clock: Arc::clone(&options.clock),
        cancel: options.cancel.child_token(),
        executor: Arc::clone(&options.executor),
        truth: Mutex::new(truth.moved_to(options.executor.places())),
        changed: Notify::new(),
        options,
    });
    run.tell_of_beginning();
    let mut context = Context::of_flow(Arc::clone(&run));
    context.started_at = started_at.unwrap_or(Timestamp::MIN);
    let mut driver = Driver { context, run, state };
    if driver.state.is_running() {
        driver.tasks().await;
        driver.end().await;
    }
    driver.close().await
}

struct Driver {
    run: Arc<Run>,
    context: Context,
    state: State,
}

/// Cancels a run whose future is dropped, so that its tasks do not go on unseen.
struct CancelOnDrop<'a>(&'a Arc<Run>);

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.0.cancel.cancel();
        self.0.truth().cancel();
        if tokio::runtime::Handle::try_current().is_ok() {
            // A worker that wants to run here has nowhere to run any more.
            drop(self.0.dispatch());
        }
    }
}

impl Driver {
    /// Goes to Running, if the handlers and the backend let it.
    async fn start(&mut self) -> bool {
        self.propose(State::running("Running flow.")).await;
        if !self.state.is_running() {
            self.report();
            return false;
        }
        self.context.started_at = self.state.timestamp().unwrap_or(Timestamp::MIN);
        let Some(backend) = self.run.options.backend.clone() else { return true };
        loop {
            match backend.start_flow(self.run.id, &self.state).get().await {
                Verdict::Go => return true,
                Verdict::Taken => return false,
                Verdict::Queued(until) => {
                    let wait = tokio::time::sleep(clock::until(self.run.clock.now(), until));
                    tokio::select! {
                        () = wait => {}
                        () = self.run.cancel.cancelled() => {}
                    }
                }
                Verdict::Cancelled => self.run.cancel.cancel(),
            }
            if self.run.cancel.is_cancelled() {
                return true;
            }
        }
    }

    /// Lets the tasks run until nothing more happens by itself.
    async fn tasks(&self) {
        let run = &self.run;
        let guard = CancelOnDrop(run);
        let mut cancelled = false;
        let mut inline: Option<Pin<Box<dyn Future<Output = ()> + Send>>> = None;
        loop {
            if run.cancel.is_cancelled() && !cancelled {
                cancelled = true;
                run.truth().cancel();
            }
            let standing = run.truth().wake_sleepers(run.clock.now());
            if inline.is_none() {
                inline = run.dispatch().map(|worker| Box::pin(worker.run()) as _);
            }
            let due = match standing {
                Standing::Over if inline.is_none() => break,
                Standing::Over => None,
                Standing::GoesOn(due) => due,
            };
            tokio::select! {
                biased;
                () = run.cancel.cancelled(), if !cancelled => {}
                () = some(&mut inline) => inline = None,
                () = run.changed.notified() => {}
                () = sleep_until(run, due) => {}
            }
        }
        std::mem::forget(guard);
    }

    /// Finds the state in which the flow ends, if it ends.
    async fn end(&mut self) {
        let ended = final_state(&self.run.truth(), &self.run.graph, self.run.cancel.is_cancelled());
        let Some((state, reference)) = ended else {
            tracing::info!(flow_run_id = %self.run.id, flow = self.run.flow.name, "flow run waits for tasks");
            return;
        };
        let state = self.terminal(state, &reference);
        self.to(state).await;
    }

    /// Lets the terminal state handler decide.
    fn terminal(&self, state: State, reference: &[State]) -> State {
        let Some(handler) = &self.run.flow.terminal_state_handler else { return state };
        let state = state.at(self.run.clock.now());
        let subject = self.subject();
        let handled = self.context.enter(|| {
            catch_unwind(AssertUnwindSafe(|| handler.handle(&subject, &state, reference)))
                .unwrap_or_else(|panic| Err(panicked("terminal state handler", &*panic)))
        });
        match handled {
            Ok(None) => state,
            Ok(Some(state)) => state,
            Err(error) => Signal::state_in(&*error, self.run.clock.now()).unwrap_or_else(|| {
                let failure = Failure::new(error);
                State::failed(format!("Unexpected error: {failure}")).with_result(failure)
            }),
        }
    }

    fn subject(&self) -> Subject {
        Subject { context: self.context.clone(), will_retry: false }
    }

    async fn to(&mut self, new: State) {
        self.propose(new).await;
        self.report();
    }

    async fn propose(&mut self, new: State) {
        let new = new.at(self.run.clock.now());
        let flow = &self.run.flow;
        let changed = change(flow.handlers(), &mut self.subject(), &self.state, new, |_| false).await;
        self.state = match changed {
            Change::To(state) => state,
            Change::HandlerFailed { state, error } => handler_failed(&state, error).at(self.run.clock.now()),
        };
        tracing::info!(flow_run_id = %self.run.id, flow = flow.name, state = %self.state, "flow run changed state");
    }

    fn report(&self) {
        if let Some(backend) = &self.run.options.backend {
            let change = backend::Change { flow_run_id: self.run.id, task: None, state: self.state.clone() };
            backend.report(vec![change]);
        }
    }

    async fn close(self) -> FlowRun {
        let Self { run, context, state } = self;
        if let Some(backend) = &run.options.backend {
            backend.flush().get().await;
        }
        let truth = run.truth().close();
        FlowRun { run, truth, state, started_at: context.started_at() }
    }
}

/// Polls the worker that runs here, if there is one.
async fn some(inline: &mut Option<Pin<Box<dyn Future<Output = ()> + Send>>>) {
    match inline {
        Some(worker) => worker.await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(run: &Run, due: Option<Timestamp>) {
    match due {
        Some(due) => tokio::time::sleep(clock::until(run.clock.now(), due)).await,
        None => std::future::pending().await,
    }
}

/// The state of a flow whose tasks have ended so, and the states of its reference tasks; `None` if a terminal
/// task has not ended.
fn final_state(truth: &Truth, graph: &Graph, is_cancelled: bool) -> Option<(State, Vec<State>)> {
    let mut reference = Vec::new();
    for node in graph.reference_tasks() {
        let before = reference.len();
        reference.extend(truth.children(node).cloned());
        if reference.len() == before {
            reference.extend(truth.state(node).cloned());
        }
    }
    if is_cancelled {
        return Some((cancelled(), reference));
    }
    if !graph.terminal_tasks().all(|node| truth.is_finished(node)) {
        return None;
    }
    let state = if reference.iter().any(State::is_failed) {
        State::new(StateKind::Failed).with_message("Some reference tasks failed.")
    } else if reference.iter().all(State::is_successful) {
        State::success("All reference tasks succeeded.")
    } else {
        State::success("No reference tasks failed.")
    };
    Some((state, reference))
}
