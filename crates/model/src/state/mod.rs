//! States: what is known of a task's or a flow's run at a point in time.

mod json;
mod kind;
mod stored;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value as Json;

pub use json::JsonError;
pub use kind::{StateKind, UnknownKind};
pub use stored::StoredResult;

use crate::{Color, Failure, Value};

/// The state of a task or a flow: a kind, a message, a result, and what its kind adds.
///
/// A state is shared: cloning it clones a pointer, and the `with_` methods copy only what others hold too.
/// It displays as its kind and its message:
///
/// ```
/// # use campana_model::{State, StateKind};
/// let state = State::success("Task run succeeded.");
/// assert_eq!(state.to_string(), r#"Success("Task run succeeded.")"#);
/// assert_eq!(State::new(StateKind::Success).to_string(), "Success()");
/// ```
#[derive(Clone)]
pub struct State(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: StateKind,
    /// `Timestamp::MIN` until the state counts.
    timestamp: Timestamp,
    message: Option<Cow<'static, str>>,
    result: Option<Value>,
    /// What few states have, so that the many stay small.
    extra: Option<Box<Extra>>,
}

#[derive(Clone, Default, PartialEq)]
struct Extra {
    start_time: Option<Timestamp>,
    run_count: Option<u32>,
    loop_count: Option<u32>,
    map_count: Option<u32>,
    wrapped: Option<State>,
    cache: CacheKey,
    context: BTreeMap<String, Json>,
    cached_inputs: BTreeMap<String, StoredResult>,
    stored: StoredResult,
}

/// What the result of a `Cached` state is good for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CacheKey {
    /// The parameters of the flow run that made it.
    pub parameters: Option<Json>,
    /// When it is no longer to be used; `None`: never.
    pub expiration: Option<Timestamp>,
    /// A digest of each input, by the input's name.
    pub hashed_inputs: Option<BTreeMap<String, String>>,
}

impl State {
    /// A state of this kind with no message and no result.
    pub fn new(kind: StateKind) -> Self {
        Self(Arc::new(Inner { kind, timestamp: Timestamp::MIN, message: None, result: None, extra: None }))
    }

    /// A `Pending` state.
    pub fn pending(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StateKind::Pending).with_message(message)
    }

    /// A `Running` state.
    pub fn running(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StateKind::Running).with_message(message)
    }

    /// A `Success` state without a result; see [`with_result`](Self::with_result).
    pub fn success(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StateKind::Success).with_message(message)
    }

    /// A `Failed` state whose result is the message as a [`Failure`].
    pub fn failed(message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self::new(StateKind::Failed).with_result(Failure::new(message.clone())).with_message(message)
    }

    /// A `Skipped` state.
    pub fn skipped(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StateKind::Skipped).with_message(message)
    }

    /// A `Retrying` state that goes on at `start_time`, or at once.
    pub fn retrying(message: impl Into<Cow<'static, str>>, start_time: Option<Timestamp>) -> Self {
        Self::new(StateKind::Retrying).with_message(message).with_start_time(start_time)
    }

    /// The same with this message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.inner().message = Some(message.into());
        self
    }

    /// The same with this result, of any type.
    #[must_use]
    pub fn with_result<T: std::any::Any + Send + Sync>(self, result: T) -> Self {
        self.with_value(Value::new(result))
    }

    /// The same with this result.
    #[must_use]
    pub fn with_value(mut self, result: Value) -> Self {
        self.inner().result = Some(result);
        self
    }

    /// The same, counted from `now` on.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.inner().timestamp = now;
        self
    }

    /// The same with this start time. Only states that wait have one.
    #[must_use]
    pub fn with_start_time(mut self, start_time: Option<Timestamp>) -> Self {
        self.extra_mut().start_time = start_time;
        self
    }

    /// The same, saying how many times the task has run (for `Retrying`).
    #[must_use]
    pub fn with_run_count(mut self, run_count: u32) -> Self {
        self.extra_mut().run_count = Some(run_count);
        self
    }

    /// The same, saying how many turns the loop has made (for `Looped`).
    #[must_use]
    pub fn with_loop_count(mut self, loop_count: u32) -> Self {
        self.extra_mut().loop_count = Some(loop_count);
        self
    }

    /// The same, saying how many children there are (for `Mapped`).
    #[must_use]
    pub fn with_map_count(mut self, map_count: u32) -> Self {
        self.extra_mut().map_count = Some(map_count);
        self
    }

    /// The same around `state` (for `Submitted`, `Queued`, `ClientFailed`).
    #[must_use]
    pub fn wrapping(mut self, state: Self) -> Self {
        self.extra_mut().wrapped = Some(state);
        self
    }

    /// The same with what its result is good for (for `Cached`).
    #[must_use]
    pub fn with_cache_key(mut self, cache: CacheKey) -> Self {
        self.extra_mut().cache = cache;
        self
    }

    /// The same with an entry in its context, which travels in the JSON.
    #[must_use]
    pub fn with_context(mut self, key: impl Into<String>, value: impl Into<Json>) -> Self {
        self.extra_mut().context.insert(key.into(), value.into());
        self
    }

    /// The same with the place where its result is stored.
    #[must_use]
    pub fn with_stored_result(mut self, stored: StoredResult) -> Self {
        self.extra_mut().stored = stored;
        self
    }

    /// The same with the places where its inputs are stored.
    #[must_use]
    pub fn with_cached_inputs(mut self, inputs: BTreeMap<String, StoredResult>) -> Self {
        self.extra_mut().cached_inputs = inputs;
        self
    }

    /// The kind.
    pub fn kind(&self) -> StateKind {
        self.0.kind
    }

    /// Since when it counts; `None` for a state that nobody has recorded yet.
    pub fn timestamp(&self) -> Option<Timestamp> {
        (self.0.timestamp != Timestamp::MIN).then_some(self.0.timestamp)
    }

    /// The message for people.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The result: what the task returned, or the [`Failure`] or data that it failed with.
    pub fn value(&self) -> Option<&Value> {
        self.0.result.as_ref()
    }

    /// The result, if it is a `T`.
    pub fn result<T: std::any::Any>(&self) -> Option<&T> {
        self.0.result.as_ref()?.downcast_ref()
    }

    /// The error that a failed task ended with.
    pub fn failure(&self) -> Option<&Failure> {
        self.result()
    }

    /// When it goes on, if it waits.
    pub fn start_time(&self) -> Option<Timestamp> {
        self.extra()?.start_time
    }

    /// How many times the task has run (`Retrying`).
    pub fn run_count(&self) -> Option<u32> {
        self.extra()?.run_count
    }

    /// How many turns the loop has made (`Looped`).
    pub fn loop_count(&self) -> Option<u32> {
        self.extra()?.loop_count
    }

    /// How many children there are (`Mapped`).
    pub fn map_count(&self) -> Option<u32> {
        self.extra()?.map_count
    }

    /// The state inside (`Submitted`, `Queued`, `ClientFailed`).
    pub fn wrapped(&self) -> Option<&Self> {
        self.extra()?.wrapped.as_ref()
    }

    /// What the result is good for (`Cached`).
    pub fn cache_key(&self) -> Option<&CacheKey> {
        self.extra().map(|extra| &extra.cache)
    }

    /// An entry of the context.
    pub fn context(&self, key: &str) -> Option<&Json> {
        self.extra()?.context.get(key)
    }

    /// Where its inputs are stored, by name.
    pub fn cached_inputs(&self) -> Option<&BTreeMap<String, StoredResult>> {
        self.extra().map(|extra| &extra.cached_inputs).filter(|inputs| !inputs.is_empty())
    }

    /// Where the result is stored.
    pub fn stored_result(&self) -> &StoredResult {
        self.extra().map_or(&StoredResult::None, |extra| &extra.stored)
    }

    /// The innermost state: what lies under `Submitted`, `Queued` and `ClientFailed`.
    pub fn unwrapped(&self) -> &Self {
        let mut state = self;
        while let (true, Some(wrapped)) = (state.kind().is_meta(), state.wrapped()) {
            state = wrapped;
        }
        state
    }

    /// The colour of the kind.
    pub fn color(&self) -> Color {
        self.kind().color()
    }

    /// Whether the kind is `kind` or a special case of it.
    pub fn is_a(&self, kind: StateKind) -> bool {
        self.kind().is_a(kind)
    }

    /// Whether it waits to run.
    pub fn is_pending(&self) -> bool {
        self.is_a(StateKind::Pending)
    }

    /// Whether it waits for a start time: `Scheduled`, its special cases, and `Queued`.
    pub fn is_scheduled(&self) -> bool {
        self.is_a(StateKind::Scheduled) || self.kind() == StateKind::Queued
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.is_a(StateKind::Running)
    }

    /// Whether it has ended, well or badly.
    pub fn is_finished(&self) -> bool {
        self.is_a(StateKind::Finished)
    }

    /// Whether it has ended well: a `Success`, `Cached`, `Mapped` or `Skipped`.
    pub fn is_successful(&self) -> bool {
        self.is_a(StateKind::Success)
    }

    /// Whether it has ended badly.
    pub fn is_failed(&self) -> bool {
        self.is_a(StateKind::Failed)
    }

    /// Whether it was left out.
    pub fn is_skipped(&self) -> bool {
        self.is_a(StateKind::Skipped)
    }

    /// Whether it made children.
    pub fn is_mapped(&self) -> bool {
        self.is_a(StateKind::Mapped)
    }

    /// Whether it is to be tried again.
    pub fn is_retrying(&self) -> bool {
        self.is_a(StateKind::Retrying)
    }

    /// Whether both are the same object: handlers are called when a state is replaced by another object.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Where the object is, which tells two objects apart that look alike.
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    fn extra(&self) -> Option<&Extra> {
        self.0.extra.as_deref()
    }

    fn extra_mut(&mut self) -> &mut Extra {
        self.inner().extra.get_or_insert_default()
    }
}

/// Equal in all that travels in the JSON: not the time, and not the value of the result.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        let empty = Extra::default();
        let Inner { kind, timestamp: _, message, result: _, extra } = &*self.0;
        (kind, message) == (&other.0.kind, &other.0.message)
            && extra.as_deref().unwrap_or(&empty) == other.extra().unwrap_or(&empty)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            Some(message) => write!(f, "{}(\"{message}\")", self.kind()),
            None => write!(f, "{}()", self.kind()),
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
