//! What a random flow is made of.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

/// A flow in words: tasks, each of which comes after some of those before it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) tasks: Vec<Planned>,
    /// The tasks that decide how the flow ends; none: the terminal ones.
    pub(super) reference: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) shape: Shape,
    /// Where the input `x` comes from, if it has one.
    pub(super) value: Option<usize>,
    /// The tasks that it only comes after; some may be there twice.
    pub(super) after: Vec<usize>,
    pub(super) trigger: Trigger,
    pub(super) skip_on_upstream_skip: bool,
    pub(super) retries: u32,
    pub(super) body: Does,
    pub(super) is_async: bool,
}

/// What a task gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// A number: its input, or the sum of it, plus one.
    Number,
    /// A list of that many numbers, to be mapped over.
    List(usize),
    /// Mapped over its input, which is a list or mapped: a number for each.
    Mapped,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Trigger {
    AllSuccessful,
    AllFailed,
    AnySuccessful,
    AnyFailed,
    AllFinished,
    NotAllSkipped,
    SomeFailed(Option<usize>, Option<usize>),
    /// Between a quarter and that many quarters have ended well.
    SomeSuccessful(u8),
}

/// What a body does, of one task or of the child at an index.
#[derive(Clone, Copy, Debug)]
pub(super) enum Does {
    Succeeds,
    /// Fails so many times before it succeeds.
    Fails(u32),
    /// Fails always, but only in odd children.
    FailsOdd,
    Skips,
    /// Skips in odd children.
    SkipsOdd,
    Panics,
}

impl Planned {
    /// Those that it waits for, in the order of its edges.
    pub(super) fn upstreams(&self) -> impl Iterator<Item = usize> + '_ {
        self.value.iter().chain(&self.after).copied()
    }
}

impl Plan {
    /// Whether each child of `task` takes the result of one child of `upstream`.
    pub(super) fn is_by_element(&self, task: usize, upstream: usize) -> bool {
        let planned = &self.tasks[task];
        planned.shape == Shape::Mapped
            && planned.value == Some(upstream)
            && self.tasks[upstream].shape == Shape::Mapped
            && !planned.after.contains(&upstream)
    }
}

fn triggers() -> impl Strategy<Value = Trigger> {
    prop_oneof![
        6 => Just(Trigger::AllSuccessful),
        1 => Just(Trigger::AllFailed),
        1 => Just(Trigger::AnySuccessful),
        2 => Just(Trigger::AnyFailed),
        3 => Just(Trigger::AllFinished),
        1 => Just(Trigger::NotAllSkipped),
        1 => (option::of(0..3_usize), option::of(0..3_usize)).prop_map(|(least, most)| Trigger::SomeFailed(least, most)),
        1 => (1..=4_u8).prop_map(Trigger::SomeSuccessful),
    ]
}

fn bodies() -> impl Strategy<Value = Does> {
    prop_oneof![
        8 => Just(Does::Succeeds),
        2 => (1..4_u32).prop_map(Does::Fails),
        1 => Just(Does::FailsOdd),
        1 => Just(Does::Skips),
        1 => Just(Does::SkipsOdd),
        1 => Just(Does::Panics),
    ]
}

/// A task that may come after any of `known` others: what it takes is settled when the list is known.
fn task() -> impl Strategy<Value = (Planned, proptest::sample::Index)> {
    let shape = prop_oneof![4 => Just(Shape::Number), 2 => (0..4_usize).prop_map(Shape::List), 4 => Just(Shape::Mapped)];
    let edges = (option::of(any::<proptest::sample::Index>()), vec(any::<proptest::sample::Index>(), 0..3));
    let settings = (triggers(), any::<bool>(), 0..3_u32, bodies(), any::<bool>());
    (shape, edges, settings, any::<proptest::sample::Index>()).prop_map(|(shape, edges, settings, pick)| {
        let (trigger, skip_on_upstream_skip, retries, body, is_async) = settings;
        let place = |index: proptest::sample::Index| index.index(1 << 16);
        let (value, after) = (edges.0.map(place), edges.1.into_iter().map(place).collect());
        (Planned { shape, value, after, trigger, skip_on_upstream_skip, retries, body, is_async }, pick)
    })
}

/// Random plans.
pub(super) fn plans() -> impl Strategy<Value = Plan> {
    (vec(task(), 1..14), vec(any::<proptest::sample::Index>(), 0..3), any::<bool>()).prop_map(
        |(tasks, reference, has_reference)| {
            let mut plan = Plan { tasks: Vec::new(), reference: Vec::new() };
            for (mut task, pick) in tasks {
                let known = plan.tasks.len();
                let lists: Vec<_> = (0..known).filter(|&at| plan.tasks[at].shape != Shape::Number).collect();
                let numbers: Vec<_> =
                    (0..known).filter(|&at| plan.tasks[at].shape == Shape::Number).collect();
                task.after =
                    if known == 0 { vec![] } else { task.after.iter().map(|at| at % known).collect() };
                if task.shape == Shape::Mapped && lists.is_empty() {
                    task.shape = Shape::List(2);
                }
                task.value = match task.shape {
                    // A mapped task needs a list; a list comes from nothing.
                    Shape::Mapped => Some(*pick.get(&lists)),
                    Shape::List(_) => None,
                    Shape::Number if numbers.is_empty() => None,
                    Shape::Number => task.value.map(|at| numbers[at % numbers.len()]),
                };
                plan.tasks.push(task);
            }
            if has_reference {
                plan.reference = reference.iter().map(|at| at.index(plan.tasks.len())).collect();
            }
            plan
        },
    )
}
