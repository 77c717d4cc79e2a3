import { Link } from '@tanstack/react-router';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { inkOn, stateLook } from '../states';
import type { SchematicState, SchematicTask } from './graph';
import type { Direction } from './layout';
import classes from './Schematic.module.css';

export type TaskNodeType = Node<
  {
    readonly task: SchematicTask;
    readonly state: SchematicState | undefined;
    readonly direction: Direction;
    readonly isFound: boolean;
  },
  'task'
>;

/** How many different states of children there is room for. */
const MOST_COUNTS = 3;

/** A task by its name and state, with how many of its children are where; it leads to its run. */
export function TaskNode({ data: { task, state, direction, isFound } }: NodeProps<TaskNodeType>) {
  const look = state === undefined ? undefined : stateLook(state.state);
  return (
    <div
      className={classes['node']}
      data-found={isFound}
      style={look === undefined ? {} : { borderInlineStartColor: look.color }}
    >
      <Handle type="target" position={direction === 'LR' ? Position.Left : Position.Top} />
      {state === undefined ? (
        <strong title={task.name}>{task.name}</strong>
      ) : (
        <Link to="/task-run/$taskRunId" params={{ taskRunId: state.taskRunId }} title={task.name}>
          {task.name}
        </Link>
      )}
      <span className={classes['states']}>
        {state !== undefined && state.children.length === 0 ? <Mark state={state.state} /> : null}
        {state?.children.slice(0, MOST_COUNTS).map((each) => (
          <Mark key={each.state} state={each.state} count={each.count} />
        ))}
        {state === undefined && task.mapped ? 'mapped' : null}
      </span>
      <Handle type="source" position={direction === 'LR' ? Position.Right : Position.Bottom} />
    </div>
  );
}

function Mark({ state, count }: { readonly state: string; readonly count?: number }) {
  const { color, icon: Icon, word } = stateLook(state);
  return (
    <span className={classes['mark']} title={word}>
      <span className={classes['icon']} style={{ backgroundColor: color, color: inkOn(color) }}>
        <Icon size={10} stroke={2.5} role="img" aria-label={word} />
      </span>
      {count ?? word}
    </span>
  );
}
