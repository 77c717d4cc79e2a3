import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { browserOfFile } from './support/browser';
import { settled } from './support/pages';
import { newFlow, serverOfFile } from './support/server';
import { Api } from './world/api';

const server = serverOfFile();
const browser = browserOfFile();
let admin: Api;
let key = '';

beforeAll(async () => {
  const { api, url } = server();
  await newFlow(api, { name: 'Payroll' });
  // From the first key on, everybody needs one.
  key = (await api.change<{ key: string }>('create_api_key', { name: 'Ada' }, 'id key')).key;
  admin = new Api(url, key);
});

const keyField = (page: Page) => page.getByRole('textbox', { name: 'API key' });

async function signIn(page: Page, secret: string): Promise<void> {
  await keyField(page).fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('whoever is not signed in is asked for a key, and comes to where the link led', async () => {
  const visit = await browser.open(`${server().url}/flows?search=Pay`);
  const { page, context } = visit;
  await page.waitForURL(/\/sign-in/);
  await signIn(page, key);
  await page.waitForURL(/\/flows\?search=Pay/);
  await page.getByRole('link', { name: 'Payroll' }).first().waitFor();
  // No script, and no request of another site, gets at what the browser is known by.
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
  expect(kept).not.toContain(key);
  expectOnlyRefusals(visit.complaints);
});

test('a key that opens nothing is refused, and says so', async () => {
  const { page, complaints } = await browser.open(`${server().url}/sign-in`);
  await signIn(page, `campana_${'x'.repeat(43)}`);
  await page
    .getByText(/unknown|no such key|revoked|opens nothing/i)
    .first()
    .waitFor();
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  expectOnlyRefusals(complaints);
});

test('who signs out is out, also for whoever takes the cookie', async () => {
  const { page, context, complaints } = await browser.open(`${server().url}/sign-in`);
  await signIn(page, key);
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await settled(page);
  const cookies = await context.cookies();
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/\/sign-in/);
  await context.addCookies(cookies);
  await page.goto(`${server().url}/flows`);
  await page.waitForURL(/\/sign-in/);
  expectOnlyRefusals(complaints);
});

test('a key that is revoked closes the pages that it opened', async () => {
  const made = await admin.change<{ id: string; key: string }>(
    'create_api_key',
    { name: 'Laptop that was lost' },
    'id key',
  );
  const { page, complaints } = await browser.open(`${server().url}/sign-in`);
  await signIn(page, made.key);
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await settled(page);
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await admin.change('delete_api_key', { key_id: made.id }, 'success');
  // Nobody touches the page: its WebSocket is closed, and what it asks then is refused.
  await page.waitForURL(/\/sign-in/);
  expectOnlyRefusals(complaints);
});

test('a viewer is not offered what only others may do', async () => {
  const viewer = await admin.change<{ key: string }>(
    'create_api_key',
    { name: 'Eve', role: 'viewer' },
    'key',
  );
  const { page, complaints } = await browser.open(`${server().url}/sign-in`);
  await signIn(page, viewer.key);
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await page.goto(`${server().url}/team/cloud-hooks`);
  await settled(page);
  const create = page
    .getByRole('link', { name: /new hook|create/i })
    .or(page.getByRole('button', { name: /new hook|create/i }));
  expect(await create.filter({ visible: true }).and(page.locator(':enabled')).count()).toBe(0);
  expectOnlyRefusals(complaints);
});

/** The browser itself writes into the console that an answer was 401, or that a WebSocket was refused. */
function expectOnlyRefusals(complaints: string[]): void {
  const others = complaints.filter((complaint) => !/40[13]|WebSocket/.test(complaint));
  expect(others).toEqual([]);
  complaints.length = 0;
}
