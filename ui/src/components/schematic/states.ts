import { stateLook } from '../states';
import type { SchematicState } from './graph';

interface TaskRun {
  readonly id: string;
  readonly task_id: string;
  readonly map_index: number;
  readonly state: string;
}

const WORST_FIRST = ['failed', 'cancelled', 'running', 'waiting', 'success'] as const;

const rank = (state: string): number => WORST_FIRST.indexOf(stateLook(state).group);

/**
 * The state of each task, by its id, from the task runs of a flow run. A mapped task is as its worst child is, since
 * its own state says no more than that there are children.
 */
export function statesByTask(taskRuns: readonly TaskRun[]): ReadonlyMap<string, SchematicState> {
  const states = new Map<string, { own: TaskRun; counts: Map<string, number> }>();
  for (const taskRun of taskRuns) {
    const known = states.get(taskRun.task_id) ?? { own: taskRun, counts: new Map<string, number>() };
    if (taskRun.map_index < 0) {
      known.own = taskRun;
    } else {
      known.counts.set(taskRun.state, (known.counts.get(taskRun.state) ?? 0) + 1);
    }
    states.set(taskRun.task_id, known);
  }
  const entries = [...states].map(([taskId, { own, counts }]): [string, SchematicState] => {
    const children = [...counts].map(([state, count]) => ({ state, count }));
    children.sort((one, other) => rank(one.state) - rank(other.state) || other.count - one.count);
    return [taskId, { state: children[0]?.state ?? own.state, taskRunId: own.id, children }];
  });
  return new Map(entries);
}
