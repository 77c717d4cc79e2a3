import { type Api, type StateJson, state } from './api';
import { type FlowPlan, slugOf } from './flows';
import type { Random } from './random';
import { type Ending, planTaskRuns, type TaskRunPlan } from './task-runs';

export interface FlowHere {
  readonly plan: FlowPlan;
  readonly flowId: string;
  readonly flowGroupId: string;
  readonly versionGroupId: string;
  /** The id of each task, by its slug. */
  readonly taskIds: ReadonlyMap<string, string>;
}

const SECOND = 1_000;
const ADJECTIVES = [
  'amber',
  'brisk',
  'calm',
  'daring',
  'eager',
  'fuzzy',
  'gentle',
  'hasty',
  'icy',
  'jolly',
  'keen',
];
const ANIMALS = [
  'badger',
  'bison',
  'crane',
  'dingo',
  'egret',
  'falcon',
  'gecko',
  'heron',
  'ibis',
  'jackal',
  'kiwi',
];

const iso = (at: number) => new Date(at).toISOString();

/** Makes one run of the flow that was to start at `at`, with its task runs and logs, and returns its id. */
export async function makeRun(
  api: Api,
  random: Random,
  flow: FlowHere,
  ending: Ending,
  at: number,
): Promise<string> {
  const hasDay =
    flow.plan.parameters?.some((parameter) => 'name' in parameter && parameter.name === 'day') ?? false;
  const { id } = await api.change('create_flow_run', {
    flow_id: flow.flowId,
    flow_run_name: `${random.pick(ADJECTIVES)}-${random.pick(ANIMALS)}`,
    scheduled_start_time: iso(at),
    parameters: hasDay ? { day: iso(at).slice(0, 10) } : {},
  });
  const start = at + random.between(1, 9) * SECOND;
  const set = (when: number, to: StateJson) =>
    api.change(
      'set_flow_run_states',
      { states: [{ flow_run_id: id, state: to, timestamp: iso(when) }] },
      'states { status }',
    );
  if (ending === 'Scheduled') {
    return id;
  }
  if (ending === 'Queued') {
    const scheduled = state('Scheduled', 'Flow run scheduled.', { start_time: iso(at) });
    await set(
      start,
      state('Queued', 'The limit of concurrent runs is reached.', { state: scheduled, start_time: iso(at) }),
    );
    return id;
  }
  await set(at + SECOND, state('Submitted', 'Submitted for execution'));
  if (ending === 'Submitted') {
    return id;
  }
  await set(start, state('Running', 'Running flow.'));
  const taskRuns = planTaskRuns(random, flow.plan, ending, start);
  const ids = await makeTaskRuns(api, id, flow, taskRuns);
  const end = Math.max(start + SECOND, ...taskRuns.map(({ to }) => to));
  await writeLogs(api, id, taskRuns, ids, start, end, ending);
  const last = lastState(ending, taskRuns);
  if (last === undefined) {
    await api.change('update_flow_run_heartbeat', { flow_run_id: id }, 'success');
  } else {
    await set(end + 400, last);
  }
  return id;
}

function lastState(ending: Ending, taskRuns: readonly TaskRunPlan[]): StateJson | undefined {
  switch (ending) {
    case 'Success':
      return state('Success', 'All reference tasks succeeded.');
    case 'Failed': {
      const failed = taskRuns.filter(({ states }) => states.at(-1)?.state.type === 'Failed');
      const names = failed.map(({ task }) => task.name);
      return state('Failed', `Some reference tasks failed. First: ${names[0] ?? 'unknown'}.`);
    }
    case 'TimedOut':
      return state('TimedOut', 'The flow run took longer than 900 s.');
    case 'Cancelled':
      return state('Cancelled', 'Cancelled by ada@example.com: started twice.');
    case 'Cancelling':
      return state('Cancelling', 'Cancelling: asked for by ada@example.com.');
    default:
      return undefined;
  }
}

async function makeTaskRuns(
  api: Api,
  flowRunId: string,
  flow: FlowHere,
  taskRuns: readonly TaskRunPlan[],
): Promise<string[]> {
  if (taskRuns.length === 0) {
    return [];
  }
  const fields = taskRuns.map(({ task, mapIndex }, index) => {
    const input = `flow_run_id: "${flowRunId}", task_id: "${flow.taskIds.get(slugOf(task.name))}", map_index: ${mapIndex}`;
    return `t${index}: get_or_create_task_run_info(input: { ${input} }) { id }`;
  });
  const made = await api.ask<Record<string, { id: string }>>(`mutation { ${fields.join('\n')} }`);
  const ids = taskRuns.map((_, index) => made[`t${index}`]?.id ?? '');
  const most = Math.max(...taskRuns.map(({ states }) => states.length));
  for (let round = 0; round < most; round += 1) {
    const states = taskRuns.flatMap((taskRun, index) => {
      const entry = taskRun.states[round];
      return entry === undefined
        ? []
        : [{ task_run_id: ids[index], state: entry.state, timestamp: iso(entry.at) }];
    });
    await api.change('set_task_run_states', { states }, 'states { status }');
  }
  return ids;
}

async function writeLogs(
  api: Api,
  flowRunId: string,
  taskRuns: readonly TaskRunPlan[],
  ids: readonly string[],
  start: number,
  end: number,
  ending: Ending,
): Promise<void> {
  const line = (at: number, level: string, name: string, message: string, taskRunId?: string) => ({
    flow_run_id: flowRunId,
    ...(taskRunId === undefined ? {} : { task_run_id: taskRunId }),
    timestamp: iso(at),
    level,
    name,
    message,
  });
  const logs = [line(start, 'INFO', 'campana.FlowRunner', 'Beginning the flow run')];
  for (const [index, { task, from, to, states }] of taskRuns.entries()) {
    const id = ids[index];
    const logger = 'campana.TaskRunner';
    logs.push(line(from, 'INFO', logger, `Task '${task.name}': starting the task run`, id));
    logs.push(line(from + 90, 'DEBUG', task.name, `connected in ${Math.round((to - from) / 97)} ms`, id));
    logs.push(line((from + to) / 2, 'INFO', task.name, `${Math.round((to - from) / 3)} rows so far`, id));
    const last = states.at(-1)?.state;
    if (last?.type === 'Failed' || last?.type === 'TimedOut') {
      logs.push(line(to - 600, 'WARNING', task.name, 'slow answer, trying again', id));
      logs.push(line(to, 'ERROR', logger, `Task '${task.name}': unexpected error\n${last.message}`, id));
    }
    if (last !== undefined) {
      logs.push(line(to, 'INFO', logger, `Task '${task.name}': finished in state ${last.type}`, id));
    }
  }
  logs.push(
    line(end, ending === 'Failed' ? 'ERROR' : 'INFO', 'campana.FlowRunner', `The flow run is ${ending}`),
  );
  await api.change('write_run_logs', { logs }, 'success');
}
