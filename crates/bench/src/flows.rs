//! Flows of tasks that do nothing but pass a number on, made through the public typed API.

use campana::prelude::*;

/// Passes its input on.
#[task]
pub fn step(x: u64) -> u64 {
    x
}

/// The same as an async task.
#[task(name = "step")]
pub async fn async_step(x: u64) -> u64 {
    x
}

#[task]
fn numbers(count: u64) -> Vec<u64> {
    (0..count).collect()
}

/// The shape of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Each task takes the value of the one before.
    Chain,
    /// One task, then many that take its value, then one after all of them.
    Fan,
    /// One task that is mapped over a list.
    Map,
}

impl Shape {
    /// All shapes.
    pub const ALL: [Self; 3] = [Self::Chain, Self::Fan, Self::Map];

    /// A flow of this shape with `count` tasks, give or take two, async or not, with `handlers` handlers each.
    pub fn flow(self, count: u64, is_async: bool, handler: bool) -> Flow {
        let mut flow = Flow::new("bench");
        let call = |node: Option<Node<u64>>| {
            let call = match (is_async, node) {
                (false, None) => step(1),
                (false, Some(node)) => step(node),
                (true, None) => async_step(1),
                (true, Some(node)) => async_step(node),
            };
            if handler { call.state_handler(count_changes) } else { call }
        };
        match self {
            Self::Chain => {
                let mut node = flow.add(call(None));
                for _ in 1..count {
                    node = flow.add(call(Some(node)));
                }
            }
            Self::Fan => {
                let first = flow.add(call(None));
                let middle: Vec<_> = (2..count).map(|_| flow.add(call(Some(first)))).collect();
                flow.add(call(None).after(middle));
            }
            Self::Map => {
                let list = flow.add(numbers(count));
                let mapped = if is_async { async_step::map(list) } else { step::map(list) };
                flow.add(if handler { mapped.state_handler(count_changes) } else { mapped });
            }
        }
        flow
    }
}

/// A handler that does next to nothing.
fn count_changes(_: &Subject, _: &State, new: &State) {
    std::hint::black_box(new.kind());
}
