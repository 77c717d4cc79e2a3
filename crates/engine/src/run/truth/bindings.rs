//! What a call gets along its edges, as the truth is when a worker takes it.

use smallvec::SmallVec;

use super::{Position, Truth};
use crate::graph::{EdgeKind, NodeId};
use crate::inputs::{Binding, Source};
use crate::run::expand::WHOLE;

impl Truth {
    /// One binding for each edge and each constant of the task.
    pub(super) fn bindings(&self, at: Position) -> SmallVec<[Binding; 2]> {
        let node = self.graph.node(at.node);
        let mut bindings = SmallVec::with_capacity(node.edges.len());
        for (place, edge) in node.edges.iter().enumerate() {
            let source = self.source(at, place, edge.kind, edge.upstream);
            bindings.push(Binding { key: edge.key, kind: edge.kind, upstream: edge.upstream, source });
        }
        for (key, value) in node.constants.iter().flat_map(|constants| constants.iter()) {
            let source = Source::Constant(value.clone());
            bindings.push(Binding { key: *key, kind: EdgeKind::Plain, upstream: at.node, source });
        }
        bindings
    }

    fn source(&self, at: Position, place: usize, kind: EdgeKind, upstream: NodeId) -> Source {
        let from = &self.slots[upstream.index()];
        let whole = || Source::Whole(from.unit.state.clone());
        let gathered = || from.children.as_ref().and_then(|mapped| mapped.gathered.clone());
        match kind {
            EdgeKind::Plain => gathered().map_or_else(whole, Source::Children),
            EdgeKind::Mapped => match (&from.children, at.map_index()) {
                (_, None) => whole(),
                (Some(mapped), Some(child)) => Source::Whole(mapped.units[child as usize].state.clone()),
                (None, Some(_)) if !from.unit.state.is_successful() => whole(),
                (None, Some(child)) => {
                    Source::Element { state: from.unit.state.clone(), outer: None, at: child }
                }
            },
            EdgeKind::Flattened => {
                let Some(child) = at.map_index() else {
                    return gathered().map_or_else(whole, Source::Children);
                };
                let mapped = self.slots[at.node.index()].children.as_ref();
                let paths = mapped.and_then(|mapped| mapped.paths.iter().find(|(edge, _)| *edge == place));
                match (paths.map(|(_, paths)| paths[child as usize]), &from.children) {
                    (None, _) => whole(),
                    (Some((outer, WHOLE)), Some(mapped)) => {
                        Source::Whole(mapped.units[outer as usize].state.clone())
                    }
                    (Some((outer, inner)), Some(mapped)) => {
                        let state = mapped.units[outer as usize].state.clone();
                        Source::Element { state, outer: None, at: inner }
                    }
                    (Some((outer, inner)), None) => {
                        Source::Element { state: from.unit.state.clone(), outer: Some(outer), at: inner }
                    }
                }
            }
        }
    }
}
