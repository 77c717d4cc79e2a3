//! What `#[task]` writes down besides the public API: bounds that say what to do where they do not hold.

use std::any::Any;

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

/// The value of a task that is mapped over an `Input`.
#[diagnostic::on_unimplemented(
    message = "a task that returns `{Self}` cannot be mapped, for it is not `Clone`",
    label = "the results cannot be gathered in a `Vec<{Self}>`",
    note = "derive `Clone`, or return an `Arc`"
)]
pub trait Gathered<Input>: Any + Send + Sync + Clone {}

#[diagnostic::do_not_recommend]
impl<T: Any + Send + Sync + Clone, Input> Gathered<Input> for T {}
