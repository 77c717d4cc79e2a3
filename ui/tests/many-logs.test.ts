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

const lines = (page: Page) => page.getByRole('region', { name: 'Lines' });

async function openLogs(): Promise<Page> {
  const { page } = await browser.open(`${server().url}/flow-run/${run}/logs`);
  await settled(page);
  await page.getByText('10,000 lines').waitFor();
  return page;
}

test('10,000 lines are there, and the page stays light', async () => {
  const page = await openLogs();
  // It follows a run that goes on, from its last line; any other is a key away.
  await lines(page).getByText('line 9999 of many').waitFor();
  expect(await page.locator('*').count()).toBeLessThan(FEW_ELEMENTS);
  await shoot(page, 'stories', '10,000 lines');
  await lines(page).press('Home');
  await lines(page).getByText('line 0 of many').waitFor();
  expect(await page.locator('*').count()).toBeLessThan(FEW_ELEMENTS);
});

test('a line is found by its words, and lines by their level', async () => {
  const page = await openLogs();
  await page.getByRole('textbox', { name: 'Search the log' }).fill('needle 4777');
  await expect.poll(() => page.getByLabel('Found').textContent()).toBe('1 of 1');
  await lines(page).getByText('needle 4777').waitFor();
  await page.getByRole('combobox', { name: 'Level' }).click();
  await page.getByRole('option', { name: 'ERROR and up' }).click();
  await page.getByText('10 of 10,000 lines').waitFor();
});

test('what is written meanwhile shows by itself', async () => {
  const page = await openLogs();
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await write([{ flow_run_id: run, level: 'WARNING', name: 'talk', message: 'and one more' }]);
  await lines(page).getByText('and one more').waitFor();
  await page.getByText('10,001 lines').waitFor();
});
