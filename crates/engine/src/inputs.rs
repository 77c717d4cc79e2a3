//! The inputs of one run of a task: what came along its edges, and its constants.

use std::any::{Any, type_name};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use campana_model::{Failure, State, Value};
use smallvec::SmallVec;

use crate::context::Context;
use crate::elements::Gather;
use crate::graph::{EdgeKind, NO_KEY, NodeId};
use crate::outcome::Outcome;
use crate::spec::InputSpec;

/// The inputs of one run of a task.
///
/// An input is looked at by its name and its type; the value stays shared, so looking at it copies nothing.
#[derive(Clone)]
pub struct Inputs {
    pub(crate) context: Context,
    pub(crate) bindings: SmallVec<[Binding; 2]>,
}

/// One edge, or one constant, as it is when the task runs.
#[derive(Clone)]
pub(crate) struct Binding {
    pub(crate) key: u16,
    pub(crate) kind: EdgeKind,
    pub(crate) upstream: NodeId,
    pub(crate) source: Source,
}

#[derive(Clone)]
pub(crate) enum Source {
    /// A value that was known when the flow was made.
    Constant(Value),
    /// The state of the upstream, or of its child with the same index.
    Whole(State),
    /// The states of the upstream's children.
    Children(Arc<Children>),
    /// An element of the upstream's list, or of the list at `outer` in it.
    Element { state: State, outer: Option<u32>, at: u32 },
}

/// The children of a mapped task, once all have ended.
pub(crate) struct Children {
    pub(crate) parent: State,
    pub(crate) states: Vec<State>,
    gather: &'static Gather,
    gathered: OnceLock<Result<Value, usize>>,
}

impl Children {
    pub(crate) fn new(parent: State, states: Vec<State>, gather: &'static Gather) -> Arc<Self> {
        Arc::new(Self { parent, states, gather, gathered: OnceLock::new() })
    }

    /// The results as one list, gathered once; or which child has none.
    pub(crate) fn gathered(&self) -> Result<&Value, usize> {
        let gather = || {
            if let Some(at) = self.states.iter().position(|state| result_of(state).is_none()) {
                return Err(at);
            }
            self.gather.collect(&mut self.states.iter().filter_map(result_of).cloned()).ok_or(0)
        };
        self.gathered.get_or_init(gather).as_ref().map_err(|&at| at)
    }
}

/// The value that a state passes on: only a task that ended well has one.
pub(crate) fn result_of(state: &State) -> Option<&Value> {
    state.value().filter(|_| state.is_successful())
}

/// An input cannot be had.
#[derive(Clone, Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
#[non_exhaustive]
pub enum InputError {
    /// The task did not say that it has such an input.
    #[error("task '{task}' has no input '{input}'")]
    Unknown { input: String, task: String },
    /// The input was given neither a constant nor an upstream.
    #[error("input '{input}' of task '{task}' was not given")]
    NotGiven { input: String, task: String },
    /// The upstream ended without a value.
    #[error("input '{input}' has no value: upstream '{upstream}' is {state}; take Outcome<T>")]
    NoValue { input: String, upstream: String, state: campana_model::StateKind },
    /// The value has another type.
    #[error("input '{input}' of task '{task}' is {found}, not {wanted}")]
    WrongType { input: String, task: String, found: &'static str, wanted: &'static str },
}

impl Inputs {
    /// What is known of the run that these inputs are for.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The input `name`.
    ///
    /// # Errors
    /// If there is no such input, its upstream has no value, or it is not a `T`.
    pub fn get<T: Any>(&self, name: &str) -> Result<&T, InputError> {
        self.optional(name)?.ok_or_else(|| InputError::NotGiven { input: name.to_owned(), task: self.task() })
    }

    /// The input `name`, if it was given.
    ///
    /// # Errors
    /// If there is no such input, its upstream has no value, or it is not a `T`.
    pub fn optional<T: Any>(&self, name: &str) -> Result<Option<&T>, InputError> {
        let (at, _) = self.lookup(name)?;
        self.binding(at).map(|binding| self.typed(binding)).transpose()
    }

    /// The input `name`, or why its upstream has no value.
    ///
    /// # Errors
    /// If there is no such input, it was not given, or it is not a `T`.
    pub fn outcome<T: Any + Clone>(&self, name: &str) -> Result<Outcome<T>, InputError> {
        let (at, _) = self.lookup(name)?;
        self.outcome_at(at)
    }

    /// The input at `at` in the order of the spec.
    #[doc(hidden)]
    pub fn arg<T: Any>(&self, at: u16) -> Result<&T, InputError> {
        let binding = self.binding(at).ok_or_else(|| self.not_given(at))?;
        self.typed(binding)
    }

    /// The same, or why it has no value.
    #[doc(hidden)]
    pub fn outcome_at<T: Any + Clone>(&self, at: u16) -> Result<Outcome<T>, InputError> {
        let binding = self.binding(at).ok_or_else(|| self.not_given(at))?;
        if let Some(outcome) = self.any(binding).ok().and_then(|value| value.downcast_ref::<Outcome<T>>()) {
            return Ok(outcome.clone());
        }
        match self.typed::<T>(binding) {
            Ok(value) => Ok(Outcome::Ok(value.clone())),
            Err(InputError::NoValue { .. }) => Ok(self.missing(binding)),
            Err(error) => Err(error),
        }
    }

    /// A list of which each element may have no value.
    #[doc(hidden)]
    pub fn outcomes_at<T: Any + Clone>(&self, at: u16) -> Result<Vec<Outcome<T>>, InputError> {
        let binding = self.binding(at).ok_or_else(|| self.not_given(at))?;
        match &binding.source {
            Source::Children(children) => Ok(children.states.iter().map(Outcome::of).collect()),
            Source::Constant(value) if value.downcast_ref::<Vec<Outcome<T>>>().is_some() => {
                Ok(value.downcast_ref::<Vec<Outcome<T>>>().cloned().unwrap_or_default())
            }
            Source::Whole(state) if state.result::<Vec<Outcome<T>>>().is_some() => {
                Ok(state.result::<Vec<Outcome<T>>>().cloned().unwrap_or_default())
            }
            _ => Ok(self.typed::<Vec<T>>(binding)?.iter().cloned().map(Outcome::Ok).collect()),
        }
    }

    /// A digest of each input whose type can be compared, by name.
    pub(crate) fn digests(&self) -> BTreeMap<String, String> {
        let specs = self.specs();
        let digest = |binding: &Binding| {
            let spec = specs.get(binding.key as usize)?;
            let digest = (spec.digest?)(self.any(binding).ok()?)?;
            Some((spec.name.to_string(), digest))
        };
        self.bindings.iter().filter_map(digest).collect()
    }

    fn specs(&self) -> &[InputSpec] {
        self.context.spec().map_or(&[], |spec| spec.inputs())
    }

    fn task(&self) -> String {
        self.context.task_name().unwrap_or_default().to_owned()
    }

    fn lookup(&self, name: &str) -> Result<(u16, &InputSpec), InputError> {
        let at = self.specs().iter().position(|input| &*input.name == name);
        let at = at.ok_or_else(|| InputError::Unknown { input: name.to_owned(), task: self.task() })?;
        Ok((at as u16, &self.specs()[at]))
    }

    fn input_name(&self, at: u16) -> String {
        self.specs().get(at as usize).map(|input| input.name.to_string()).unwrap_or_default()
    }

    fn not_given(&self, at: u16) -> InputError {
        InputError::NotGiven { input: self.input_name(at), task: self.task() }
    }

    fn binding(&self, at: u16) -> Option<&Binding> {
        // Most often they stand in the order of the keys.
        let in_order = self.bindings.get(at as usize).filter(|binding| binding.key == at);
        in_order.or_else(|| self.bindings.iter().find(|binding| binding.key == at && at != NO_KEY))
    }

    fn any<'a>(&'a self, binding: &'a Binding) -> Result<&'a dyn Any, InputError> {
        let missing = || InputError::NoValue {
            input: self.input_name(binding.key),
            upstream: self.upstream_name(binding),
            state: self.missing_state(binding).map_or(campana_model::StateKind::Pending, State::kind),
        };
        let value = match &binding.source {
            Source::Constant(value) => value,
            Source::Whole(state) => result_of(state).ok_or_else(missing)?,
            Source::Children(children) => children.gathered().map_err(|_| missing())?,
            Source::Element { state, outer, at } => {
                let list = result_of(state).ok_or_else(missing)?;
                let split = self.specs().get(binding.key as usize).and_then(|input| input.split);
                let element = split.and_then(|split| match outer {
                    Some(outer) => split.nested_get(list, *outer as usize, *at as usize),
                    None => split.get(list, *at as usize),
                });
                return element.ok_or_else(missing);
            }
        };
        Ok(value.as_any())
    }

    fn typed<'a, T: Any>(&'a self, binding: &'a Binding) -> Result<&'a T, InputError> {
        self.any(binding)?.downcast_ref().ok_or_else(|| InputError::WrongType {
            input: self.input_name(binding.key),
            task: self.task(),
            found: match &binding.source {
                Source::Constant(value) => value.value_type().name(),
                Source::Whole(state) => state.value().map_or("nothing", |value| value.value_type().name()),
                Source::Children(_) | Source::Element { .. } => "an element of another type",
            },
            wanted: type_name::<T>(),
        })
    }

    /// The state that has no value.
    fn missing_state<'a>(&self, binding: &'a Binding) -> Option<&'a State> {
        match &binding.source {
            Source::Constant(_) => None,
            Source::Whole(state) | Source::Element { state, .. } => Some(state),
            Source::Children(children) => match children.gathered() {
                Ok(_) => None,
                Err(at) => children.states.get(at),
            },
        }
    }

    fn missing<T>(&self, binding: &Binding) -> Outcome<T> {
        match self.missing_state(binding) {
            Some(state) => Outcome::missing(state),
            None => Outcome::Failed(Failure::new("no value")),
        }
    }

    fn upstream_name(&self, binding: &Binding) -> String {
        let name = self.context.graph().name(binding.upstream);
        match &binding.source {
            Source::Children(children) => match children.gathered() {
                Err(at) => format!("{name}[{at}]"),
                Ok(_) => name.to_owned(),
            },
            _ => name.to_owned(),
        }
    }
}

impl std::fmt::Debug for Inputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.specs().iter().map(|input| &input.name)).finish()
    }
}
