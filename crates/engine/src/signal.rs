//! Signals: errors by which a task, a trigger or a handler says which state it wants.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use campana_model::{Failure, State, StateKind, Timestamp, Value};

use crate::clock;

/// The error of a task: any error at all.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// An error that is no error but a wish: to be skipped, to pause, to try again.
///
/// The engine finds it in whatever error type wraps it, so `?` works with every error:
///
/// ```
/// # use campana_engine::{BoxError, Signal};
/// fn load(rows: &[u32]) -> Result<u32, BoxError> {
///     if rows.is_empty() {
///         return Err(Signal::skip("nothing to load").into());
///     }
///     Ok(rows.iter().sum())
/// }
/// let error = load(&[]).unwrap_err();
/// assert_eq!(error.to_string(), "nothing to load");
/// assert!(Signal::find(&*error).is_some());
/// ```
#[derive(Clone)]
pub struct Signal(Wish);

/// The signal itself. It is also the signal's own source: a wrapper that hides the type of what it wraps
/// still passes the source on, so the signal is found behind it.
#[derive(Clone)]
struct Wish {
    state: State,
    delay: Option<Duration>,
}

impl Signal {
    fn new(kind: StateKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Wish { state: State::new(kind).with_message(message), delay: None })
    }

    /// Ends the task as Skipped.
    pub fn skip(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StateKind::Skipped, message)
    }

    /// Ends the task as Failed. With [`with_result`](Self::with_result) the state carries data.
    pub fn fail(message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self::new(StateKind::Failed, message.clone()).with_result(Failure::new(message))
    }

    /// Ends the task as ValidationFailed.
    pub fn validation_fail(message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self::new(StateKind::ValidationFailed, message.clone()).with_result(Failure::new(message))
    }

    /// Ends the task as TriggerFailed: for triggers.
    pub fn trigger_fail(message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self::new(StateKind::TriggerFailed, message.clone()).with_result(Failure::new(message))
    }

    /// Ends the task as Success, early.
    pub fn success(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StateKind::Success, message)
    }

    /// Pauses the task until somebody resumes it.
    pub fn pause(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StateKind::Paused, message)
    }

    /// Runs the task again at once, or when [`after`](Self::after) or [`at`](Self::at) say, whatever its
    /// number of retries is.
    pub fn retry(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StateKind::Retrying, message)
    }

    /// Ends one turn of a loop and runs the task again. The next turn finds `result` in its
    /// [`Context::loop_result`](crate::Context::loop_result).
    pub fn again<T: Any + Send + Sync>(result: T) -> Self {
        Self(Wish { state: State::new(StateKind::Looped).with_result(result), delay: None })
    }

    /// The same with this result in its state.
    #[must_use]
    pub fn with_result<T: Any + Send + Sync>(mut self, result: T) -> Self {
        self.0.state = self.0.state.with_value(Value::new(result));
        self
    }

    /// The same, to go on after `delay`: for [`retry`](Self::retry) and [`pause`](Self::pause).
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.0.delay = Some(delay);
        self
    }

    /// The same, to go on at `time`: for [`retry`](Self::retry) and [`pause`](Self::pause).
    #[must_use]
    pub fn at(mut self, time: Timestamp) -> Self {
        self.0.state = self.0.state.with_start_time(Some(time));
        self
    }

    /// The signal in `error`, or in what `error` wraps, as the state that it asks for.
    pub fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a State> {
        Wish::find(error).map(|wish| &wish.state)
    }

    /// The state that the signal in `error` asks for, with its start time reckoned from `now`.
    pub(crate) fn state_in(error: &(dyn Error + 'static), now: Timestamp) -> Option<State> {
        let Wish { state, delay } = Wish::find(error)?;
        Some(match delay {
            Some(delay) => state.clone().with_start_time(Some(clock::later(now, *delay))),
            None => state.clone(),
        })
    }
}

impl Wish {
    fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(wish) = error.downcast_ref::<Self>() {
                return Some(wish);
            }
            next = error.source();
        }
        None
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signal({})", self.0.state)
    }
}

impl Error for Signal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.state.message().unwrap_or_else(|| self.state.kind().name()))
    }
}

impl fmt::Debug for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Wish {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Wrapper {
        #[error("could not load")]
        Load(#[source] BoxError),
        #[error(transparent)]
        Other(#[from] Signal),
    }

    #[test]
    fn a_signal_is_found_behind_wrappers() {
        let wrapped = Wrapper::Load(Signal::skip("empty").into());
        assert_eq!(Signal::find(&wrapped).unwrap().kind(), StateKind::Skipped);
        let transparent: Wrapper = Signal::pause("wait").into();
        assert_eq!(Signal::find(&transparent).unwrap().kind(), StateKind::Paused);
        assert!(Signal::find(&std::io::Error::other("no signal")).is_none());
    }

    #[test]
    fn a_delay_is_reckoned_from_now() {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let state = Signal::state_in(&Signal::retry("busy").after(Duration::from_secs(5)), now).unwrap();
        assert_eq!(state.start_time(), Some("2026-11-20T10:00:05Z".parse().unwrap()));
    }
}
