import { type StateJson, state } from './api';
import type { FlowPlan, TaskPlan } from './flows';
import type { Random } from './random';

/** How a run ended, or where it is. */
export type Ending =
  | 'Success'
  | 'Failed'
  | 'Cancelled'
  | 'TimedOut'
  | 'Running'
  | 'Paused'
  | 'Submitted'
  | 'Scheduled'
  | 'Cancelling'
  | 'Queued';

export interface TaskRunPlan {
  readonly task: TaskPlan;
  readonly mapIndex: number;
  readonly from: number;
  readonly to: number;
  readonly states: readonly { readonly at: number; readonly state: StateJson }[];
}

const SECOND = 1_000;
const SUCCEEDED = state('Success', 'Task run succeeded.');
const TRIGGER_FAILED = state(
  'TriggerFailed',
  'Trigger was "all_successful" but some of the upstream tasks failed.',
);

/** When each task of the run begins and ends, and by which states. */
export function planTaskRuns(random: Random, plan: FlowPlan, ending: Ending, start: number): TaskRunPlan[] {
  const hasFailed = ending === 'Failed' || ending === 'TimedOut';
  const failing = hasFailed ? random.pick(plan.tasks.filter(({ error }) => error)) : undefined;
  const isOver = ending === 'Success' || hasFailed;
  // A run that is not over has come halfway.
  const last = isOver ? undefined : plan.tasks[Math.floor(plan.tasks.length / 2)];
  const ends = new Map<string, number>();
  const broken = new Set<string>();
  const planned: TaskRunPlan[] = [];
  for (const task of plan.tasks) {
    const from = Math.max(start, ...task.after.map((name) => ends.get(name) ?? start)) + 200;
    const to = from + task.seconds * SECOND * random.between(0.7, 1.5);
    const isBelowFailure = task.after.some((name) => broken.has(name));
    ends.set(task.name, isBelowFailure ? from : to);
    if (isBelowFailure || task === failing) {
      broken.add(task.name);
    }
    if (isBelowFailure) {
      planned.push({ task, mapIndex: -1, from, to: from, states: [{ at: from, state: TRIGGER_FAILED }] });
    } else {
      planned.push(...taskRunsOf(task, from, to, taskEnding(task, ending, failing, last)));
    }
    if (task === last) {
      break;
    }
  }
  return planned;
}

type TaskEnding = 'Success' | 'Failed' | 'TimedOut' | 'Paused' | 'open';

function taskEnding(
  task: TaskPlan,
  ending: Ending,
  failing: TaskPlan | undefined,
  last: TaskPlan | undefined,
): TaskEnding {
  if (task === failing) {
    return ending === 'TimedOut' ? 'TimedOut' : 'Failed';
  }
  if (task === last) {
    return ending === 'Paused' ? 'Paused' : 'open';
  }
  return 'Success';
}

function taskRunsOf(task: TaskPlan, from: number, to: number, ending: TaskEnding): TaskRunPlan[] {
  const only = (what: StateJson): TaskRunPlan => ({
    task,
    mapIndex: -1,
    from,
    to: from,
    states: [{ at: from, state: what }],
  });
  const running = { at: from, state: state('Running', 'Starting task run.') };
  const one = (mapIndex: number, end: number, last: StateJson | undefined): TaskRunPlan => ({
    task,
    mapIndex,
    from,
    to: end,
    states: last === undefined ? [running] : [running, { at: end, state: last }],
  });
  if (ending === 'Paused') {
    return [only(state('Paused', 'Waits for somebody to say that it may go on.', { start_time: null }))];
  }
  const last = endOf(task, ending);
  const count = task.children;
  if (count === undefined) {
    return [one(-1, to, last)];
  }
  const children = Array.from({ length: count }, (_, index) => {
    // One child is enough to fail the flow.
    const ownEnd = index === 2 || ending === 'open' ? last : SUCCEEDED;
    return one(index, from + (to - from) * ((index + 1) / count), ownEnd);
  });
  const mapped = state('Mapped', 'Mapped tasks submitted for execution.', { n_map_states: count });
  return [only(mapped), ...children];
}

function endOf(task: TaskPlan, ending: Exclude<TaskEnding, 'Paused'>): StateJson | undefined {
  switch (ending) {
    case 'open':
      return undefined;
    case 'Success':
      return SUCCEEDED;
    case 'Failed':
    case 'TimedOut':
      return state(ending, task.error ?? 'Unexpected error');
  }
}
