//! Results that are kept, and when they are good enough to be used again.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use campana_model::state::CacheKey;
use campana_model::{State, StateKind, Timestamp};
use serde_json::{Map, Value as Json};

use crate::clock;
use crate::inputs::Inputs;
use crate::spec::TaskSpec;

/// How a task keeps its result.
#[derive(Clone, Debug, Default)]
pub struct CachePolicy {
    pub(crate) duration: Option<Duration>,
    pub(crate) validator: Validator,
    pub(crate) key: Option<String>,
}

impl CachePolicy {
    /// The policy of `spec`, to be changed.
    pub(crate) fn of(spec: &mut TaskSpec) -> &mut Self {
        Arc::make_mut(spec.cache.get_or_insert_default())
    }
}

type Custom = dyn Fn(&State, &Inputs) -> bool + Send + Sync;

/// What makes a kept result good, besides that it has not expired.
#[derive(Clone, Default)]
pub enum Validator {
    /// Nothing does.
    NeverUse,
    /// Nothing else is needed.
    #[default]
    DurationOnly,
    /// All inputs are the same as then.
    AllInputs,
    /// These inputs are the same as then.
    PartialInputs(Vec<String>),
    /// All parameters of the run are the same as then.
    AllParameters,
    /// These parameters of the run are the same as then.
    PartialParameters(Vec<String>),
    /// The function says so of the `Cached` state and the inputs of now.
    Custom(Arc<Custom>),
}

impl Validator {
    /// What makes a kept result good is that `check` says so, of the `Cached` state and the inputs of now.
    pub fn custom(check: impl Fn(&State, &Inputs) -> bool + Send + Sync + 'static) -> Self {
        Self::Custom(Arc::new(check))
    }

    /// The name by which a serialised flow knows it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NeverUse => "prefect.engine.cache_validators.never_use",
            Self::DurationOnly => "prefect.engine.cache_validators.duration_only",
            Self::AllInputs => "prefect.engine.cache_validators.all_inputs",
            Self::PartialInputs(_) => "prefect.engine.cache_validators.partial_inputs_only",
            Self::AllParameters => "prefect.engine.cache_validators.all_parameters",
            Self::PartialParameters(_) => "prefect.engine.cache_validators.partial_parameters_only",
            Self::Custom(_) => "campana.cache.custom",
        }
    }

    /// Whether it compares inputs, which must then be serialisable.
    pub(crate) fn compares(&self, input: &str) -> bool {
        match self {
            Self::AllInputs => true,
            Self::PartialInputs(names) => names.iter().any(|name| name == input),
            _ => false,
        }
    }

    fn accepts(&self, cached: &State, inputs: &Inputs) -> bool {
        let Some(key) = cached.cache_key() else { return false };
        let now = inputs.context().parameters();
        let same_parameter = |name: &String| match &key.parameters {
            Some(Json::Object(then)) => then.get(name) == now.get(name),
            _ => false,
        };
        match self {
            Self::NeverUse => false,
            Self::DurationOnly => true,
            Self::AllInputs => key.hashed_inputs.as_ref() == Some(&inputs.digests()),
            Self::PartialInputs(names) => {
                let now = inputs.digests();
                let then = key.hashed_inputs.as_ref();
                names.iter().all(|name| {
                    let then = then.and_then(|then| then.get(name));
                    then.is_some() && then == now.get(name)
                })
            }
            Self::AllParameters => key.parameters.as_ref().and_then(Json::as_object) == Some(now),
            Self::PartialParameters(names) => names.iter().all(same_parameter),
            Self::Custom(check) => check(cached, inputs),
        }
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The kept results of this process, by cache key. A flow has one of its own, which lives as long as the flow;
/// flows that share one share results.
#[derive(Debug, Default)]
pub struct Cache(Mutex<HashMap<String, Vec<State>>>);

impl Cache {
    /// A cache with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn candidates(&self, key: &str) -> Vec<State> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.get(key).map(|states| states.iter().rev().cloned().collect()).unwrap_or_default()
    }

    pub(crate) fn keep(&self, key: &str, state: State, now: Timestamp) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = states.entry(key.to_owned()).or_default();
        kept.retain(|state| !is_expired(state, now));
        kept.push(state);
    }
}

fn is_expired(state: &State, now: Timestamp) -> bool {
    state.cache_key().and_then(|key| key.expiration).is_some_and(|expiration| expiration <= now)
}

impl CachePolicy {
    /// Under what a task keeps its results. Each child of a mapped one keeps its own: by default nothing but
    /// the time is looked at, and one child's result is not another's.
    pub(crate) fn key<'a>(&'a self, spec: &'a TaskSpec, map_index: Option<u32>) -> Cow<'a, str> {
        let key = self.key.as_deref().unwrap_or(spec.name());
        map_index.map_or(Cow::Borrowed(key), |index| format!("{key}[{index}]").into())
    }

    /// The first of `candidates` that is good now.
    pub(crate) fn choose(&self, candidates: Vec<State>, inputs: &Inputs, now: Timestamp) -> Option<State> {
        candidates.into_iter().find(|state| !is_expired(state, now) && self.validator.accepts(state, inputs))
    }

    /// The `Cached` state to keep after a success; `None` if the task keeps nothing.
    pub(crate) fn cached(&self, success: &State, inputs: &Inputs, now: Timestamp) -> Option<State> {
        let duration = self.duration?;
        let key = CacheKey {
            parameters: Some(Json::Object(Map::clone(inputs.context().parameters()))),
            expiration: Some(clock::later(now, duration)),
            hashed_inputs: Some(inputs.digests()),
        };
        let mut state = State::new(StateKind::Cached).with_cache_key(key);
        if let Some(message) = success.message() {
            state = state.with_message(message.to_owned());
        }
        if let Some(value) = success.value() {
            state = state.with_value(value.clone());
        }
        Some(state.with_stored_result(success.stored_result().clone()))
    }
}
