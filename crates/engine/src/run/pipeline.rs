//! What a task does next: the checks, the body, and what follows from how it ended, in this order.
//!
//! upstream skipped? · mapped? · name · cache · trigger · Running · body · cache · retry · loop
//!
//! (Whether the upstreams have ended and the start time has come is settled before a call is ready.) Each step
//! that changes the state lets the handlers see the change; a handler's state is what the next step goes by.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use campana_model::{State, StateKind, Timestamp};

use super::body::{self, Overrun};
use super::expand::{Expansion, expand};
use super::transition::{Change, change, handler_failed, panicked};
use super::truth::Settled;
use crate::backend::{self, TaskIdent, Verdict};
use crate::clock;
use crate::context::{Context, NO_CHILD, Subject};
use crate::inputs::Inputs;
use crate::signal::Signal;
use crate::spec::{Role, TaskSpec};
use crate::trigger::Upstreams;

const SKIPPED_UPSTREAM: &str = "Upstream task was skipped; if this was not the intended behavior, consider changing \
                                `skip_on_upstream_skip=False` for this task.";

/// The end of the pipeline, before its last step.
enum End {
    /// The state is what it is.
    Here,
    /// The task has children.
    Mapped(Expansion),
    /// The backend wants the task to wait.
    Queued(Timestamp),
    /// Somebody else runs the task.
    Taken,
}

struct Pipeline {
    spec: Arc<TaskSpec>,
    inputs: Inputs,
    state: State,
    run_name: Option<Arc<str>>,
    /// Whether a handler failed, so that nothing more happens.
    stopped: bool,
    overrun: Option<Overrun>,
}

/// The span of a call, if anybody looks at spans.
pub(super) fn span(context: &Context) -> Option<tracing::Span> {
    let span = tracing::info_span!(
        "task_run",
        flow = context.flow_name(),
        flow_run_id = tracing::field::Empty,
        task = context.task_name(),
        task_run_id = tracing::field::Empty,
        map_index = context.map_index(),
        attempt = context.run_count,
    );
    if span.is_disabled() {
        return None;
    }
    span.record("flow_run_id", tracing::field::display(context.flow_run_id()));
    if let Some(id) = context.task_run_id() {
        span.record("task_run_id", tracing::field::display(id));
    }
    Some(span)
}

/// Sends a call through the pipeline. Gives back how it went, the context as it is then, and the thread that it
/// has left behind, if it has.
pub(super) async fn execute(
    inputs: Inputs,
    state: State,
    cancelled: bool,
) -> (Settled, Context, Option<Overrun>) {
    let spec = Arc::clone(inputs.context.graph().spec(inputs.context.node));
    // A task that was told to wait goes on from the state that it had before.
    let state = state.unwrapped().clone();
    // A worker may come to this call before the driver has seen that the run is cancelled.
    let cancelled = cancelled || (spec.role != Role::Cleanup && inputs.context.is_cancelled());
    let mut pipeline = Pipeline { spec, inputs, state, run_name: None, stopped: false, overrun: None };
    let end = if cancelled {
        pipeline.to(body::cancelled()).await;
        End::Here
    } else {
        pipeline.run().await
    };
    let settled = pipeline.settle(end);
    (settled, pipeline.inputs.context, pipeline.overrun)
}

impl Pipeline {
    async fn run(&mut self) -> End {
        let upstreams = Upstreams { inputs: &self.inputs, resumed: self.state.kind() == StateKind::Resume };
        if self.spec.skip_on_upstream_skip && upstreams.states().any(State::is_skipped) {
            self.to(State::skipped(SKIPPED_UPSTREAM)).await;
            return End::Here;
        }
        if self.inputs.context.child == NO_CHILD
            && self.inputs.context.graph().is_mapped(self.inputs.context.node)
        {
            return self.map().await;
        }
        let trigger = self.spec.trigger.as_ref();
        // Decided now, while the upstreams are borrowed; it counts after the cache has been looked at.
        let untriggered = catch_unwind(AssertUnwindSafe(|| trigger.check(&upstreams)))
            .unwrap_or_else(|panic| Err(panicked("trigger", &*panic)));
        if let Err(error) = self.name_run() {
            self.to(error).await;
            return End::Here;
        }
        self.look_in_cache().await;
        let untriggered = match untriggered {
            Ok(true) => None,
            Ok(false) => Some(trigger_failed("Trigger failed".to_owned(), "Trigger failed".into())),
            Err(error) => Some(Signal::state_in(&*error, self.inputs.context.now()).unwrap_or_else(|| {
                let message = format!("Unexpected error while checking task trigger: {error}");
                trigger_failed(message, error)
            })),
        };
        if let Some(state) = untriggered
            && !self.stopped
        {
            self.to(state).await;
            return End::Here;
        }
        if self.stopped || self.state.is_finished() {
            return End::Here;
        }
        match self.start().await {
            Some(end) => return end,
            None if self.stopped || !self.state.is_running() => return End::Here,
            None => {}
        }
        self.turns().await;
        End::Here
    }

    /// Runs the body, once for each turn of its loop.
    async fn turns(&mut self) {
        loop {
            let (ended, overrun) = body::run(&self.spec, &self.inputs).await;
            self.overrun = overrun;
            self.to(self.with_stored_result(self.with_turn(ended))).await;
            self.keep_in_cache().await;
            self.retry().await;
            if self.stopped || self.state.kind() != StateKind::Looped {
                return;
            }
            let context = &mut self.inputs.context;
            context.loop_count += 1;
            context.loop_result = self.state.value().cloned();
            self.state = State::new(StateKind::Pending).at(context.now());
            if self.start().await.is_some() || self.stopped || !self.state.is_running() {
                return;
            }
        }
    }

    async fn map(&mut self) -> End {
        match expand(&self.spec, &self.inputs) {
            Err(state) => {
                self.to(state).await;
                End::Here
            }
            Ok(expansion) => {
                let mapped = State::new(StateKind::Mapped)
                    .with_message("Ready to proceed with mapping.")
                    .with_map_count(expansion.count as u32);
                self.to(mapped).await;
                if !self.state.is_mapped() {
                    return End::Here;
                }
                if self.state.map_count() != Some(expansion.count as u32) {
                    // A handler may make another state, but not other children.
                    self.state = self.state.clone().with_map_count(expansion.count as u32);
                }
                End::Mapped(expansion)
            }
        }
    }

    fn name_run(&mut self) -> Result<(), State> {
        let Some(name) = &self.spec.run_name else { return Ok(()) };
        match catch_unwind(AssertUnwindSafe(|| name(&self.inputs))) {
            Ok(Ok(name)) => {
                self.run_name = Some(name.into());
                Ok(())
            }
            // A task without its inputs has no name to be made of them, and its trigger says what is wrong.
            Ok(Err(error)) if error.is::<crate::inputs::InputError>() => Ok(()),
            Ok(Err(error)) => Err(State::failed(format!("could not name the task run: {error}"))),
            Err(panic) => Err(State::failed(panicked("run name", &*panic).to_string())),
        }
    }

    async fn look_in_cache(&mut self) {
        let Some(policy) = self.spec.cache.clone().filter(|policy| policy.duration.is_some()) else { return };
        let run = Arc::clone(&self.inputs.context.run);
        let key = &*policy.key(&self.spec, self.inputs.context.map_index());
        let now = run.clock.now();
        let mut found = policy.choose(run.options.cache(&run.flow).candidates(key), &self.inputs, now);
        if let (None, Some(backend)) = (&found, &run.options.backend) {
            let candidates = backend.cached(key).get().await;
            let with_value =
                candidates.into_iter().filter_map(|state| self.with_decoded_result(state)).collect();
            found = policy.choose(with_value, &self.inputs, now);
        }
        if let Some(cached) = found {
            self.to(cached).await;
        }
    }

    async fn keep_in_cache(&mut self) {
        if self.stopped || !self.state.is_successful() || self.state.kind() == StateKind::Cached {
            return;
        }
        let Some(policy) = self.spec.cache.clone() else { return };
        let run = Arc::clone(&self.inputs.context.run);
        let Some(cached) = policy.cached(&self.state, &self.inputs, run.clock.now()) else { return };
        if self.state.kind() == StateKind::Success {
            self.to(cached).await;
        }
        if self.state.kind() == StateKind::Cached {
            let key = &*policy.key(&self.spec, self.inputs.context.map_index());
            run.options.cache(&run.flow).keep(key, self.state.clone(), run.clock.now());
        }
    }

    /// Goes to Running, if the handlers and the backend let it.
    async fn start(&mut self) -> Option<End> {
        let before = self.state.clone();
        self.propose(State::running("Starting task run.")).await;
        if self.stopped || !self.state.is_running() {
            self.report();
            return None;
        }
        if let Some(backend) = self.inputs.context.run.options.backend.clone() {
            let verdict = backend.start_task(&self.ident(), &self.state).get().await;
            match verdict {
                Verdict::Go => {}
                // What was set up is cleaned up, in a run that is cancelled too.
                Verdict::Cancelled if self.spec.role == Role::Cleanup => {}
                Verdict::Queued(until) => {
                    self.state = State::new(StateKind::Queued).wrapping(before).with_start_time(Some(until));
                    self.state = self.state.clone().at(self.inputs.context.now());
                    return Some(End::Queued(until));
                }
                Verdict::Taken => return Some(End::Taken),
                Verdict::Cancelled => {
                    self.inputs.context.run.cancel.cancel();
                    self.to(body::cancelled()).await;
                    return Some(End::Here);
                }
            }
        }
        self.inputs.context.started_at = self.state.timestamp().unwrap_or(Timestamp::MIN);
        None
    }

    /// Whether a run that has ended in `state` is to be tried again.
    fn will_retry(&self, state: &State) -> bool {
        state.is_failed()
            && self.state.is_running()
            && self.inputs.context.run_count <= self.spec.retries
            && !self.inputs.context.is_cancelled()
    }

    async fn retry(&mut self) {
        let context = &self.inputs.context;
        let (run, runs) = (context.run_count, self.spec.retries.saturating_add(1));
        if self.stopped || !self.state.is_failed() || run >= runs || context.is_cancelled() {
            return;
        }
        let delay = catch_unwind(AssertUnwindSafe(|| self.spec.retry_delay.after(run))).unwrap_or_default();
        let message = format!("Retrying Task (after attempt {run} of {runs})");
        let start = clock::later(context.now(), delay);
        self.to(State::retrying(message, Some(start)).with_run_count(run)).await;
    }

    /// Changes the state and tells the backend.
    async fn to(&mut self, new: State) {
        self.propose(new).await;
        self.report();
    }

    fn report(&self) {
        if let Some(backend) = &self.inputs.context.run.options.backend {
            let change = backend::Change {
                flow_run_id: self.inputs.context.run.id,
                task: Some(self.ident()),
                state: self.state.clone(),
            };
            backend.report(vec![change]);
        }
    }

    /// Changes the state, as the handlers see fit.
    async fn propose(&mut self, new: State) {
        if self.stopped {
            return;
        }
        let run = Arc::clone(&self.inputs.context.run);
        let new = if new.timestamp().is_some() && new.kind() != StateKind::Cached {
            new
        } else {
            new.at(run.clock.now())
        };
        let handlers = || self.spec.handlers().chain(&run.options.task_handlers);
        self.state = if handlers().next().is_none() {
            new
        } else {
            let mut subject = Subject { will_retry: false, context: self.inputs.context.clone() };
            let changed =
                change(handlers(), &mut subject, &self.state, new, |state| self.will_retry(state)).await;
            match changed {
                Change::To(state) => state,
                // What the task's own failure calls for still happens.
                Change::HandlerFailed { state, error } if self.will_retry(&state) || state.is_retrying() => {
                    tracing::error!(
                        flow_run_id = %run.id,
                        task = subject.full_name(),
                        %error,
                        "state handler failed, the task is tried again all the same"
                    );
                    state
                }
                Change::HandlerFailed { state, error } => {
                    self.stopped = true;
                    handler_failed(&state, error).at(run.clock.now())
                }
            }
        };
        tracing::info!(task = self.spec.name(), state = %self.state, "task run changed state");
    }

    fn settle(&self, end: End) -> Settled {
        let state = self.state.clone();
        match end {
            End::Mapped(expansion) => Settled::Expand(state, expansion),
            End::Queued(until) => Settled::Sleep(state, until),
            End::Taken => Settled::Park(state),
            End::Here => Settled::by(state, &self.inputs.context),
        }
    }

    fn ident(&self) -> TaskIdent {
        let context = &self.inputs.context;
        TaskIdent {
            graph: Arc::clone(&context.run.graph),
            flow_run_id: context.run.id,
            node: context.node,
            map_index: context.map_index(),
            run_name: self.run_name.clone(),
        }
    }

    /// A state that ends a turn of a loop says which.
    fn with_turn(&self, state: State) -> State {
        if state.kind() != StateKind::Looped {
            return state;
        }
        let turn = self.inputs.context.loop_count;
        state.with_loop_count(turn).with_message(format!("Task is looping ({turn})"))
    }

    fn with_stored_result(&self, state: State) -> State {
        let json = self.spec.codec.zip(state.value()).and_then(|(codec, value)| codec.encode(value));
        match json {
            Some(json) if state.is_successful() => {
                state.with_stored_result(campana_model::state::StoredResult::Inline(Some(json.to_string())))
            }
            _ => state,
        }
    }

    fn with_decoded_result(&self, state: State) -> Option<State> {
        use campana_model::state::StoredResult;
        if state.value().is_some() {
            return Some(state);
        }
        let StoredResult::Inline(Some(text)) = state.stored_result() else { return None };
        let value = self.spec.codec?.decode(&serde_json::from_str(text).ok()?)?;
        Some(state.with_value(value))
    }
}

fn trigger_failed(message: String, error: crate::signal::BoxError) -> State {
    State::new(StateKind::TriggerFailed).with_message(message).with_result(campana_model::Failure::new(error))
}
