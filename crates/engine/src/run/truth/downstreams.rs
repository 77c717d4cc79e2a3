//! Who comes after whom: the edges of a graph, from their upstream ends, in two flat lists.

use std::ops::Range;

use crate::graph::{EdgeKind, Graph, NodeId};

/// Who comes after whom, with one entry for each edge.
pub(super) struct Downstreams {
    starts: Vec<u32>,
    /// The node; the top bit tells an edge along which elements go.
    targets: Vec<u32>,
}

const BY_ELEMENT: u32 = 1 << 31;

impl Downstreams {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut starts = Vec::with_capacity(graph.len() + 1);
        let mut total = 0;
        for id in graph.ids() {
            starts.push(total);
            total += graph.node(id).downstreams;
        }
        starts.push(total);
        let mut targets = vec![0; total as usize];
        let mut next = starts.clone();
        for id in graph.ids() {
            for edge in &graph.node(id).edges {
                let by_element = edge.kind == EdgeKind::Mapped && graph.is_mapped(edge.upstream);
                let at = &mut next[edge.upstream.index()];
                targets[*at as usize] = id.0 | if by_element { BY_ELEMENT } else { 0 };
                *at += 1;
            }
        }
        Self { starts, targets }
    }

    /// The entries of the edges that begin at `node`.
    pub(super) fn entries(&self, node: NodeId) -> Range<usize> {
        self.starts[node.index()] as usize..self.starts[node.index() + 1] as usize
    }

    /// Where the edge of an entry ends, and whether elements go along it.
    pub(super) fn target(&self, entry: usize) -> (NodeId, bool) {
        let target = self.targets[entry];
        (NodeId(target & !BY_ELEMENT), target & BY_ELEMENT != 0)
    }
}
