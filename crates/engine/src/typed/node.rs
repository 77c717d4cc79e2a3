//! A task in a flow.

use std::fmt;
use std::marker::PhantomData;

use crate::graph::NodeId;

/// A task in a flow, whose value is a `T`; of a mapped task, a `Vec` of its children's.
///
/// It is the handle by which other tasks take the value, as often as they like.
pub struct Node<T> {
    id: NodeId,
    flow: u32,
    value: PhantomData<fn() -> T>,
}

impl<T> Node<T> {
    pub(crate) fn new(id: NodeId, flow: u32) -> Self {
        Self { id, flow, value: PhantomData }
    }

    /// The node in the untyped graph.
    pub fn id(self) -> NodeId {
        self.id
    }

    pub(crate) fn flow(self) -> u32 {
        self.flow
    }
}

impl<T> Clone for Node<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Node<T> {}

impl<T> From<Node<T>> for NodeId {
    fn from(node: Node<T>) -> Self {
        node.id
    }
}

impl<T> fmt::Debug for Node<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node<{}>({:?})", std::any::type_name::<T>(), self.id)
    }
}
