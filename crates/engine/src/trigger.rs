//! Triggers: what must be true of the upstreams for a task to run.
//!
//! A trigger sees the states of all upstreams, finished. A mapped upstream counts as its children, unless
//! the edge is mapped; two edges from one upstream count once. Skipped counts as success, TriggerFailed as
//! failure.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use campana_model::State;

use crate::graph::EdgeKind;
use crate::inputs::{Inputs, Source};
use crate::signal::{BoxError, Signal};

/// What must be true of the upstreams of a task for it to run.
pub trait Trigger: Send + Sync + 'static {
    /// Whether the task may run. An error that holds a [`Signal`] says which state the task gets instead;
    /// any other error, or `Ok(false)`, makes it TriggerFailed.
    fn check(&self, upstreams: &Upstreams<'_>) -> Result<bool, BoxError>;

    /// The name by which a serialised flow knows it.
    fn name(&self) -> &str {
        std::any::type_name::<Self>()
    }

    /// The arguments that go with the name.
    fn arguments(&self) -> serde_json::Map<String, serde_json::Value> {
        serde_json::Map::new()
    }
}

/// The upstreams of a task, all finished.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a view")]
pub struct Upstreams<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) resumed: bool,
}

impl<'a> Upstreams<'a> {
    /// The states, with the children of a mapped upstream in place of its own.
    pub fn states(&self) -> impl Iterator<Item = &'a State> + use<'a> {
        self.inputs.bindings.iter().flat_map(|binding| match &binding.source {
            Source::Constant(_) => [].iter(),
            Source::Whole(state) | Source::Element { state, .. } => std::slice::from_ref(state).iter(),
            Source::Children(children) if binding.kind == EdgeKind::Plain => children.states.iter(),
            Source::Children(children) => std::slice::from_ref(&children.parent).iter(),
        })
    }

    /// The state of the upstream that `key` names, if that input has one.
    pub fn state(&self, key: &str) -> Option<&'a State> {
        let inputs = self.inputs.context.spec()?.input(key)?.0;
        let binding = self.inputs.bindings.iter().find(|binding| binding.key == inputs)?;
        match &binding.source {
            Source::Constant(_) => None,
            Source::Whole(state) | Source::Element { state, .. } => Some(state),
            Source::Children(children) => Some(&children.parent),
        }
    }

    /// How many different states there are.
    pub fn len(&self) -> usize {
        self.distinct().count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.states().next().is_none()
    }

    /// How many different states `test` holds for.
    pub fn count(&self, test: impl Fn(&State) -> bool) -> usize {
        self.distinct().filter(|state| test(state)).count()
    }

    /// Whether somebody has let a paused task go on.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    fn distinct(&self) -> impl Iterator<Item = &'a State> + use<'a> {
        let mut seen = HashSet::new();
        self.states().filter(move |state| seen.insert(state.address()))
    }
}

type Check = fn(&Upstreams<'_>) -> Result<bool, Signal>;

/// A trigger of this module.
struct BuiltIn {
    name: &'static str,
    check: Check,
}

impl Trigger for BuiltIn {
    fn check(&self, upstreams: &Upstreams<'_>) -> Result<bool, BoxError> {
        (self.check)(upstreams).map_err(Into::into)
    }

    fn name(&self) -> &str {
        self.name
    }
}

macro_rules! built_in {
    ($($(#[$doc:meta])* $name:ident: $check:expr;)*) => {
        $(
            $(#[$doc])*
            pub fn $name() -> Arc<dyn Trigger> {
                static TRIGGER: LazyLock<Arc<dyn Trigger>> = LazyLock::new(|| {
                    Arc::new(BuiltIn { name: concat!("prefect.triggers.", stringify!($name)), check: $check })
                });
                Arc::clone(&TRIGGER)
            }
        )*
    };
}

built_in! {
    /// Passes when every upstream has ended well. This is the default.
    all_successful: |up| pass(
        up.states().all(State::is_successful),
        "Trigger was \"all_successful\" but some of the upstream tasks failed.",
    );
    /// Passes when every upstream has failed.
    all_failed: |up| pass(
        up.states().all(State::is_failed),
        "Trigger was \"all_failed\" but some of the upstream tasks succeeded.",
    );
    /// Passes when an upstream has ended well, or there is none.
    any_successful: |up| pass(
        up.is_empty() || up.states().any(State::is_successful),
        "Trigger was \"any_successful\" but none of the upstream tasks succeeded.",
    );
    /// Passes when an upstream has failed, or there is none.
    any_failed: |up| pass(
        up.is_empty() || up.states().any(State::is_failed),
        "Trigger was \"any_failed\" but none of the upstream tasks failed.",
    );
    /// Passes when every upstream has ended, however it did.
    all_finished: |up| pass(
        up.states().all(State::is_finished),
        "Trigger was \"all_finished\" but some of the upstream tasks were not finished.",
    );
    /// Pauses the task until somebody resumes it.
    manual_only: |up| {
        if up.is_resumed() { Ok(true) } else { Err(Signal::pause("Trigger function is \"manual_only\"")) }
    };
    /// Passes when every upstream has ended well and not all were skipped; skips when all were.
    not_all_skipped: |up| {
        if up.states().all(State::is_skipped) {
            return Err(Signal::skip("All upstreams were skipped"));
        }
        pass(
            up.states().all(State::is_successful),
            "Trigger was \"not_all_skipped\" but some of the upstream tasks failed.",
        )
    };
}

/// Another name for [`all_finished`].
pub fn always_run() -> Arc<dyn Trigger> {
    all_finished()
}

pub(crate) fn default() -> Arc<dyn Trigger> {
    all_successful()
}

fn pass(passes: bool, otherwise: &'static str) -> Result<bool, Signal> {
    if passes { Ok(true) } else { Err(Signal::trigger_fail(otherwise)) }
}

/// A number of upstreams: a count of them, or a share of all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// This many.
    Count(usize),
    /// This share of all, 1.0 being all of them.
    Share(f64),
}

impl Bound {
    /// How `count` of `total` compares to the bound; not at all, if it is a share that is no number.
    fn compare(self, count: usize, total: usize) -> Option<Ordering> {
        match self {
            Self::Count(bound) => Some(count.cmp(&bound)),
            // Divided, 7 of 100 is the very number that people write as 0.07; 0.07 * 100 is more than 7.
            Self::Share(share) => (count as f64 / total as f64).partial_cmp(&share),
        }
    }

    fn json(self) -> serde_json::Value {
        match self {
            Self::Count(count) => count.into(),
            Self::Share(share) => share.into(),
        }
    }
}

impl From<usize> for Bound {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<i32> for Bound {
    /// A negative count is none.
    fn from(count: i32) -> Self {
        Self::Count(usize::try_from(count).unwrap_or(0))
    }
}

impl From<f64> for Bound {
    fn from(share: f64) -> Self {
        Self::Share(share)
    }
}

struct Threshold {
    name: &'static str,
    at_least: Option<Bound>,
    at_most: Option<Bound>,
    test: fn(&State) -> bool,
    otherwise: &'static str,
}

impl Trigger for Threshold {
    fn check(&self, upstreams: &Upstreams<'_>) -> Result<bool, BoxError> {
        let total = upstreams.len();
        if total == 0 {
            return Ok(true);
        }
        let count = upstreams.count(self.test);
        let compare = |bound: Bound| bound.compare(count, total);
        let enough = self.at_least.is_none_or(|bound| compare(bound).is_some_and(Ordering::is_ge));
        let not_too_many = self.at_most.is_none_or(|bound| compare(bound).is_some_and(Ordering::is_le));
        Ok(pass(enough && not_too_many, self.otherwise)?)
    }

    fn name(&self) -> &str {
        self.name
    }

    fn arguments(&self) -> serde_json::Map<String, serde_json::Value> {
        let entry = |key: &str, bound: Option<Bound>| bound.map(|bound| (key.to_owned(), bound.json()));
        entry("at_least", self.at_least).into_iter().chain(entry("at_most", self.at_most)).collect()
    }
}

/// Passes when the number of failed upstreams lies between the bounds, or there are no upstreams. A whole
/// number is a count, a fraction a share: `some_failed(2, 0.5)` is two or more, but at most half.
/// `None::<Bound>` is no bound.
pub fn some_failed(at_least: impl IntoBound, at_most: impl IntoBound) -> Arc<dyn Trigger> {
    Arc::new(Threshold {
        name: "prefect.triggers.some_failed",
        at_least: at_least.into_bound(),
        at_most: at_most.into_bound(),
        test: State::is_failed,
        otherwise: "Trigger was \"some_failed\" but thresholds were not met.",
    })
}

/// Passes when the number of upstreams that ended well lies between the bounds, or there are no upstreams;
/// see [`some_failed`].
pub fn some_successful(at_least: impl IntoBound, at_most: impl IntoBound) -> Arc<dyn Trigger> {
    Arc::new(Threshold {
        name: "prefect.triggers.some_successful",
        at_least: at_least.into_bound(),
        at_most: at_most.into_bound(),
        test: State::is_successful,
        otherwise: "Trigger was \"some_successful\" but thresholds were not met.",
    })
}

/// A bound, or none.
pub trait IntoBound {
    /// The bound.
    fn into_bound(self) -> Option<Bound>;
}

impl<B: Into<Bound>> IntoBound for B {
    fn into_bound(self) -> Option<Bound> {
        Some(self.into())
    }
}

impl IntoBound for Option<Bound> {
    fn into_bound(self) -> Self {
        self
    }
}

/// What [`Settings::trigger`](crate::Settings::trigger) takes: a trigger, or a function of the upstreams that
/// returns whether the task may run.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a trigger",
    note = "write `|upstreams: &Upstreams<'_>| ..`, with the type, returning a bool or a Result<bool, BoxError>, or use one such as `any_failed()`"
)]
pub trait IntoTrigger<M> {
    /// The trigger.
    fn into_trigger(self) -> Arc<dyn Trigger>;
}

impl IntoTrigger<()> for Arc<dyn Trigger> {
    fn into_trigger(self) -> Arc<dyn Trigger> {
        self
    }
}

/// Marks a type that is a trigger.
#[derive(Debug)]
pub enum Own {}

impl<T: Trigger> IntoTrigger<Own> for T {
    fn into_trigger(self) -> Arc<dyn Trigger> {
        Arc::new(self)
    }
}

/// Marks a function that returns whether the task may run.
#[derive(Debug)]
pub enum Test {}

impl<F: Fn(&Upstreams<'_>) -> bool + Send + Sync + 'static> IntoTrigger<Test> for F {
    fn into_trigger(self) -> Arc<dyn Trigger> {
        let check = move |upstreams: &Upstreams<'_>| Ok(self(upstreams));
        Arc::new(Function { check, name: std::any::type_name::<F>() })
    }
}

/// Marks a function that returns whether the task may run, or an error.
#[derive(Debug)]
pub enum Fallible {}

impl<F: Fn(&Upstreams<'_>) -> Result<bool, BoxError> + Send + Sync + 'static> IntoTrigger<Fallible> for F {
    fn into_trigger(self) -> Arc<dyn Trigger> {
        Arc::new(Function { check: self, name: std::any::type_name::<F>() })
    }
}

struct Function<F> {
    check: F,
    /// Of the function as it was given.
    name: &'static str,
}

impl<F: Fn(&Upstreams<'_>) -> Result<bool, BoxError> + Send + Sync + 'static> Trigger for Function<F> {
    fn check(&self, upstreams: &Upstreams<'_>) -> Result<bool, BoxError> {
        (self.check)(upstreams)
    }

    fn name(&self) -> &str {
        self.name
    }
}
