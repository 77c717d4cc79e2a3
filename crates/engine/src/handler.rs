//! State handlers: code that sees every change of a state, and may replace it.
//!
//! At each change of a task's or a flow's state its handlers are called in order, each with the state that the
//! former one left, before the new state counts: before it is stored, reported, or seen downstream. They run on
//! the task's side, where its body runs. What a handler returns becomes the state; nothing keeps it. A handler
//! that returns an error with a [`Signal`](crate::Signal) in it sets the signal's state, and the handlers after it are not
//! called; any other error makes the task Failed, but neither runs a finished body again nor cancels a retry
//! that was due for the task's own failure.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use campana_model::State;
use futures_util::FutureExt as _;

use crate::answer::Answer;
use crate::context::Subject;
use crate::run::panicked;
use crate::signal::BoxError;

/// What a handler answers: the state that replaces the new one, or nothing to keep it.
pub type Handled = Result<Option<State>, BoxError>;

/// Sees every change of a state.
///
/// Functions and closures are handlers too; see [`IntoStateHandler`].
pub trait StateHandler: Send + Sync + 'static {
    /// Called when `new` is about to replace `old`.
    fn handle<'a>(&'a self, subject: &'a Subject, old: &'a State, new: &'a State) -> Answer<'a, Handled>;
}

impl StateHandler for Arc<dyn StateHandler> {
    fn handle<'a>(&'a self, subject: &'a Subject, old: &'a State, new: &'a State) -> Answer<'a, Handled> {
        (**self).handle(subject, old, new)
    }
}

/// What a handler that is a function may return.
pub trait IntoHandled {
    /// As the engine wants it.
    fn into_handled(self) -> Handled;
}

impl IntoHandled for () {
    fn into_handled(self) -> Handled {
        Ok(None)
    }
}

impl IntoHandled for State {
    fn into_handled(self) -> Handled {
        Ok(Some(self))
    }
}

impl IntoHandled for Option<State> {
    fn into_handled(self) -> Handled {
        Ok(self)
    }
}

impl<H: IntoHandled, E: Into<BoxError>> IntoHandled for Result<H, E> {
    fn into_handled(self) -> Handled {
        self.map_err(Into::into)?.into_handled()
    }
}

/// What [`state_handler`](crate::Settings::state_handler) takes:
///
/// * a function or closure of `(&Subject, &State, &State)`: what changes, its old and its new state;
/// * an async one of `(Subject, State, State)`, which gets them by value (cloning them copies pointers);
/// * a type that implements [`StateHandler`].
///
/// A function may return nothing, a `State`, an `Option<State>`, or a `Result` of these with any error.
///
/// ```
/// # use campana_engine::{State, Subject, Settings, TaskSpec};
/// fn configure(spec: TaskSpec) -> TaskSpec {
///     spec.state_handler(|task: &Subject, _: &State, new: &State| {
///         if new.is_failed() {
///             eprintln!("{} failed: {new}", task.full_name());
///         }
///     })
///     .state_handler(|task: Subject, _: State, new: State| async move {
///         tokio::task::yield_now().await;
///         println!("{}: {new}", task.full_name());
///     })
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a state handler",
    note = "write `|subject: &Subject, old: &State, new: &State| ..`, with the types, returning nothing, a State, an Option<State> or a Result of these",
    note = "or `|subject: Subject, old: State, new: State| async move {{ .. }}`, or implement StateHandler"
)]
pub trait IntoStateHandler<M> {
    /// The handler.
    fn into_state_handler(self) -> Arc<dyn StateHandler>;
}

/// Marks a type that is a handler.
#[derive(Debug)]
pub enum Own {}

impl<H: StateHandler> IntoStateHandler<Own> for H {
    fn into_state_handler(self) -> Arc<dyn StateHandler> {
        Arc::new(self)
    }
}

/// Marks a function that answers at once.
#[derive(Debug)]
pub enum Direct<R> {
    #[doc(hidden)]
    Never(std::convert::Infallible, std::marker::PhantomData<R>),
}

impl<F, R> IntoStateHandler<Direct<R>> for F
where
    F: Fn(&Subject, &State, &State) -> R + Send + Sync + 'static,
    R: IntoHandled,
{
    fn into_state_handler(self) -> Arc<dyn StateHandler> {
        Arc::new(DirectHandler(move |subject: &Subject, old: &State, new: &State| {
            self(subject, old, new).into_handled()
        }))
    }
}

struct DirectHandler<F>(F);

impl<F> StateHandler for DirectHandler<F>
where
    F: Fn(&Subject, &State, &State) -> Handled + Send + Sync + 'static,
{
    fn handle<'a>(&'a self, subject: &'a Subject, old: &'a State, new: &'a State) -> Answer<'a, Handled> {
        Answer::Now((self.0)(subject, old, new))
    }
}

/// Marks a function that answers with a future.
#[derive(Debug)]
pub enum Awaited<R> {
    #[doc(hidden)]
    Never(std::convert::Infallible, std::marker::PhantomData<R>),
}

impl<F, R> IntoStateHandler<Awaited<R>> for F
where
    F: Fn(Subject, State, State) -> R + Send + Sync + 'static,
    R: Future<Output: IntoHandled> + Send + 'static,
{
    fn into_state_handler(self) -> Arc<dyn StateHandler> {
        Arc::new(AwaitedHandler(self))
    }
}

struct AwaitedHandler<F>(F);

impl<F, R> StateHandler for AwaitedHandler<F>
where
    F: Fn(Subject, State, State) -> R + Send + Sync + 'static,
    R: Future<Output: IntoHandled> + Send + 'static,
{
    fn handle<'a>(&'a self, subject: &'a Subject, old: &'a State, new: &'a State) -> Answer<'a, Handled> {
        let future = (self.0)(subject.clone(), old.clone(), new.clone());
        Answer::later(async move { future.await.into_handled() })
    }
}

/// What [`on_failure`](crate::Settings::on_failure) and [`callback_factory`] take: a function or closure of
/// `(&Subject, &State)`, or an async one of `(Subject, State)`. What it returns does not count.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be called with a subject and its state",
    note = "write `|subject: &Subject, state: &State| ..`, with the types, or `|subject: Subject, state: State| async move {{ .. }}`"
)]
pub trait IntoCallback<M> {
    /// The callback.
    fn into_callback(self) -> Arc<dyn Callback>;
}

/// Is told of a state, and cannot change it.
pub trait Callback: Send + Sync + 'static {
    /// Called with what changed, and its new state.
    fn call<'a>(&'a self, subject: &'a Subject, state: &'a State) -> Answer<'a, ()>;
}

impl<F, R> IntoCallback<Direct<R>> for F
where
    F: Fn(&Subject, &State) -> R + Send + Sync + 'static,
{
    fn into_callback(self) -> Arc<dyn Callback> {
        Arc::new(DirectCallback(move |subject: &Subject, state: &State| {
            self(subject, state);
        }))
    }
}

struct DirectCallback<F>(F);

impl<F: Fn(&Subject, &State) + Send + Sync + 'static> Callback for DirectCallback<F> {
    fn call<'a>(&'a self, subject: &'a Subject, state: &'a State) -> Answer<'a, ()> {
        (self.0)(subject, state);
        Answer::Now(())
    }
}

impl<F, R> IntoCallback<Awaited<R>> for F
where
    F: Fn(Subject, State) -> R + Send + Sync + 'static,
    R: Future + Send + 'static,
{
    fn into_callback(self) -> Arc<dyn Callback> {
        Arc::new(AwaitedCallback(self))
    }
}

struct AwaitedCallback<F>(F);

impl<F, R> Callback for AwaitedCallback<F>
where
    F: Fn(Subject, State) -> R + Send + Sync + 'static,
    R: Future + Send + 'static,
{
    fn call<'a>(&'a self, subject: &'a Subject, state: &'a State) -> Answer<'a, ()> {
        let future = (self.0)(subject.clone(), state.clone());
        Answer::later(async move {
            future.await;
        })
    }
}

/// Makes a handler that calls `callback` with what changed and its new state, whenever `check` holds for the
/// new state. It never changes the state.
///
/// ```
/// # use campana_engine::{State, Subject, callback_factory};
/// let handler = callback_factory(
///     |_: &Subject, state: &State| println!("{state}"),
///     |state| state.is_successful(),
/// );
/// ```
pub fn callback_factory<M>(
    callback: impl IntoCallback<M>,
    check: impl Fn(&State) -> bool + Send + Sync + 'static,
) -> impl StateHandler {
    CallbackHandler { callback: callback.into_callback(), check }
}

pub(crate) fn on_failure<M>(callback: impl IntoCallback<M>) -> impl StateHandler {
    callback_factory(callback, State::is_failed)
}

struct CallbackHandler<C> {
    callback: Arc<dyn Callback>,
    check: C,
}

impl<C: Fn(&State) -> bool + Send + Sync + 'static> StateHandler for CallbackHandler<C> {
    fn handle<'a>(&'a self, subject: &'a Subject, _old: &'a State, new: &'a State) -> Answer<'a, Handled> {
        if !(self.check)(new) {
            return Answer::Now(Ok(None));
        }
        match self.callback.call(subject, new) {
            Answer::Now(()) => Answer::Now(Ok(None)),
            Answer::Later(future) => Answer::later(async move {
                future.await;
                Ok(None)
            }),
        }
    }
}

/// Makes a handler whose errors and panics are logged and change nothing. A [`Signal`](crate::Signal) still counts.
pub fn log_errors<M>(handler: impl IntoStateHandler<M>) -> impl StateHandler {
    LogErrors(handler.into_state_handler())
}

struct LogErrors(Arc<dyn StateHandler>);

impl StateHandler for LogErrors {
    fn handle<'a>(&'a self, subject: &'a Subject, old: &'a State, new: &'a State) -> Answer<'a, Handled> {
        let only_log = move |handled: Handled| match handled {
            Err(error) if crate::Signal::find(&*error).is_none() => {
                tracing::error!(
                    flow_run_id = %subject.flow_run_id(),
                    subject = subject.full_name(),
                    state = %new,
                    error = %campana_model::Failure::new(error),
                    "state handler failed"
                );
                Ok(None)
            }
            handled => handled,
        };
        let panicked = |panic: Box<dyn std::any::Any + Send>| Err(panicked("state handler", &*panic));
        match catch_unwind(AssertUnwindSafe(|| self.0.handle(subject, old, new))) {
            Ok(Answer::Now(handled)) => Answer::Now(only_log(handled)),
            Ok(Answer::Later(future)) => {
                let future = AssertUnwindSafe(future).catch_unwind();
                Answer::later(async move { only_log(future.await.unwrap_or_else(panicked)) })
            }
            Err(panic) => Answer::Now(only_log(panicked(panic))),
        }
    }
}

/// Decides how a flow ends, once and before its state handlers see the final state: called with the flow, the
/// state that the reference tasks make, and their states. Nothing keeps the state.
pub trait TerminalStateHandler: Send + Sync + 'static {
    /// The state that replaces `state`, or nothing to keep it.
    fn handle(&self, flow: &Subject, state: &State, reference_states: &[State]) -> Handled;
}

impl<F, R> TerminalStateHandler for F
where
    F: Fn(&Subject, &State, &[State]) -> R + Send + Sync + 'static,
    R: IntoHandled,
{
    fn handle(&self, flow: &Subject, state: &State, reference_states: &[State]) -> Handled {
        self(flow, state, reference_states).into_handled()
    }
}
