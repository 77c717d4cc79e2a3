import { Api } from './api';
import type { World } from './fill';

/** A name for pictures and reports, and where the page is. */
export type Place = readonly [name: string, path: string];

const FAILED_TASK_RUN = `query($id: uuid!) {
  task_run(where: { flow_run_id: { _eq: $id }, state: { _eq: "Failed" }, map_index: { _eq: -1 } }, limit: 1) { id }
}`;
const DELIVERIES = `{
  delivered: delivery(where: { status: { _eq: "delivered" } }, limit: 1) { id }
  dead: delivery(where: { status: { _eq: "dead" } }, limit: 1) { id }
}`;

/** Every page of the UI, of a world in which there is something on it. */
export async function everyPage(url: string, world: World): Promise<readonly Place[]> {
  const { flows, hooks, projects, runs } = world;
  const api = new Api(url);
  const { task_run } = await api.ask<{ task_run: { id: string }[] }>(FAILED_TASK_RUN, { id: runs.Failed });
  const { delivered, dead } = await api.ask<Record<'delivered' | 'dead', { id: string }[]>>(DELIVERIES);
  const flow = `/flow/${flows['Nightly invoices']}`;
  const run = `/flow-run/${runs.Failed}`;
  const taskRun = `/task-run/${task_run[0]?.id}`;
  return [
    ['dashboard', '/'],
    ['flows', '/flows'],
    ['projects', '/projects'],
    ['project', `/project/${projects['Billing']}`],
    ['flow', flow],
    ['flow tasks', `${flow}/tasks`],
    ['flow runs', `${flow}/runs`],
    ['flow schematic', `${flow}/schematic`],
    ['flow versions', `${flow}/versions`],
    ['flow start a run', `${flow}/run`],
    ['flow settings', `${flow}/settings`],
    ['flow hooks', `${flow}/settings/cloud-hooks`],
    ['flow run failed', run],
    ['flow run schematic', `${run}/schematic`],
    ['flow run logs', `${run}/logs`],
    ['flow run states', `${run}/states`],
    ['flow run parameters', `${run}/parameters`],
    ['flow run deliveries', `${run}/deliveries`],
    ['flow run running', `/flow-run/${runs.Running}`],
    ['flow run paused', `/flow-run/${runs.Paused}`],
    ['flow run scheduled', `/flow-run/${runs.Scheduled}`],
    ['task run', taskRun],
    ['hooks', '/team/cloud-hooks'],
    ['hook new', '/team/cloud-hooks/new'],
    ['hook slack', `/team/cloud-hooks/${hooks['On call']}`],
    ['hook webhook', `/team/cloud-hooks/${hooks['Run archive']}`],
    ['deliveries', '/deliveries'],
    ['delivery', `/delivery/${delivered[0]?.id}`],
    ['delivery dead', `/delivery/${dead[0]?.id}`],
    ['inbox', '/inbox'],
    ['api keys', '/team/api-keys'],
    ['audit', '/team/audit'],
    ['interactive api', '/api'],
    ['sign in', '/sign-in'],
    ['not found', '/nowhere/at/all'],
  ];
}
