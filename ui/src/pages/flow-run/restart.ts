import { isFailed, isFinished, stateLook } from '~/components/states';

export interface RestartTaskRun {
  readonly id: string;
  readonly task_id: string;
  readonly map_index: number;
  readonly state: string;
}

export interface RestartEdge {
  readonly upstream_task_id: string;
  readonly downstream_task_id: string;
  /** Whether the downstream task runs once for each element of what the upstream one made. */
  readonly mapped: boolean;
}

/**
 * The task runs that have to run again when a run is restarted: those that failed, were cancelled or never ended, and
 * all below them, since these have worked with what those made. What has succeeded elsewhere stays as it is, and so
 * do the siblings of a mapped task's child, and what lies below those.
 */
export function restartSet(
  taskRuns: readonly RestartTaskRun[],
  edges: readonly RestartEdge[],
): readonly RestartTaskRun[] {
  const runsOf = groupBy(taskRuns, ({ task_id }) => task_id);
  const edgesFrom = groupBy(edges, ({ upstream_task_id }) => upstream_task_id);
  const again = new Set(taskRuns.filter(hasToRunAgain));
  // A set that grows while it is walked over is walked over to its end.
  for (const taskRun of again) {
    for (const edge of edgesFrom.get(taskRun.task_id) ?? []) {
      for (const below of runsOf.get(edge.downstream_task_id) ?? []) {
        if (dependsOn(below, taskRun, edge)) {
          again.add(below);
        }
      }
    }
  }
  return [...again].filter(({ state }) => state !== 'Pending');
}

/** A child that maps over children depends on the one with its own index. */
function dependsOn(below: RestartTaskRun, above: RestartTaskRun, edge: RestartEdge): boolean {
  return !edge.mapped || above.map_index < 0 || below.map_index === above.map_index;
}

function hasToRunAgain({ state }: RestartTaskRun): boolean {
  return isFailed(state) || stateLook(state).group === 'cancelled' || !isFinished(state);
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) {
      groups.set(keyOf(item), [item]);
    } else {
      group.push(item);
    }
  }
  return groups;
}

/** Whether a run can be restarted: it has ended, and not well. */
export function canRestart(state: string): boolean {
  return isFinished(state) && stateLook(state).group !== 'success';
}
