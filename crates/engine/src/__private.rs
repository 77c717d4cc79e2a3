//! What `#[task]` writes down besides the public API: bounds that say what to do where they do not hold.

use std::any::Any;

use crate::signal::BoxError;
use crate::typed::Call;

/// The value of a parameter that a task takes by value.
#[diagnostic::on_unimplemented(
    message = "an input of type `{Self}` cannot be taken by value, for it is not `Clone`",
    label = "this value is shared, and cannot be cloned",
    note = "take it as `&{Self}`, or derive `Clone`"
)]
pub trait ByValue: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> ByValue for T {}

/// A clone of the shared value.
pub fn by_value<T: ByValue>(value: &T) -> T {
    value.clone()
}

/// The error of a task.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a task",
    label = "this does not implement `std::error::Error`",
    note = "implement it, or return a `String`, a `BoxError` or an `anyhow::Error`"
)]
pub trait TaskError: Into<BoxError> {}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> TaskError for E {}

/// What a task returned, with its error boxed.
pub fn boxed<T, E: TaskError>(returned: Result<T, E>) -> Result<T, BoxError> {
    returned.map_err(Into::into)
}

/// The value of a task that is mapped over an `Input`.
#[diagnostic::on_unimplemented(
    message = "a task that returns `{Self}` cannot be mapped, for it is not `Clone`",
    label = "the results cannot be gathered in a `Vec<{Self}>`",
    note = "derive `Clone`, or return an `Arc`"
)]
pub trait Gathered<Input>: Sized {
    /// The call that runs once for each element of its mapped inputs.
    fn mapped(call: Call<Self>) -> Call<Vec<Self>>;
}

// `Clone` is asked for here and not above, where the compiler would see at the task's definition that it is
// missing, and not where the task is mapped.
#[diagnostic::do_not_recommend]
impl<T: Any + Send + Sync + Clone, Input> Gathered<Input> for T {
    fn mapped(call: Call<Self>) -> Call<Vec<Self>> {
        call.mapped()
    }
}
