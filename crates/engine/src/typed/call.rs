//! A task bound to its inputs, not yet in a flow.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use campana_model::Value;
use smallvec::SmallVec;

use super::input::{Input, MapInput};
use crate::elements::Gather;
use crate::graph::{EdgeKind, NodeId};
use crate::spec::{Settings, TaskSpec};

/// A task bound to its inputs, whose value will be a `T`. Calls nest: a call is an input of another.
///
/// Its settings ([`Settings`]) are those of this call alone. To use its value twice, add it to the flow first
/// and use the node.
#[must_use = "a call does nothing until it is added to a flow"]
pub struct Call<T> {
    inner: CallInner,
    value: PhantomData<fn() -> T>,
}

#[derive(Clone)]
pub(crate) struct CallInner {
    pub(crate) spec: Arc<TaskSpec>,
    pub(crate) inputs: SmallVec<[(u16, EdgeKind, Arg); 1]>,
    pub(crate) after: Vec<Arg>,
    pub(crate) gather: Option<&'static Gather>,
}

/// Where an input comes from.
#[derive(Clone)]
pub(crate) enum Arg {
    Constant(Value),
    Node { id: NodeId, flow: u32 },
    Call(Box<CallInner>),
}

impl<T> Call<T> {
    /// A call of the task `spec`, which returns a `T`, without inputs yet.
    #[doc(hidden)]
    pub fn new(spec: Arc<TaskSpec>) -> Self {
        let inner = CallInner { spec, inputs: SmallVec::new(), after: Vec::new(), gather: None };
        Self { inner, value: PhantomData }
    }

    /// Binds the input at `at`.
    #[doc(hidden)]
    pub fn input(mut self, at: u16, input: Input) -> Self {
        self.inner.inputs.push((at, EdgeKind::Plain, input.0));
        self
    }

    /// Binds the input at `at`, one element for each child.
    #[doc(hidden)]
    pub fn map_input(mut self, at: u16, input: MapInput) -> Self {
        self.inner.inputs.push((at, input.kind, input.arg));
        self
    }

    /// The call that runs once for each element of its mapped inputs.
    #[doc(hidden)]
    pub fn mapped(mut self) -> Call<Vec<T>>
    where
        T: std::any::Any + Send + Sync + Clone,
    {
        self.inner.gather = Some(Gather::of::<T>());
        Call { inner: self.inner, value: PhantomData }
    }

    /// The same, to run after another task or several, and to go by their states too.
    pub fn after(mut self, upstreams: impl IntoUpstreams) -> Self {
        upstreams.push_into(&mut Upstreams(&mut self.inner.after));
        self
    }

    pub(crate) fn into_inner(self) -> CallInner {
        self.inner
    }
}

impl<T> Settings for Call<T> {
    fn spec_mut(&mut self) -> &mut TaskSpec {
        Arc::make_mut(&mut self.inner.spec)
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call<{}>({:?})", std::any::type_name::<T>(), self.inner.spec.name)
    }
}

/// What a task may run after: nodes and calls, alone or several.
pub trait IntoUpstreams {
    #[doc(hidden)]
    fn push_into(self, upstreams: &mut Upstreams<'_>);
}

/// A list of upstreams in the making.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "not for looking at")]
pub struct Upstreams<'a>(&'a mut Vec<Arg>);

impl<T> IntoUpstreams for super::Node<T> {
    fn push_into(self, upstreams: &mut Upstreams<'_>) {
        upstreams.0.push(Arg::Node { id: self.id(), flow: self.flow() });
    }
}

impl<T> IntoUpstreams for Call<T> {
    fn push_into(self, upstreams: &mut Upstreams<'_>) {
        upstreams.0.push(Arg::Call(Box::new(self.inner)));
    }
}

impl<U: IntoUpstreams> IntoUpstreams for Vec<U> {
    fn push_into(self, upstreams: &mut Upstreams<'_>) {
        self.into_iter().for_each(|upstream| upstream.push_into(upstreams));
    }
}

impl<U: IntoUpstreams, const N: usize> IntoUpstreams for [U; N] {
    fn push_into(self, upstreams: &mut Upstreams<'_>) {
        self.into_iter().for_each(|upstream| upstream.push_into(upstreams));
    }
}

impl<A: IntoUpstreams, B: IntoUpstreams> IntoUpstreams for (A, B) {
    fn push_into(self, upstreams: &mut Upstreams<'_>) {
        self.0.push_into(upstreams);
        self.1.push_into(upstreams);
    }
}

impl<A: IntoUpstreams, B: IntoUpstreams, C: IntoUpstreams> IntoUpstreams for (A, B, C) {
    fn push_into(self, upstreams: &mut Upstreams<'_>) {
        self.0.push_into(upstreams);
        self.1.push_into(upstreams);
        self.2.push_into(upstreams);
    }
}
