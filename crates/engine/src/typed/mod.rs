//! The typed layer: calls, nodes, and what may be an input. It only calls the untyped graph.

mod add;
mod call;
mod input;
mod node;
mod task;

pub(crate) use add::Add;
pub(crate) use call::{Arg, CallInner};
pub use call::{Call, IntoUpstreams};
pub(crate) use input::MAX_INPUTS;
pub use input::{Flat, Input, IntoInput, IntoMapInput, MapInput, Unmapped, flatten, unmapped};
pub use node::Node;
pub use task::{IntoCall, Task};
