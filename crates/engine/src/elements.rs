//! What the engine must know of a list to run a task once for each of its elements, and to gather results.

use std::any::Any;
use std::fmt;

use campana_model::{Value, ValueType};

/// How to take lists of one element type apart: made where the type is known, used where it is not.
#[derive(Clone, Copy)]
pub struct Split {
    list: fn() -> ValueType,
    len: fn(&dyn Any) -> Option<usize>,
    get: fn(&dyn Any, usize) -> Option<&dyn Any>,
    nested_list: fn() -> ValueType,
    nested_len: fn(&dyn Any) -> Option<usize>,
    nested_get: fn(&dyn Any, usize) -> Option<&dyn Any>,
}

struct ListOf<T>(std::marker::PhantomData<T>);

impl<T: Any + Send + Sync> ListOf<T> {
    const SPLIT: Split = Split {
        list: ValueType::of::<Vec<T>>,
        len: |list| list.downcast_ref::<Vec<T>>().map(Vec::len),
        get: |list, at| list.downcast_ref::<Vec<T>>()?.get(at).map(|element| element as &dyn Any),
        nested_list: ValueType::of::<Vec<Vec<T>>>,
        nested_len: |list| list.downcast_ref::<Vec<Vec<T>>>().map(Vec::len),
        nested_get: |list, at| list.downcast_ref::<Vec<Vec<T>>>()?.get(at).map(|element| element as &dyn Any),
    };
}

impl Split {
    /// How to take a `Vec<T>` apart, and a `Vec<Vec<T>>`, for an input of type `T`.
    pub const fn of<T: Any + Send + Sync>() -> &'static Self {
        &ListOf::<T>::SPLIT
    }

    /// The type of the list: `Vec<T>`, or `Vec<Vec<T>>` where the elements of the elements are meant.
    pub fn list_type(&self, flattened: bool) -> ValueType {
        if flattened { (self.nested_list)() } else { (self.list)() }
    }

    /// How many elements `list` has; `None` if it is not a list of this type.
    pub(crate) fn len(&self, list: &Value) -> Option<usize> {
        (self.len)(list.as_any())
    }

    /// The element at `at`.
    pub(crate) fn get<'a>(&self, list: &'a Value, at: usize) -> Option<&'a dyn Any> {
        (self.get)(list.as_any(), at)
    }

    /// The lengths of the lists inside `list`.
    pub(crate) fn nested_lens(&self, list: &Value) -> Option<Vec<usize>> {
        let list = list.as_any();
        (0..(self.nested_len)(list)?).map(|at| (self.len)((self.nested_get)(list, at)?)).collect()
    }

    /// The element at `inner` of the list at `outer`.
    pub(crate) fn nested_get<'a>(&self, list: &'a Value, outer: usize, inner: usize) -> Option<&'a dyn Any> {
        (self.get)((self.nested_get)(list.as_any(), outer)?, inner)
    }
}

impl fmt::Debug for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Split<{}>", (self.list)())
    }
}

/// How to gather the results of a mapped task: from values of type `T` to one of type `Vec<T>`.
#[derive(Clone, Copy)]
pub struct Gather {
    list: fn() -> ValueType,
    collect: fn(&mut dyn Iterator<Item = Value>) -> Option<Value>,
}

struct Gathered<T>(std::marker::PhantomData<T>);

impl<T: Any + Send + Sync + Clone> Gathered<T> {
    const GATHER: Gather = Gather {
        list: ValueType::of::<Vec<T>>,
        collect: |values| {
            values.map(|value| value.downcast_ref::<T>().cloned()).collect::<Option<Vec<T>>>().map(Value::new)
        },
    };
}

impl Gather {
    /// How to gather values of type `T`.
    pub const fn of<T: Any + Send + Sync + Clone>() -> &'static Self {
        &Gathered::<T>::GATHER
    }

    /// The type of what is gathered.
    pub fn list_type(&self) -> ValueType {
        (self.list)()
    }

    /// Gathers `values`; `None` if one of them has another type.
    pub(crate) fn collect(&self, values: &mut dyn Iterator<Item = Value>) -> Option<Value> {
        (self.collect)(values)
    }
}

impl fmt::Debug for Gather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gather<{}>", (self.list)())
    }
}
