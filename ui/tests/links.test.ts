import type { Page } from 'playwright-core';
import { beforeAll, expect, inject, test } from 'vitest';
import { browserOfFile } from './support/browser';
import { settled } from './support/pages';
import { Api } from './world/api';

const browser = browserOfFile();
const world = inject('world');
const runId = world.runs.Failed ?? '';
let run: { name: string; task_runs: { id: string; task: { name: string } }[] };

beforeAll(async () => {
  const query = `query($id: uuid!) { run: flow_run_by_pk(id: $id) {
    name task_runs(where: { state: { _eq: "Failed" }, map_index: { _eq: -1 } }, limit: 1) { id task { name } }
  } }`;
  run = (await new Api(world.url).ask<{ run: typeof run }>(query, { id: runId })).run;
});

const title = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

test.each(['', '/default'])('a link in a message opens the flow run that it speaks of: %s', async (slug) => {
  const { page } = await browser.open(`${world.url}${slug}/flow-run/${runId}`);
  await settled(page);
  expect(await title(page)).toBe(run.name);
  // The slug stays in the address, wherever one goes from there.
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Flows' }).click();
  await page.waitForURL(`${world.url}${slug}/flows`);
});

test.each(['', '/default'])('and the task run: %s', async (slug) => {
  const taskRun = run.task_runs[0];
  const { page } = await browser.open(`${world.url}${slug}/task-run/${taskRun?.id}`);
  await settled(page);
  expect(await title(page)).toContain(taskRun?.task.name);
});

test('a run that is not there is said to be missing', async () => {
  const { page } = await browser.open(`${world.url}/flow-run/${world.projects['Billing']}`);
  await page
    .getByText(/no such flow run|not found|there is no/i)
    .first()
    .waitFor();
});

test("another tenant is not shown what is this one's", async () => {
  const { page } = await browser.open(`${world.url}/somebody-else/flow-run/${runId}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.textContent('main')).not.toContain(run.name);
});
