//! One change of a state: the handlers see it, then it counts.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use campana_model::{Failure, State, StateKind};
use futures_util::FutureExt as _;

use crate::answer::Answer;
use crate::context::Subject;
use crate::handler::{Handled, StateHandler};
use crate::signal::{BoxError, Signal};

/// The handlers have spoken.
pub(super) enum Change {
    /// This is the state now.
    To(State),
    /// A handler failed; this would have been the state.
    HandlerFailed {
        /// The state that the handler saw.
        state: State,
        /// What it failed with.
        error: BoxError,
    },
}

/// Lets the handlers see `new`, one after the other; each is told whether the state that it sees, as `will_retry`
/// says, will be tried again.
pub(super) async fn change<'a>(
    handlers: impl Iterator<Item = &'a Arc<dyn StateHandler>>,
    subject: &mut Subject,
    old: &State,
    mut new: State,
    will_retry: impl Fn(&State) -> bool,
) -> Change {
    subject.will_retry = will_retry(&new);
    for handler in handlers {
        match call(&**handler, subject, old, &new).await {
            Ok(None) => {}
            Ok(Some(state)) => {
                new = stamped(state, subject);
                subject.will_retry = will_retry(&new);
            }
            Err(error) => match Signal::state_in(&*error, subject.context.now()) {
                Some(state) => return Change::To(stamped(state, subject)),
                None => return Change::HandlerFailed { state: new, error },
            },
        }
    }
    Change::To(new)
}

async fn call(handler: &dyn StateHandler, subject: &Subject, old: &State, new: &State) -> Handled {
    let context = &subject.context;
    let answer =
        context.enter(|| std::panic::catch_unwind(AssertUnwindSafe(|| handler.handle(subject, old, new))));
    match answer {
        Ok(Answer::Now(handled)) => handled,
        Ok(Answer::Later(future)) => {
            let handled = context.scope(AssertUnwindSafe(future).catch_unwind()).await;
            handled.unwrap_or_else(|panic| Err(panicked("state handler", &*panic)))
        }
        Err(panic) => Err(panicked("state handler", &*panic)),
    }
}

/// A state that a handler made counts from now, unless it is an old one that it gives back.
fn stamped(state: State, subject: &Subject) -> State {
    if state.timestamp().is_some() { state } else { state.at(subject.context.now()) }
}

/// The state of a task or flow one of whose handlers failed. It keeps the failure that the handler was told of.
pub(super) fn handler_failed(state: &State, error: BoxError) -> State {
    let error = Failure::new(error);
    let mut message = format!("Exception raised while calling state handlers: {error}");
    let result = match (state.is_failed(), state.failure()) {
        (true, Some(failure)) => {
            message.push_str(&format!("; the state was {state}"));
            failure.clone()
        }
        _ => error,
    };
    State::new(StateKind::Failed).with_message(message).with_result(result)
}

/// The error that a panic of `what` is.
pub(crate) fn panicked(what: &str, panic: &(dyn std::any::Any + Send)) -> BoxError {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    match text {
        Some(text) => format!("{what} panicked: {text}").into(),
        None => format!("{what} panicked").into(),
    }
}
