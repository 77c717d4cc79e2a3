import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { browserOfFile } from './support/browser';
import { settled } from './support/pages';
import { failedRun, newFlow, serverOfFile, task } from './support/server';

/** What would show itself if any of it ever became HTML, or a script. */
const ATTACK = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script><a href="javascript:window.hit=1">x</a>{{7*7}}`;

const server = serverOfFile();
const browser = browserOfFile();
const path = { flow: '', run: '', taskRun: '', hook: '', delivery: '' };

beforeAll(async () => {
  const { api, receivers } = server();
  const flow = await newFlow(api, {
    project: `Project ${ATTACK}`,
    name: `Flow ${ATTACK}`,
    description: `Described ${ATTACK}`,
    tasks: [task(`Task ${ATTACK}`)],
  });
  const hook = await api.change('create_cloud_hook', {
    name: `Hook ${ATTACK}`,
    type: 'WEBHOOK',
    states: ['FAILED'],
    config: { url: receivers.webhook },
    template: JSON.stringify({ text: ATTACK.replaceAll(/[{}]/g, '') }),
  });
  await api.change('create_cloud_hook', {
    name: 'Inbox',
    type: 'PREFECT_MESSAGE',
    states: ['ALL'],
    config: {},
  });
  const run = await failedRun(api, flow, `Run ${ATTACK}`, `Error ${ATTACK}`);
  const line = { flow_run_id: run, level: 'ERROR', name: `Logger ${ATTACK}`, message: `Line ${ATTACK}` };
  await api.change('write_run_logs', { logs: [line] }, 'success');
  const found = await api.ask<{ task_run: { id: string }[]; delivery: { id: string }[] }>(
    'query($hook: uuid!) { task_run { id } delivery(where: { cloud_hook_id: { _eq: $hook } }) { id } }',
    { hook: hook.id },
  );
  path.flow = `/flow/${flow.flowGroupId}`;
  path.run = `/flow-run/${run}`;
  path.taskRun = `/task-run/${found.task_run[0]?.id}`;
  path.hook = `/team/cloud-hooks/${hook.id}`;
  path.delivery = `/delivery/${found.delivery[0]?.id}`;
});

/** Opens a page, and returns once this text stands on it, to the letter. */
async function expectText(at: string, ...texts: readonly string[]): Promise<Page> {
  const { page } = await browser.open(server().url + at);
  await settled(page);
  for (const text of texts) {
    await expect.poll(() => allText(page), { timeout: 10_000 }).toContain(text);
  }
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
  expect(await page.locator('img[src="x"], a[href^="javascript:"]').count()).toBe(0);
  return page;
}

/** What stands on the page and in its fields. */
const allText = (page: Page) =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea')];
    return [document.body.innerText, ...fields.map(({ value }) => value)].join('\n');
  });

test('names of flows and projects', async () => {
  await expectText('/flows', `Flow ${ATTACK}`, `Project ${ATTACK}`);
  await expectText(path.flow, `Flow ${ATTACK}`);
});

test('names of tasks', async () => {
  await expectText(`${path.flow}/tasks`, `Task ${ATTACK}`);
  await expectText(`${path.flow}/schematic`, `Task `);
});

test('the name of a run, and what its states say', async () => {
  await expectText(path.run, `Run ${ATTACK}`, `Error ${ATTACK}`);
  await expectText(path.taskRun, `Task ${ATTACK}`, `Error ${ATTACK}`);
});

test('logs', async () => {
  await expectText(`${path.run}/logs`, `Line ${ATTACK}`);
});

test('hooks and their templates', async () => {
  await expectText('/team/cloud-hooks', `Hook ${ATTACK}`);
  await expectText(path.hook, `Hook ${ATTACK}`, 'onerror=');
});

test('deliveries, the inbox and the audit', async () => {
  await expectText('/deliveries', `Hook ${ATTACK}`);
  await expectText(path.delivery, 'onerror=');
  await expectText('/inbox', `Flow ${ATTACK}`);
  await expectText('/team/audit', 'hook');
});

test('the dashboard, which shows the error first', async () => {
  await expectText('/', `Flow ${ATTACK}`, `Error ${ATTACK}`);
});

test('an address', async () => {
  await expectText(`/flows?search=${encodeURIComponent(ATTACK)}`, 'Flow');
  await expectText(`/${encodeURIComponent(ATTACK)}`);
});
