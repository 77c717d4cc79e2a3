import { Graph, layout } from '@dagrejs/dagre';
import type { SchematicEdge, SchematicTask } from './graph';

export const NODE_WIDTH = 200;
export const NODE_HEIGHT = 60;
const BETWEEN_RANKS = 44;
const BETWEEN_NODES = 20;

export interface Place {
  /** The upper left corner. */
  readonly x: number;
  readonly y: number;
}

export type Direction = 'LR' | 'TB';

/** A place for each task, upstream before downstream, with as few crossings as can be found quickly. */
export function layOut(
  tasks: readonly SchematicTask[],
  edges: readonly SchematicEdge[],
  direction: Direction,
): ReadonlyMap<string, Place> {
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, ranksep: BETWEEN_RANKS, nodesep: BETWEEN_NODES });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of tasks) {
    graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  }
  for (const { upstream_task_id: from, downstream_task_id: to } of edges) {
    // An edge may lead to a task that is left out.
    if (graph.hasNode(from) && graph.hasNode(to)) {
      graph.setEdge(from, to);
    }
  }
  layout(graph);
  const places = tasks.map(({ id }): [string, Place] => {
    const { x, y } = graph.node(id) as Place;
    return [id, { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 }];
  });
  return new Map(places);
}
