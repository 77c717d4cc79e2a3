//! What a task is: its name, its inputs, its body, and how it wants to be run.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use campana_model::{Value, ValueType};
use futures_util::future::BoxFuture;

use crate::cache::CachePolicy;
use crate::elements::Split;
use crate::handler::{IntoStateHandler, StateHandler};
use crate::inputs::Inputs;
use crate::persist::{self, Codec, DigestFn};
use crate::signal::BoxError;
use crate::trigger::{self, IntoTrigger, Trigger};

/// An input of a task.
#[derive(Clone, Debug)]
pub struct InputSpec {
    /// The name, which is the key of the edge that ends here.
    pub name: Arc<str>,
    /// The type of the value.
    pub value_type: ValueType,
    /// Whether the task cannot run without it.
    pub required: bool,
    /// How to take a list of such values apart, so that the task can be mapped over this input.
    pub split: Option<&'static Split>,
    /// How to compare two values, for caches; `None`: they cannot be compared.
    pub digest: Option<DigestFn>,
}

impl InputSpec {
    /// A required input of type `T`.
    pub fn new<T: std::any::Any + Send + Sync>(name: &str) -> Self {
        Self {
            name: name.into(),
            value_type: ValueType::of::<T>(),
            required: true,
            split: Some(Split::of::<T>()),
            digest: None,
        }
    }

    /// An input of any type, for fronts that do not know types.
    pub fn any(name: &str) -> Self {
        Self { name: name.into(), value_type: ValueType::ANY, required: true, split: None, digest: None }
    }

    /// The same; two values are equal if their JSON is.
    #[must_use]
    pub fn comparable<T: std::any::Any + serde::Serialize>(mut self) -> Self {
        self.digest = Some(persist::digest::<T>);
        self
    }

    /// The same, but the task can do without.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }
}

type SyncBody = dyn Fn(&Inputs) -> Result<Value, BoxError> + Send + Sync;
type AsyncBody = dyn Fn(Inputs) -> BoxFuture<'static, Result<Value, BoxError>> + Send + Sync;
type RunName = dyn Fn(&Inputs) -> Result<String, BoxError> + Send + Sync;
type DelayFn = dyn Fn(u32) -> Duration + Send + Sync;

/// The code of a task.
#[derive(Clone)]
pub enum Body {
    /// Runs to its end without waiting; costs no future.
    Sync(Arc<SyncBody>),
    /// May wait.
    Async(Arc<AsyncBody>),
}

impl Body {
    /// A body that does not wait.
    pub fn sync<T: std::any::Any + Send + Sync>(
        body: impl Fn(&Inputs) -> Result<T, BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self::Sync(Arc::new(move |inputs| body(inputs).map(Value::new)))
    }

    /// A body that may wait.
    pub fn future<T: std::any::Any + Send + Sync, F>(
        body: impl Fn(Inputs) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T, BoxError>> + Send + 'static,
    {
        Self::Async(Arc::new(move |inputs| {
            let future = body(inputs);
            Box::pin(async move { future.await.map(Value::new) })
        }))
    }
}

/// How long to wait before a retry.
#[derive(Clone)]
pub enum RetryDelay {
    /// The same before each.
    Fixed(Duration),
    /// One for each; the last one goes on.
    Listed(Arc<[Duration]>),
    /// What the function says of the number of the failed run, counted from 1.
    Computed(Arc<DelayFn>),
}

impl RetryDelay {
    /// The wait after the `run`-th run has failed, counted from 1.
    pub fn after(&self, run: u32) -> Duration {
        match self {
            Self::Fixed(delay) => *delay,
            Self::Listed(delays) => {
                let at = (run.saturating_sub(1) as usize).min(delays.len().saturating_sub(1));
                delays.get(at).copied().unwrap_or_default()
            }
            Self::Computed(delay) => delay(run),
        }
    }
}

/// What a task is there for, where the engine must tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Role {
    /// A task like any other.
    #[default]
    Task,
    /// Reads a parameter of the run.
    Parameter,
    /// Cleans up: it runs even in a run that is being cancelled.
    Cleanup,
}

/// A task without its place in a flow: what the author wrote, shared by all calls that change nothing.
#[derive(Clone)]
pub struct TaskSpec {
    pub(crate) name: Cow<'static, str>,
    pub(crate) class: &'static str,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) inputs: Arc<[InputSpec]>,
    pub(crate) output: ValueType,
    pub(crate) body: Body,
    pub(crate) retries: u32,
    pub(crate) retry_delay: RetryDelay,
    pub(crate) timeout: Option<Duration>,
    pub(crate) trigger: Arc<dyn Trigger>,
    pub(crate) skip_on_upstream_skip: bool,
    pub(crate) cache: Option<Arc<CachePolicy>>,
    pub(crate) handlers: Vec<Arc<dyn StateHandler>>,
    pub(crate) on_failure: Option<Arc<dyn StateHandler>>,
    pub(crate) run_name: Option<Arc<RunName>>,
    pub(crate) codec: Option<&'static Codec>,
    pub(crate) auto_generated: bool,
    pub(crate) role: Role,
    pub(crate) default: Option<Arc<serde_json::Value>>,
}

impl TaskSpec {
    /// A task with a name, a class (the path of the function or type that it is made of), inputs, a body and
    /// the type that the body returns; all else as usual: no retries, no timeout, all upstreams must succeed.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        class: &'static str,
        inputs: Vec<InputSpec>,
        output: ValueType,
        body: Body,
    ) -> Self {
        Self {
            name: name.into(),
            class,
            tags: BTreeSet::new(),
            inputs: inputs.into(),
            output,
            body,
            retries: 0,
            retry_delay: RetryDelay::Fixed(Duration::ZERO),
            timeout: None,
            trigger: trigger::default(),
            skip_on_upstream_skip: true,
            cache: None,
            handlers: Vec::new(),
            on_failure: None,
            run_name: None,
            codec: None,
            auto_generated: false,
            role: Role::Task,
            default: None,
        }
    }

    /// The same, whose results can be written down: what `#[task(persist)]` says.
    #[must_use]
    pub fn codec(mut self, codec: &'static Codec) -> Self {
        self.codec = Some(codec);
        self
    }

    /// The same with these inputs and this body: for a task whose settings may be given before it is known
    /// what it does.
    #[must_use]
    pub fn with_body(mut self, inputs: Vec<InputSpec>, body: Body) -> Self {
        self.inputs = inputs.into();
        self.body = body;
        self
    }

    // Not public: where `Settings` is in scope, its methods of the same names would be found first.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The inputs.
    pub fn inputs(&self) -> &[InputSpec] {
        &self.inputs
    }

    /// The type of the result of one run.
    pub fn output(&self) -> ValueType {
        self.output
    }

    /// Where the input `name` stands in the list.
    pub(crate) fn input(&self, name: &str) -> Option<(u16, &InputSpec)> {
        let at = self.inputs.iter().position(|input| &*input.name == name)?;
        Some((at as u16, &self.inputs[at]))
    }

    /// The handlers in the order in which they are called: `on_failure` comes last.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = &Arc<dyn StateHandler>> {
        self.handlers.iter().chain(&self.on_failure)
    }
}

impl fmt::Debug for TaskSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskSpec")
            .field("name", &self.name)
            .field("inputs", &self.inputs)
            .field("output", &self.output)
            .finish_non_exhaustive()
    }
}

/// The settings of a task: the same words on a call, on a spec, and in `#[task(..)]`.
pub trait Settings: Sized {
    /// The spec that the settings change.
    #[doc(hidden)]
    fn spec_mut(&mut self) -> &mut TaskSpec;

    /// Sets the name.
    #[must_use]
    fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.spec_mut().name = name.into();
        self
    }

    /// Sets the tags, which become part of the slug.
    #[must_use]
    fn tags<S: Into<String>>(mut self, tags: impl IntoIterator<Item = S>) -> Self {
        self.spec_mut().tags = tags.into_iter().map(Into::into).collect();
        self
    }

    /// Tries it again up to `retries` times after it has failed.
    #[must_use]
    fn retries(mut self, retries: u32) -> Self {
        self.spec_mut().retries = retries;
        self
    }

    /// Waits this long before each retry.
    #[must_use]
    fn retry_delay(mut self, delay: Duration) -> Self {
        self.spec_mut().retry_delay = RetryDelay::Fixed(delay);
        self
    }

    /// Waits these times, one before each retry; the last one goes on.
    #[must_use]
    fn retry_delays(mut self, delays: impl IntoIterator<Item = Duration>) -> Self {
        self.spec_mut().retry_delay = RetryDelay::Listed(delays.into_iter().collect());
        self
    }

    /// Waits as long as `delay` says of the number of the run that has failed, counted from 1.
    #[must_use]
    fn retry_delay_fn(mut self, delay: impl Fn(u32) -> Duration + Send + Sync + 'static) -> Self {
        self.spec_mut().retry_delay = RetryDelay::Computed(Arc::new(delay));
        self
    }

    /// Ends a run as TimedOut when it takes longer. The thread of a task that is not async runs on, its result
    /// is dropped, and its place in the pool stays taken until it ends.
    #[must_use]
    fn timeout(mut self, timeout: Duration) -> Self {
        self.spec_mut().timeout = Some(timeout);
        self
    }

    /// Sets what must be true of the upstreams for the task to run.
    #[must_use]
    fn trigger<M>(mut self, trigger: impl IntoTrigger<M>) -> Self {
        self.spec_mut().trigger = trigger.into_trigger();
        self
    }

    /// Whether the task is skipped when one of its upstreams was (it is, unless set to false).
    #[must_use]
    fn skip_on_upstream_skip(mut self, skip: bool) -> Self {
        self.spec_mut().skip_on_upstream_skip = skip;
        self
    }

    /// Keeps the result for this long and uses it instead of running again.
    #[must_use]
    fn cache_for(mut self, duration: Duration) -> Self {
        CachePolicy::of(self.spec_mut()).duration = Some(duration);
        self
    }

    /// Sets what makes a kept result good; by default, that it is not too old.
    #[must_use]
    fn cache_validator(mut self, validator: crate::cache::Validator) -> Self {
        CachePolicy::of(self.spec_mut()).validator = validator;
        self
    }

    /// Keeps the result under this key, which other tasks may use too, and not under the task's name. Children
    /// of a mapped task add their index to it.
    #[must_use]
    fn cache_key(mut self, key: impl Into<String>) -> Self {
        CachePolicy::of(self.spec_mut()).key = Some(key.into());
        self
    }

    /// Adds a handler that is called at each change of state, after those already there.
    #[must_use]
    fn state_handler<M>(mut self, handler: impl IntoStateHandler<M>) -> Self {
        self.spec_mut().handlers.push(handler.into_state_handler());
        self
    }

    /// Sets what is called with the task and its state when it has failed, after all handlers.
    #[must_use]
    fn on_failure<M>(mut self, callback: impl crate::handler::IntoCallback<M>) -> Self {
        self.spec_mut().on_failure = Some(Arc::new(crate::handler::on_failure(callback)));
        self
    }

    /// Names each run of the task, from its inputs.
    #[must_use]
    fn run_name(
        mut self,
        name: impl Fn(&Inputs) -> Result<String, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.spec_mut().run_name = Some(Arc::new(name));
        self
    }
}

impl Settings for TaskSpec {
    fn spec_mut(&mut self) -> &mut TaskSpec {
        self
    }
}
