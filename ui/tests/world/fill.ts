import { Api } from './api';
import { FLOWS, type FlowPlan, serialized } from './flows';
import { makeHooks, type Receivers } from './hooks';
import { Random } from './random';
import { type FlowHere, makeRun } from './runs';
import type { Ending } from './task-runs';

/** What a test or a person needs to find things in the world again: ids by name. */
export interface World {
  readonly projects: Readonly<Record<string, string>>;
  /** Flow group ids. */
  readonly flows: Readonly<Record<string, string>>;
  readonly hooks: Readonly<Record<string, string>>;
  /** The last run of each ending, of the flow with 20 tasks where it has one. */
  readonly runs: Readonly<Partial<Record<Ending, string>>>;
}

const HOUR = 3_600_000;
const DAYS_7 = 7 * 24 * HOUR;
/** Runs of the last days happen after the hooks were made, so that these have something to say. */
const HOOKED = 60 * HOUR;
const PATIENCE_MS = 10_000;
const LOOK_MS = 250;

/** The runs that are not over, or ended otherwise than most. */
const SPECIAL: readonly { readonly flow: string; readonly ending: Ending; readonly hoursAgo: number }[] = [
  { flow: 'Nightly invoices', ending: 'Failed', hoursAgo: 1.6 },
  { flow: 'Nightly invoices', ending: 'Running', hoursAgo: 0.03 },
  { flow: 'Charge cards', ending: 'Running', hoursAgo: 0.01 },
  { flow: 'Charge cards', ending: 'Queued', hoursAgo: 0.005 },
  { flow: 'Charge cards', ending: 'Cancelled', hoursAgo: 3.2 },
  { flow: 'Load warehouse', ending: 'Submitted', hoursAgo: 0.002 },
  { flow: 'Load warehouse', ending: 'Cancelling', hoursAgo: 0.02 },
  { flow: 'Refresh dashboards', ending: 'Paused', hoursAgo: 0.6 },
  { flow: 'Refresh dashboards', ending: 'Scheduled', hoursAgo: -2 },
  { flow: 'Train churn model', ending: 'TimedOut', hoursAgo: 9.5 },
  { flow: 'Back up databases', ending: 'Scheduled', hoursAgo: -7 },
];

/** Fills the server with the last seven days of a small company, and waits until what can arrive has arrived. */
export async function fillWorld(url: string, receivers: Receivers, seed = 7): Promise<World> {
  const api = new Api(url);
  const random = new Random(seed);
  const now = Date.now();
  const projects = await makeProjects(api);
  const flows = new Map<string, FlowHere>();
  for (const plan of FLOWS) {
    flows.set(plan.name, await makeFlow(api, plan, projects[plan.project] ?? ''));
  }
  await api.change('register_agent', { type: 'LocalAgent', name: 'worker-1', labels: [] });

  const due = [...ordinaryRuns(random, now), ...specialRuns(now)].sort((one, other) => one.at - other.at);
  const runs: Partial<Record<Ending, string>> = {};
  let hooks: Record<string, string> | undefined;
  for (const { flow, ending, at } of due) {
    if (hooks === undefined && at > now - HOOKED) {
      hooks = await makeHooks(
        api,
        receivers,
        (name) => versionGroupOf(flows, name),
        (name) => projects[name] ?? '',
      );
    }
    const here = flows.get(flow);
    if (here !== undefined) {
      runs[ending] = await makeRun(api, random, here, ending, at);
    }
  }
  await settle(api);
  await readSome(api);
  const groups = [...flows].map(([name, { flowGroupId }]) => [name, flowGroupId] as const);
  return { projects, flows: Object.fromEntries(groups), hooks: hooks ?? {}, runs };
}

async function makeProjects(api: Api): Promise<Record<string, string>> {
  const names = [...new Set(FLOWS.map(({ project }) => project))];
  const ids: Record<string, string> = {};
  for (const name of names) {
    ids[name] = (await api.change('create_project', { name, description: `What the ${name} team runs.` })).id;
  }
  return ids;
}

const versionGroupOf = (flows: ReadonlyMap<string, FlowHere>, name: string) =>
  flows.get(name)?.versionGroupId ?? '';

/** Registers all versions of a flow. */
export async function makeFlow(api: Api, plan: FlowPlan, projectId: string): Promise<FlowHere> {
  let flowId = '';
  for (let version = 0; version < (plan.versions ?? 1); version += 1) {
    const made = await api.change('create_flow', {
      project_id: projectId,
      serialized_flow: serialized(plan),
      set_schedule_active: plan.schedule !== undefined,
      description: plan.description,
      version_group_id: plan.name.toLowerCase().replaceAll(' ', '-'),
    });
    flowId = made.id;
  }
  const { flow } = await api.ask<{ flow: FlowRow }>(
    'query($id: uuid!) { flow: flow_by_pk(id: $id) { flow_group_id version_group_id tasks { id slug } } }',
    { id: flowId },
  );
  return {
    plan,
    flowId,
    flowGroupId: flow.flow_group_id,
    versionGroupId: flow.version_group_id,
    taskIds: new Map(flow.tasks.map(({ id, slug }) => [slug, id])),
  };
}

interface FlowRow {
  readonly flow_group_id: string;
  readonly version_group_id: string;
  readonly tasks: readonly { readonly id: string; readonly slug: string }[];
}

interface Due {
  readonly flow: string;
  readonly ending: Ending;
  readonly at: number;
}

/** Runs that ended well or not, evenly over the days. */
function ordinaryRuns(random: Random, now: number): Due[] {
  return FLOWS.flatMap((plan) =>
    Array.from({ length: plan.runs }, (_, index): Due => {
      const share = (index + random.between(0.2, 0.8)) / plan.runs;
      const canFail = plan.tasks.some(({ error }) => error !== undefined);
      const ending = canFail && random.next() < plan.failing ? 'Failed' : 'Success';
      return { flow: plan.name, ending, at: now - DAYS_7 + share * (DAYS_7 - 0.5 * HOUR) };
    }),
  );
}

function specialRuns(now: number): Due[] {
  return SPECIAL.map(({ flow, ending, hoursAgo }) => ({ flow, ending, at: now - hoursAgo * HOUR }));
}

/** Waits until every delivery has been tried once, but not for those behind a receiver that had to be paused. */
async function settle(api: Api): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  const query =
    '{ open: delivery_aggregate(where: { attempts: { _eq: 0 }, status: { _eq: "pending" } }) { aggregate { count } } }';
  for (;;) {
    const { open } = await api.ask<{ open: { aggregate: { count: number } } }>(query);
    if (open.aggregate.count === 0 || Date.now() > until) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Somebody has read the older half of the inbox. */
async function readSome(api: Api): Promise<void> {
  const { message } = await api.ask<{ message: { id: string }[] }>(
    '{ message(order_by: [{ created: asc }]) { id } }',
  );
  for (const { id } of message.slice(0, message.length / 2)) {
    await api.change('set_message_read', { message_id: id }, 'success');
  }
}
