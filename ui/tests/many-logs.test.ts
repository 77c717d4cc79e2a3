import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { browserOfFile } from './support/browser';
import { settled, shoot } from './support/pages';
import { newFlow, newRun, report, serverOfFile } from './support/server';
import { state } from './world/api';

const LINES = 10_000;
const BATCH = 1_000;
/** An element for each line would be a hundred times as many. */
const FEW_ELEMENTS = 3_000;

const server = serverOfFile();
const browser = browserOfFile();
let run = '';

beforeAll(async () => {
  const { api } = server();
  const flow = await newFlow(api, { name: 'Talkative' });
  run = await newRun(api, flow, 'a-lot-to-say');
  await report(api, run, state('Submitted', 'Submitted for execution'), state('Running', 'Running flow.'));
  const begin = Date.now() - LINES * 10;
  for (let first = 0; first < LINES; first += BATCH) {
    await write(Array.from({ length: BATCH }, (_, index) => line(first + index, begin)));
  }
});

function line(number: number, begin: number) {
  const isBad = number % 1_000 === 777;
  return {
    flow_run_id: run,
    timestamp: new Date(begin + number * 10).toISOString(),
    level: isBad ? 'ERROR' : 'INFO',
    name: 'talk',
    message: isBad ? `needle ${number}` : `line ${number} of many`,
  };
}

const write = (logs: readonly object[]) => server().api.change('write_run_logs', { logs }, 'success');

const logs = (page: Page) =>
  page
    .getByRole('log')
    .or(page.getByRole('table', { name: /log/i }))
    .first();

test('10,000 lines are there, and the page stays light', async () => {
  const { page } = await browser.open(`${server().url}/flow-run/${run}/logs`);
  await settled(page);
  await expect.poll(() => page.textContent('main')).toMatch(/10[,. ]?000/);
  expect(await page.locator('*').count()).toBeLessThan(FEW_ELEMENTS);
  await shoot(page, 'stories', '10,000 lines');
});

test('a line is found by its words and by its level', async () => {
  const { page } = await browser.open(`${server().url}/flow-run/${run}/logs`);
  await settled(page);
  await page
    .getByRole('textbox', { name: /search/i })
    .or(page.getByRole('searchbox'))
    .last()
    .fill('needle 4777');
  await logs(page).getByText('needle 4777').waitFor();
  await expect.poll(() => logs(page).getByText('of many').count()).toBe(0);
});

test('what is written meanwhile shows by itself', async () => {
  const { page } = await browser.open(`${server().url}/flow-run/${run}/logs`);
  await settled(page);
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  const text = 'and one more';
  await write([{ flow_run_id: run, level: 'WARNING', name: 'talk', message: text }]);
  await page
    .getByRole('textbox', { name: /search/i })
    .or(page.getByRole('searchbox'))
    .last()
    .fill(text);
  await logs(page).getByText(text).waitFor();
});
