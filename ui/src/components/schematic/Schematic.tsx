import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { SchematicEdge, SchematicState, SchematicTask } from './graph';

const Canvas = lazy(() => import('./Canvas').then((module) => ({ default: module.Canvas })));

export interface SchematicProps {
  readonly tasks: readonly SchematicTask[];
  readonly edges: readonly SchematicEdge[];
  /** By the task's id; without them the picture is of the flow, and not of a run. */
  readonly states?: ReadonlyMap<string, SchematicState>;
}

/** A flow as a graph of its tasks, to be zoomed, moved and searched; its libraries are loaded when it is first shown. */
export function Schematic({ tasks, edges, states }: SchematicProps) {
  return (
    <Suspense fallback={<Skeleton height={480} />}>
      <Canvas tasks={tasks} edges={edges} states={states} />
    </Suspense>
  );
}
