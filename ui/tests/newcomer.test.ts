import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserOfFile } from './support/browser';
import { settled, shoot } from './support/pages';
import { failedRun, newFlow, serverOfFile, task } from './support/server';
import type { FlowHere } from './world/runs';

const ERROR = 'OperationalError: could not connect to server: Connection refused';
const PATIENCE = { timeout: 30_000 };

const server = serverOfFile();
const browser = browserOfFile();
let flow: FlowHere;

/** A channel that somebody has removed, until it is there again. */
let isRemoved = true;
const channel = createServer((request, response) => {
  request.resume();
  response.writeHead(isRemoved ? 404 : 200).end(isRemoved ? 'no_service' : 'ok');
});

beforeAll(async () => {
  flow = await newFlow(server().api, { name: 'Nightly invoices', tasks: [task('Read usage')] });
  await failedRun(server().api, flow, 'first-night', ERROR);
  await new Promise<void>((listening) => channel.listen(0, '127.0.0.1', listening));
});
afterAll(() => channel.close());

/** Fills in the form of a Slack hook, which is open. */
async function fillSlack(page: Page, name: string, url: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('radio', { name: /^Slack/ }).click();
  await page.getByRole('textbox', { name: /Webhook URL/ }).fill(url);
  await page.getByLabel('Preset of states').getByText('FAILED', { exact: true }).click();
}

async function saveHook(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Create hook' }).click();
  await page.waitForURL(/\/team\/cloud-hooks\/[0-9a-f-]{36}$/);
  await settled(page);
  return page.url();
}

test('sees what failed, and why', async () => {
  const { page } = await browser.open(server().url);
  await settled(page);
  await page.getByRole('main').getByRole('link', { name: 'first-night' }).first().click();
  await page.waitForURL(/\/flow-run\//);
  await settled(page);
  // The error is on the first screen, without a scroll or a click.
  const error = page.getByText(ERROR).first();
  await error.waitFor();
  expect((await error.boundingBox())?.y).toBeLessThan(600);
  await shoot(page, 'stories', 'newcomer 1 the error');
});

test('sets up a Slack hook, tries it, and sees the next failure arrive', async () => {
  const { url, api, receivers, received } = server();
  const { page } = await browser.open(url);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Cloud Hooks' }).click();
  await page
    .getByRole('link', { name: /Create hook/ })
    .first()
    .click();
  await fillSlack(page, 'On call', receivers.slack);
  // The message, and how often it would have been sent of late.
  await page.getByRole('region', { name: 'Preview' }).getByText('Failed').first().waitFor();
  await expect
    .poll(() => page.getByRole('region', { name: 'Would have matched' }).textContent())
    .toContain('1 message');
  await page.getByRole('button', { name: 'Send test' }).click();
  await page.getByRole('alert').getByText('Accepted', { exact: true }).waitFor();
  expect(received()).toMatchObject([{ kind: 'slack', outcome: 'accepted' }]);
  await shoot(page, 'stories', 'newcomer 2 the test');

  await saveHook(page);
  await failedRun(api, flow, 'second-night', ERROR);
  await expect.poll(received, PATIENCE).toHaveLength(2);
  expect(JSON.stringify(received()[1])).toContain('Nightly invoices');

  // Nobody loads the page again: it shows by itself.
  const row = page.getByRole('row').filter({ hasText: 'second-night' });
  await row.getByRole('link', { name: 'Delivered' }).click();
  await page.waitForURL(/\/delivery\//);
  await settled(page);
  await page.getByRole('heading', { name: 'Delivery to On call' }).waitFor();
  await shoot(page, 'stories', 'newcomer 3 the delivery');
});

test('sees one that did not arrive, mends the cause, and replays it', async () => {
  const { url, api } = server();
  const { port } = channel.address() as AddressInfo;
  const { page } = await browser.open(`${url}/team/cloud-hooks/new`);
  await settled(page);
  await fillSlack(page, 'Billing', `http://127.0.0.1:${port}/billing`);
  await saveHook(page);
  await failedRun(api, flow, 'third-night', ERROR);

  await page.goto(`${url}/deliveries?status=dead`);
  const row = page.getByRole('row').filter({ hasText: 'third-night' });
  await row.getByRole('link', { name: 'Dead' }).click();
  await page.getByText('no_service').first().waitFor();
  await settled(page);
  await shoot(page, 'stories', 'newcomer 4 a dead delivery');

  isRemoved = false;
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
  await page.getByText(/The provider accepted it/).waitFor(PATIENCE);
});
