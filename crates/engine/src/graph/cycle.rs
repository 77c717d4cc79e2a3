//! Looking for the cycle that an edge would close.

use super::{Graph, GraphError, NodeId};

/// Errs if there is a way from `downstream` to `upstream`, so that an edge back would close a cycle.
pub(super) fn check(graph: &Graph, upstream: NodeId, downstream: NodeId) -> Result<(), GraphError> {
    // Walk up from `upstream`; `came_from` leads back down.
    let mut came_from = vec![None; graph.len()];
    let mut open = vec![upstream];
    came_from[upstream.index()] = Some(upstream);
    while let Some(node) = open.pop() {
        if node == downstream {
            return Err(GraphError::Cycle { tasks: path(graph, &came_from, upstream, downstream) });
        }
        for edge in &graph.node(node).edges {
            let seen = &mut came_from[edge.upstream.index()];
            if seen.is_none() {
                *seen = Some(node);
                open.push(edge.upstream);
            }
        }
    }
    Ok(())
}

/// The slugs along the cycle, from `downstream` to itself.
fn path(graph: &Graph, came_from: &[Option<NodeId>], upstream: NodeId, downstream: NodeId) -> Vec<String> {
    let mut slugs = vec![graph.slug(downstream)];
    let mut node = downstream;
    while node != upstream {
        match came_from[node.index()] {
            Some(next) => node = next,
            None => break,
        }
        slugs.push(graph.slug(node));
    }
    slugs.push(graph.slug(downstream));
    slugs
}
