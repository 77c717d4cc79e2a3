//! Small tasks for the examples in this crate's documentation.

use std::any::Any;
use std::sync::Arc;

use campana_model::ValueType;

use crate::spec::{Body, TaskSpec};
use crate::typed::Call;

/// A task that returns `value`.
pub fn constant<T: Any + Send + Sync + Clone>(value: T) -> Call<T> {
    let body = Body::sync(move |_| Ok(value.clone()));
    Call::new(Arc::new(TaskSpec::new("constant", "campana.doctest", Vec::new(), ValueType::of::<T>(), body)))
}
