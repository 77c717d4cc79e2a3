//! A value that may be missing, for tasks that want to know why.

use std::any::Any;

use campana_model::{Failure, State};

use crate::inputs::result_of;

/// What an upstream ended with. An input of this type accepts an upstream that has no value, so a task with a
/// trigger such as `any_failed` can ask what happened.
#[derive(Clone, Debug)]
pub enum Outcome<T> {
    /// It ended well, with this value.
    Ok(T),
    /// It was skipped.
    Skipped,
    /// It failed, or was cancelled.
    Failed(Failure),
}

impl<T> Outcome<T> {
    /// The value, if there is one.
    pub fn ok(self) -> Option<T> {
        match self {
            Self::Ok(value) => Some(value),
            Self::Skipped | Self::Failed(_) => None,
        }
    }

    /// Whether there is a value.
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::Ok(_))
    }

    /// Whether it failed.
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }

    /// The failure, if it failed.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Ok(_) | Self::Skipped => None,
        }
    }

    /// What a state that passes no value on means.
    pub(crate) fn missing(state: &State) -> Self {
        if state.is_skipped() {
            return Self::Skipped;
        }
        Self::Failed(state.failure().cloned().unwrap_or_else(|| Failure::new(state.to_string())))
    }
}

impl<T: Any + Clone> Outcome<T> {
    /// What a task that has this state ended with.
    pub fn of(state: &State) -> Self {
        match result_of(state).and_then(|value| value.downcast_ref::<T>()) {
            Some(value) => Self::Ok(value.clone()),
            None => Self::missing(state),
        }
    }
}
