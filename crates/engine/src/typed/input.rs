//! What may be an input of a type: a value, a node, a call, a list of them.

use std::any::Any;
use std::sync::Arc;

use campana_model::{Value, ValueType};

use super::call::Arg;
use super::{Call, IntoCall as _, Node};
use crate::graph::EdgeKind;
use crate::outcome::Outcome;
use crate::parameter::Parameter;
use crate::spec::{Body, InputSpec, Settings, TaskSpec};
use crate::trigger;

/// An input, bound to where it comes from.
#[expect(missing_debug_implementations, reason = "opaque")]
pub struct Input(pub(crate) Arg);

/// What may be an input of type `T`:
///
/// * a `T`; for `String` a `&str` too;
/// * a node or a call whose value is a `T`, or a [`Parameter`] of that type;
/// * for `Vec<T>`, a `Vec` or an array of nodes or calls;
/// * for [`Outcome<T>`], a node or a call whose value is a `T`, however it ends.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no input of type `{T}`",
    label = "this gives no `{T}`",
    note = "an input of type `{T}` takes a `{T}`, or a Node, Call or Parameter whose value is a `{T}`"
)]
pub trait IntoInput<T> {
    /// The input.
    fn into_input(self) -> Input;
}

impl<T: Any + Send + Sync> IntoInput<T> for T {
    fn into_input(self) -> Input {
        Input(Arg::Constant(Value::new(self)))
    }
}

impl IntoInput<String> for &str {
    fn into_input(self) -> Input {
        Input(Arg::Constant(Value::new(self.to_owned())))
    }
}

fn node<T>(node: Node<T>) -> Arg {
    Arg::Node { id: node.id(), flow: node.flow() }
}

fn call<T>(call: Call<T>) -> Arg {
    Arg::Call(Box::new(call.into_inner()))
}

macro_rules! handles {
    ($($handle:ident by $arg:expr;)*) => {
        $(
            impl<T> IntoInput<T> for $handle<T> {
                fn into_input(self) -> Input {
                    Input($arg(self))
                }
            }

            impl<T> IntoInput<Outcome<T>> for $handle<T> {
                fn into_input(self) -> Input {
                    Input($arg(self))
                }
            }

            impl<T> IntoInput<Vec<Outcome<T>>> for $handle<Vec<T>> {
                fn into_input(self) -> Input {
                    Input($arg(self))
                }
            }

            impl<T: Any + Send + Sync + Clone> IntoInput<Vec<T>> for Vec<$handle<T>> {
                fn into_input(self) -> Input {
                    list::<T>(self.into_iter().map($arg))
                }
            }

            impl<T: Any + Send + Sync + Clone, const N: usize> IntoInput<Vec<T>> for [$handle<T>; N] {
                fn into_input(self) -> Input {
                    list::<T>(self.into_iter().map($arg))
                }
            }

            impl<T: Any + Send + Sync + Clone> IntoInput<Vec<Outcome<T>>> for Vec<$handle<T>> {
                fn into_input(self) -> Input {
                    outcomes::<T>(self.into_iter().map($arg))
                }
            }

            impl<T: Any + Send + Sync + Clone, const N: usize> IntoInput<Vec<Outcome<T>>> for [$handle<T>; N] {
                fn into_input(self) -> Input {
                    outcomes::<T>(self.into_iter().map($arg))
                }
            }

            impl<T> IntoMapInput<T> for $handle<Vec<T>> {
                fn into_map_input(self) -> MapInput {
                    MapInput { kind: EdgeKind::Mapped, arg: $arg(self) }
                }
            }

            impl<T> IntoMapInput<Outcome<T>> for $handle<Vec<T>> {
                fn into_map_input(self) -> MapInput {
                    MapInput { kind: EdgeKind::Mapped, arg: $arg(self) }
                }
            }

            impl<T: Any + Send + Sync + Clone> IntoMapInput<T> for Vec<$handle<T>> {
                fn into_map_input(self) -> MapInput {
                    MapInput { kind: EdgeKind::Mapped, arg: list::<T>(self.into_iter().map($arg)).0 }
                }
            }

            impl<T> IntoMapInput<T> for Flat<$handle<Vec<Vec<T>>>> {
                fn into_map_input(self) -> MapInput {
                    MapInput { kind: EdgeKind::Flattened, arg: $arg(self.0) }
                }
            }

            impl<T: Any + Send + Sync + Clone> IntoInput<Vec<T>> for Flat<$handle<Vec<Vec<T>>>> {
                fn into_input(self) -> Input {
                    concat::<T>($arg(self.0))
                }
            }
        )*
    };
}

handles! {
    Node by node;
    Call by call;
}

impl<T: serde::de::DeserializeOwned + Any + Send + Sync> IntoInput<T> for Parameter<T> {
    fn into_input(self) -> Input {
        Input(call(self.into_call()))
    }
}

impl<T: serde::de::DeserializeOwned + Any + Send + Sync> IntoMapInput<T> for Parameter<Vec<T>> {
    fn into_map_input(self) -> MapInput {
        MapInput { kind: EdgeKind::Mapped, arg: call(self.into_call()) }
    }
}

/// An input of a mapped task, bound to where it comes from.
#[expect(missing_debug_implementations, reason = "opaque")]
pub struct MapInput {
    pub(crate) kind: EdgeKind,
    pub(crate) arg: Arg,
}

/// What may be an input of type `T` of a task that is mapped:
///
/// * a `Vec<T>`, or a node, call or parameter whose value is one: each child gets an element;
/// * [`flatten`] around a node or call whose value is a `Vec<Vec<T>>`: each child gets an element of an element;
/// * [`unmapped`] around an input of type `T`: every child gets the same.
#[diagnostic::on_unimplemented(
    message = "a task cannot be mapped over `{Self}` as its input of type `{T}`",
    label = "this gives no list of `{T}`",
    note = "in `map`, an input of type `{T}` takes a `Vec<{T}>`, or a Node, Call or Parameter whose value is one",
    note = "wrap an input that is the same for every child: `unmapped(..)`"
)]
pub trait IntoMapInput<T> {
    /// The input.
    fn into_map_input(self) -> MapInput;
}

impl<T: Any + Send + Sync> IntoMapInput<T> for Vec<T> {
    fn into_map_input(self) -> MapInput {
        let value = Value::new(self);
        let body = Body::Sync(Arc::new(move |_| Ok(value.clone())));
        let spec = auto_generated("Constant", Vec::new(), ValueType::of::<Self>(), body);
        MapInput { kind: EdgeKind::Mapped, arg: call(Call::<Self>::new(Arc::new(spec))) }
    }
}

/// An input that every child of a mapped task gets as it is; made by [`unmapped`].
#[derive(Clone, Copy, Debug)]
pub struct Unmapped<I>(I);

/// In `map`: an input that every child gets as it is.
pub fn unmapped<I>(input: I) -> Unmapped<I> {
    Unmapped(input)
}

impl<T, I: IntoInput<T>> IntoMapInput<T> for Unmapped<I> {
    fn into_map_input(self) -> MapInput {
        MapInput { kind: EdgeKind::Plain, arg: self.0.into_input().0 }
    }
}

/// A list of lists, of which the elements of the elements are meant; made by [`flatten`].
#[derive(Clone, Copy, Debug)]
pub struct Flat<I>(I);

/// The elements of the elements of a list of lists: to map over, or as one list.
pub fn flatten<I>(lists: I) -> Flat<I> {
    Flat(lists)
}

/// How many inputs a task may have: keys are kept small.
pub(crate) const MAX_INPUTS: usize = 50_000;

/// A list of nodes and calls as one value: a task of its own, that gathers them.
fn list<T: Any + Send + Sync + Clone>(items: impl Iterator<Item = Arg>) -> Input {
    gathering::<T>(items, list_spec::<T>)
}

fn list_spec<T: Any + Send + Sync + Clone>(count: u16) -> TaskSpec {
    let body = Body::sync(move |inputs| {
        (0..count).map(|at| Ok(inputs.arg::<T>(at)?.clone())).collect::<Result<Vec<T>, _>>()
    });
    auto_generated("List", item_specs::<T>(count), ValueType::of::<Vec<T>>(), body)
}

/// The same, for items that may have no value.
fn outcomes<T: Any + Send + Sync + Clone>(items: impl Iterator<Item = Arg>) -> Input {
    gathering::<Outcome<T>>(items, |count| {
        let body = Body::sync(move |inputs| {
            Ok((0..count).map(|at| inputs.outcome_at::<T>(at)).collect::<Result<Vec<Outcome<T>>, _>>()?)
        });
        auto_generated("List", item_specs::<T>(count), ValueType::of::<Vec<Outcome<T>>>(), body)
            .trigger(trigger::all_finished())
            .skip_on_upstream_skip(false)
    })
}

/// One task that gathers the items; of very many, one that joins what several have gathered.
fn gathering<T: Any + Send + Sync + Clone>(
    items: impl Iterator<Item = Arg>,
    spec: impl Fn(u16) -> TaskSpec,
) -> Input {
    let items: Vec<_> = items.collect();
    if items.len() <= MAX_INPUTS {
        return Input(bound::<Vec<T>>(spec(items.len() as u16), items));
    }
    let parts = items.chunks(MAX_INPUTS).map(|part| bound::<Vec<T>>(spec(part.len() as u16), part.to_vec()));
    let parts: Vec<_> = parts.collect();
    concat::<T>(bound::<Vec<Vec<T>>>(list_spec::<Vec<T>>(parts.len() as u16), parts))
}

/// A call with these inputs, in their order.
fn bound<T>(spec: TaskSpec, inputs: Vec<Arg>) -> Arg {
    let unbound = Call::<T>::new(Arc::new(spec));
    call(inputs.into_iter().zip(0..).fold(unbound, |call, (input, at)| call.input(at, Input(input))))
}

fn item_specs<T: Any + Send + Sync>(count: u16) -> Vec<InputSpec> {
    (0..count).map(|at| InputSpec::new::<T>(&format!("item_{}", at + 1))).collect()
}

/// A list of lists as one list.
fn concat<T: Any + Send + Sync + Clone>(lists: Arg) -> Input {
    let body = Body::sync(|inputs| Ok(inputs.arg::<Vec<Vec<T>>>(0)?.concat()));
    let inputs = vec![InputSpec::new::<Vec<Vec<T>>>("lists")];
    let spec = auto_generated("Flatten", inputs, ValueType::of::<Vec<T>>(), body);
    Input(call(Call::<Vec<T>>::new(Arc::new(spec)).input(0, Input(lists))))
}

fn auto_generated(name: &'static str, inputs: Vec<InputSpec>, output: ValueType, body: Body) -> TaskSpec {
    let mut spec = TaskSpec::new(name, "campana.collections", inputs, output, body);
    spec.auto_generated = true;
    spec
}
