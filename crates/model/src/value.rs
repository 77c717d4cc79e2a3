//! Values on their way from task to task. The engine never looks inside one.

use std::any::{Any, TypeId, type_name};
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The type of a [`Value`]: a Rust type, or the wildcard that matches every type (for fronts in
/// languages whose types are not known before the run).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValueType(Option<(TypeId, &'static str)>);

impl ValueType {
    /// Matches every type.
    pub const ANY: Self = Self(None);

    /// The type `T`.
    pub fn of<T: ?Sized + 'static>() -> Self {
        Self(Some((TypeId::of::<T>(), type_name::<T>())))
    }

    /// Whether a value of this type may stand where `wanted` is asked for: the same type, or one of the
    /// two is the wildcard.
    pub fn fits(self, wanted: Self) -> bool {
        match (self.0, wanted.0) {
            (Some((mine, _)), Some((wanted, _))) => mine == wanted,
            _ => true,
        }
    }

    /// The type's full name, as the compiler writes it; `any` for the wildcard.
    pub fn name(self) -> &'static str {
        self.0.map_or("any", |(_, name)| name)
    }
}

impl fmt::Debug for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

trait Opaque: Any + Send + Sync {
    fn value_type(&self) -> ValueType;
}

impl<T: Any + Send + Sync> Opaque for T {
    fn value_type(&self) -> ValueType {
        ValueType::of::<T>()
    }
}

/// A shared, immutable value of any type. Cloning it clones a pointer.
///
/// ```
/// # use campana_model::Value;
/// let value = Value::new(41_i64);
/// assert_eq!(value.downcast_ref::<i64>(), Some(&41));
/// assert_eq!(value.downcast_ref::<String>(), None);
/// ```
#[derive(Clone)]
pub struct Value(Arc<dyn Opaque>);

impl Value {
    /// Takes `value` along.
    pub fn new<T: Any + Send + Sync>(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// The value as a `T`, if it is one.
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        self.as_any().downcast_ref()
    }

    /// The value, to be looked at by somebody who knows its type.
    pub fn as_any(&self) -> &dyn Any {
        &*self.0
    }

    /// The type of the value.
    pub fn value_type(&self) -> ValueType {
        // Through the pointer: an `Arc<dyn Opaque>` is itself a value with a type.
        (*self.0).value_type()
    }

    /// Whether both are the same value in memory.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value<{}>", self.value_type())
    }
}

/// Why a task has no value: the error that it ended with, shared. It displays the error and its causes,
/// `cannot load orders: connection refused`.
#[derive(Clone)]
pub struct Failure(Arc<dyn Error + Send + Sync>);

impl Failure {
    /// Takes an error, or a text as one.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(error.into()))
    }

    /// The error itself.
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.to_string();
        f.write_str(&shown)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some errors repeat their cause in their own text; say it once.
            if !shown.contains(&text) {
                write!(f, ": {text}")?;
            }
            shown = text;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot load orders")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn a_failure_shows_its_causes_once() {
        let failure = Failure::new(Outer(std::io::Error::other("connection refused")));
        assert_eq!(failure.to_string(), "cannot load orders: connection refused");
        assert!(failure.error().downcast_ref::<Outer>().is_some());
        assert_eq!(Failure::new("plain").to_string(), "plain");
    }

    #[test]
    fn the_wildcard_fits_everything() {
        assert!(ValueType::of::<i64>().fits(ValueType::ANY));
        assert!(ValueType::ANY.fits(ValueType::of::<i64>()));
        assert!(ValueType::of::<i64>().fits(ValueType::of::<i64>()));
        assert!(!ValueType::of::<i64>().fits(ValueType::of::<u64>()));
        assert_eq!(Value::new("x").value_type().name(), "&str");
    }
}
