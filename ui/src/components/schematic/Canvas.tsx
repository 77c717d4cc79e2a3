import '@xyflow/react/dist/style.css';
import { Select, useComputedColorScheme } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import {
  Background,
  Controls,
  type Edge,
  MiniMap,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { useMemo, useState } from 'react';
import { stateLook } from '../states';
import type { SchematicEdge, SchematicState, SchematicTask } from './graph';
import { type Direction, layOut, NODE_HEIGHT, NODE_WIDTH, type Place } from './layout';
import classes from './Schematic.module.css';
import { TaskNode, type TaskNodeType } from './TaskNode';

const NODE_TYPES = { task: TaskNode };
const NO_STATE_COLOR = '#868e96';
const NO_STATES: ReadonlyMap<string, SchematicState> = new Map();
/** Below this, names cannot be read: then a part is shown at first, and the button that fits shows the whole. */
const READABLE_ZOOM = 0.55;
/** A map of a few tasks says nothing that the picture does not. */
const MINIMAP_FROM = 12;

export interface CanvasProps {
  readonly tasks: readonly SchematicTask[];
  readonly edges: readonly SchematicEdge[];
  readonly states: ReadonlyMap<string, SchematicState> | undefined;
}

export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Picture {...props} />
    </ReactFlowProvider>
  );
}

function Picture({ tasks, edges, states }: CanvasProps) {
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const direction = isNarrow ? 'TB' : 'LR';
  const [found, setFound] = useState<string | null>(null);
  const scheme = useComputedColorScheme('light');
  // States change often, places only with the flow.
  const places = useMemo(() => layOut(tasks, edges, direction), [tasks, edges, direction]);
  const nodes = useMemo(
    () => nodesOf(tasks, places, states ?? NO_STATES, direction, found),
    [tasks, places, states, direction, found],
  );
  const lines = useMemo(() => linesOf(edges, states ?? NO_STATES), [edges, states]);
  return (
    <section className={classes['canvas']} aria-label="Schematic">
      <ReactFlow
        key={direction}
        nodes={nodes}
        edges={lines}
        nodeTypes={NODE_TYPES}
        colorMode={scheme}
        fitView
        fitViewOptions={{ padding: 0.1, maxZoom: 1 }}
        minZoom={0.05}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        onInit={(flow) => {
          if (flow.getZoom() < READABLE_ZOOM) {
            void flow.fitView({
              nodes: firstToSee(tasks, states ?? NO_STATES, places),
              minZoom: READABLE_ZOOM,
              maxZoom: 0.8,
            });
          }
        }}
        onlyRenderVisibleElements={tasks.length > 200}
      >
        <Background gap={20} />
        <Controls showInteractive={false} />
        {tasks.length >= MINIMAP_FROM && !isNarrow ? (
          <MiniMap
            pannable
            zoomable
            nodeColor={({ id }) => {
              const state = states?.get(id)?.state;
              return state === undefined ? NO_STATE_COLOR : stateLook(state).color;
            }}
          />
        ) : null}
        <Panel position="top-right">
          <TaskSearch tasks={tasks} found={found} onFind={setFound} />
        </Panel>
      </ReactFlow>
    </section>
  );
}

/** What failed; if nothing has, what runs; else where the flow begins. */
function firstToSee(
  tasks: readonly SchematicTask[],
  states: ReadonlyMap<string, SchematicState>,
  places: ReadonlyMap<string, Place>,
): { id: string }[] {
  for (const wanted of ['Failed', 'TimedOut', 'ClientFailed', 'ValidationFailed', 'Running']) {
    const there = tasks.filter(({ id }) => states.get(id)?.state === wanted);
    if (there.length > 0) {
      return there;
    }
  }
  const beginning = ({ id }: SchematicTask) => (places.get(id)?.x ?? 0) + (places.get(id)?.y ?? 0);
  return tasks.toSorted((one, other) => beginning(one) - beginning(other)).slice(0, 1);
}

function nodesOf(
  tasks: readonly SchematicTask[],
  places: ReadonlyMap<string, Place>,
  states: ReadonlyMap<string, SchematicState>,
  direction: Direction,
  found: string | null,
): TaskNodeType[] {
  return tasks.map((task) => ({
    id: task.id,
    type: 'task',
    position: places.get(task.id) ?? { x: 0, y: 0 },
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    data: { task, state: states.get(task.id), direction, isFound: task.id === found },
  }));
}

function linesOf(edges: readonly SchematicEdge[], states: ReadonlyMap<string, SchematicState>): Edge[] {
  return edges.map(({ id, upstream_task_id: source, downstream_task_id: target, mapped }) => {
    const below = states.get(target)?.state;
    const isRunning = below !== undefined && stateLook(below).group === 'running';
    return {
      id,
      source,
      target,
      animated: isRunning,
      style: mapped ? { strokeDasharray: '6 4' } : {},
    };
  });
}

interface TaskSearchProps {
  readonly tasks: readonly SchematicTask[];
  readonly found: string | null;
  readonly onFind: (id: string | null) => void;
}

/** Finds a task by its name and goes there. */
function TaskSearch({ tasks, found, onFind }: TaskSearchProps) {
  const flow = useReactFlow();
  return (
    <Select
      className={classes['search'] ?? ''}
      aria-label="Find a task"
      placeholder="Find a task"
      size="xs"
      searchable
      clearable
      leftSection={<IconSearch size={14} aria-hidden />}
      data={tasks.map(({ id, name }) => ({ value: id, label: name }))}
      value={found}
      onChange={(id) => {
        onFind(id);
        void flow.fitView(id === null ? { padding: 0.1 } : { nodes: [{ id }], maxZoom: 1.2, duration: 300 });
      }}
      nothingFoundMessage="No task of that name"
    />
  );
}
