import { afterAll, beforeAll, inject } from 'vitest';
import { Api, type StateJson, state } from '../world/api';
import { makeFlow } from '../world/fill';
import { type FlowPlan, slugOf, type TaskPlan } from '../world/flows';
import type { FlowHere } from '../world/runs';
import { type Started, startServer } from '../world/start';

/** A server, with nothing in it, for the stories of one file. */
export interface Server extends Started {
  readonly api: Api;
}

/** Starts it before the first story of the file, and ends it after the last. */
export function serverOfFile(): () => Server {
  let server: Server | undefined;
  beforeAll(async () => {
    const started = await startServer({ campana: inject('campana') });
    server = { ...started, api: new Api(started.url) };
  });
  afterAll(() => server?.stop());
  return () => {
    if (server === undefined) {
      throw new Error('the server is there once the stories run');
    }
    return server;
  };
}

/** A task that waits for nothing. */
export const task = (name: string, more: Partial<TaskPlan> = {}): TaskPlan => ({
  name,
  after: [],
  seconds: 1,
  ...more,
});

/** Registers a flow in a project that it makes. */
export async function newFlow(
  api: Api,
  plan: Partial<FlowPlan> & { readonly name: string },
): Promise<FlowHere> {
  const whole = { project: 'Stories', description: '', tasks: [task('Work')], failing: 0, runs: 0, ...plan };
  const { id } = await api.change('create_project', { name: whole.project });
  return makeFlow(api, whole, id);
}

/** Starts a run of it, which has done nothing yet. */
export async function newRun(api: Api, flow: FlowHere, name: string): Promise<string> {
  return (await api.change('create_flow_run', { flow_id: flow.flowId, flow_run_name: name })).id;
}

/** Reports states of a run, one after the other. */
export async function report(api: Api, flowRunId: string, ...states: readonly StateJson[]): Promise<void> {
  for (const reported of states) {
    const element = { flow_run_id: flowRunId, state: reported };
    await api.change('set_flow_run_states', { states: [element] }, 'states { status message }');
  }
}

/** A run from its beginning to the failure of one of its tasks. */
export async function failedRun(api: Api, flow: FlowHere, name: string, why: string): Promise<string> {
  const id = await newRun(api, flow, name);
  await report(api, id, state('Submitted', 'Submitted for execution'), state('Running', 'Running flow.'));
  const [first] = flow.plan.tasks;
  const taskRun = await api.change('get_or_create_task_run_info', {
    flow_run_id: id,
    task_id: flow.taskIds.get(slugOf(first?.name ?? '')),
    map_index: -1,
  });
  for (const reported of [state('Running', 'Starting task run.'), state('Failed', why)]) {
    const element = { task_run_id: taskRun.id, state: reported };
    await api.change('set_task_run_states', { states: [element] }, 'states { status message }');
  }
  await report(api, id, state('Failed', 'Some reference tasks failed.'));
  return id;
}
