//! What an upstream may give to a notification task while the flow runs.

use std::any::Any;
use std::fmt;

use campana_engine::{BoxError, InputError, InputSpec, Inputs, Outcome};

type Take<S> = dyn Fn(&mut S, &Inputs) -> Result<(), BoxError> + Send + Sync;

/// A field of a service that is an input of its task too: what the upstream of the input returned counts more
/// than what was set when the task was made.
pub struct Field<S> {
    pub(super) input: InputSpec,
    take: Box<Take<S>>,
}

impl<S: 'static> Field<S> {
    /// The field for which `slot` finds the place, as an input of this name and of type `T`.
    pub fn new<T: Any + Clone + Send + Sync>(name: &'static str, slot: fn(&mut S) -> &mut Option<T>) -> Self {
        let take = move |service: &mut S, inputs: &Inputs| {
            let slot = slot(service);
            if let Some(value) = given(inputs, name, slot.is_some())? {
                *slot = Some(value);
            }
            Ok(())
        };
        Self { input: InputSpec::new::<T>(name).optional(), take: Box::new(take) }
    }

    /// Puts what the upstream gave in its place.
    pub(super) fn take(&self, service: &mut S, inputs: &Inputs) -> Result<(), BoxError> {
        (self.take)(service, inputs)
    }
}

impl<S> fmt::Debug for Field<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.input.name)
    }
}

/// What the upstream of an input gave. Nothing, if there is none, or if it has no value and the task has a value
/// of its own, so that nobody misses it.
pub(super) fn given<T: Any + Clone>(
    inputs: &Inputs,
    name: &str,
    has_own: bool,
) -> Result<Option<T>, BoxError> {
    let upstream = match inputs.outcome::<T>(name) {
        Ok(Outcome::Ok(value)) => return Ok(Some(value)),
        Err(InputError::NotGiven { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
        Ok(_) if has_own => return Ok(None),
        Ok(Outcome::Skipped) => "was skipped".to_owned(),
        Ok(Outcome::Failed(failure)) => format!("failed ({failure})"),
    };
    Err(NothingToSend::Input { input: name.to_owned(), upstream }.into())
}

/// A notification task has nothing to send.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NothingToSend {
    /// What it waited for did not come.
    #[error("there is nothing for input '{input}': its upstream {upstream}, and `.{input}(..)` was not set")]
    Input {
        /// The input.
        input: String,
        /// What became of its upstream.
        upstream: String,
    },
    /// It was given neither a message nor anything else to say.
    #[error("there is nothing to send: no message was given, by `.message(..)` or by an upstream")]
    Message,
}
