//! How many children a mapped task has, and where each finds its elements.

use campana_model::{Failure, State, StateKind};

use crate::graph::EdgeKind;
use crate::inputs::{Inputs, Source, result_of};
use crate::spec::TaskSpec;

/// In a path: not an element, but the upstream's child itself, which has no list to take elements from.
pub(super) const WHOLE: u32 = u32::MAX;

/// The children of a mapped task.
pub(super) struct Expansion {
    /// How many.
    pub(super) count: usize,
    /// For each flattened edge, by its place among the edges: where each child finds its element.
    pub(super) paths: Vec<(usize, Vec<(u32, u32)>)>,
}

/// Counts the children that the mapped inputs make: as many as the shortest list has elements. An upstream
/// that did not end well gives no list; its state goes to every child.
///
/// # Errors
/// The state of a task that cannot be mapped.
pub(super) fn expand(spec: &TaskSpec, inputs: &Inputs) -> Result<Expansion, State> {
    let mut shortest: Option<usize> = None;
    let mut paths = Vec::new();
    for (place, binding) in inputs.bindings.iter().enumerate() {
        let split = spec.inputs.get(binding.key as usize).and_then(|input| input.split);
        let count = match (binding.kind, &binding.source) {
            (EdgeKind::Plain, _) => continue,
            (_, Source::Whole(state)) if !state.is_successful() => continue,
            (EdgeKind::Mapped, Source::Whole(state)) if state.is_mapped() => {
                state.map_count().unwrap_or(0) as usize
            }
            (EdgeKind::Mapped, Source::Whole(state)) => {
                let count = result_of(state).zip(split).and_then(|(list, split)| split.len(list));
                count.ok_or_else(unmappable)?
            }
            (_, source) => {
                let lens = match source {
                    Source::Children(children) => children
                        .states
                        .iter()
                        .map(|state| match result_of(state) {
                            Some(list) => split.and_then(|split| split.len(list)).map(Some),
                            None => Some(None),
                        })
                        .collect::<Option<Vec<_>>>(),
                    Source::Whole(state) => {
                        let lens =
                            result_of(state).zip(split).and_then(|(list, split)| split.nested_lens(list));
                        lens.map(|lens| lens.into_iter().map(Some).collect())
                    }
                    Source::Constant(_) | Source::Element { .. } => None,
                };
                let path = paths_of(&lens.ok_or_else(unmappable)?);
                let count = path.len();
                paths.push((place, path));
                count
            }
        };
        shortest = Some(shortest.map_or(count, |shortest| shortest.min(count)));
    }
    let count = shortest.ok_or_else(|| failed("No upstream states can be mapped over."))?;
    Ok(Expansion { count, paths })
}

/// One path for each element; an upstream's child that has no list (`None`) makes one that leads to itself.
fn paths_of(lens: &[Option<usize>]) -> Vec<(u32, u32)> {
    let path = |(outer, len): (usize, &Option<usize>)| {
        let inner = match len {
            Some(len) => 0..*len as u32,
            None => WHOLE - 1..WHOLE,
        };
        let whole = len.is_none();
        inner.map(move |inner| (outer as u32, if whole { WHOLE } else { inner }))
    };
    lens.iter().enumerate().flat_map(path).collect()
}

fn unmappable() -> State {
    failed("At least one upstream state has an unmappable result.")
}

fn failed(message: &'static str) -> State {
    State::new(StateKind::Failed).with_message(message).with_result(Failure::new(message))
}
