import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { browserOfFile } from './support/browser';
import { settled, shoot } from './support/pages';
import { failedRun, newFlow, serverOfFile } from './support/server';
import type { Receivers } from './world/hooks';

interface Story {
  readonly type: string;
  /** Fields by their labels: what is refused, and what is taken. */
  readonly fields: readonly (readonly [label: RegExp, bad: string, good: (to: Receivers) => string])[];
  /** As `campana receive` calls what arrives; none for what stays in the UI. */
  readonly arrivesAs?: string;
}

const TOKEN = 'token-of-twilio';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const STORIES: readonly Story[] = [
  { type: 'Email', fields: [[/^To/, 'nobody', () => 'ops@example.com']], arrivesAs: 'email' },
  { type: 'Slack', fields: [[/^Webhook URL/, 'not a url', ({ slack }) => slack]], arrivesAs: 'slack' },
  {
    type: 'Twilio',
    fields: [
      [/^Account SID/, 'AC1', () => `AC${'0'.repeat(32)}`],
      [/^Auth token/, TOKEN, () => TOKEN],
      [/^Messaging service SID/, `MG${'0'.repeat(32)}`, () => `MG${'0'.repeat(32)}`],
      [/^To/, '+15005550006', () => '+15005550006'],
    ],
    arrivesAs: 'twilio',
  },
  {
    type: 'PagerDuty',
    fields: [[/^Integration key/, 'too short', () => '0'.repeat(32)]],
    arrivesAs: 'pagerduty',
  },
  {
    type: 'Teams',
    fields: [[/^Workflow URL/, 'ftp://example.com', ({ teams }) => teams]],
    arrivesAs: 'teams',
  },
  {
    type: 'Web',
    fields: [
      [/^URL/, 'http://', ({ webhook }) => webhook],
      [/^Signing secrets/, SECRET, () => SECRET],
    ],
    arrivesAs: 'webhook',
  },
  { type: 'In-app', fields: [] },
];

const server = serverOfFile();
const browser = browserOfFile();

beforeAll(async () => {
  const flow = await newFlow(server().api, { name: 'Payroll' });
  await failedRun(server().api, flow, 'last-month', 'ValueError: no tax rate');
});

const create = (page: Page) => page.getByRole('button', { name: 'Create hook' }).click();
const complaint = (page: Page) =>
  page.locator('form .mantine-InputWrapper-error, form [role="alert"]').first();

test.each(STORIES)('$type: what is wrong is said at its field, and what is right is saved', async (story) => {
  const { type, fields, arrivesAs } = story;
  const { url, receivers, received } = server();
  const { page, complaints } = await browser.open(`${url}/team/cloud-hooks/new`);
  await settled(page);
  await page.getByRole('radio', { name: new RegExp(`^${type}`) }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(`By ${type}`);
  const field = (label: RegExp) => page.locator('form').getByLabel(label).first();

  if (fields.length > 0) {
    // Nothing filled in.
    await create(page);
    await page
      .getByText(/is needed$/)
      .first()
      .waitFor();
    for (const [label, bad] of fields) {
      await field(label).fill(bad);
    }
    await create(page);
    await complaint(page).waitFor();
    await shoot(page, 'stories', `hook form ${type} refused`);
    expect(new URL(page.url()).pathname).toBe('/team/cloud-hooks/new');
  }
  for (const [label, , good] of fields) {
    await field(label).fill(good(receivers));
  }
  await page.getByLabel('Preset of states').getByText('FAILED', { exact: true }).click();
  const before = received().length;
  await page.getByRole('button', { name: 'Send test' }).click();
  await page.getByRole('alert').getByText('Accepted', { exact: true }).waitFor();
  await shoot(page, 'stories', `hook form ${type} tested`);
  const arrived = received().slice(before);
  expect(arrived.map(({ kind }) => kind)).toEqual(arrivesAs === undefined ? [] : [arrivesAs]);

  await create(page);
  await page.waitForURL(/\/team\/cloud-hooks\/[0-9a-f-]{36}$/);
  await page.getByRole('heading', { name: `By ${type}` }).waitFor();
  const whole = await page.evaluate(() => document.documentElement.outerHTML);
  for (const secret of [SECRET, TOKEN]) {
    // Not `toContain`, which would print the whole page.
    expect(whole.includes(secret)).toBe(false);
  }
  expect(complaints).toEqual([]);
});

test('a template that is wrong is said to be, before anything is saved', async () => {
  const { page } = await browser.open(`${server().url}/team/cloud-hooks/new`);
  await settled(page);
  await page.getByRole('radio', { name: /^Slack/ }).click();
  await page.getByRole('textbox', { name: 'Template' }).fill('{{ flow.name is');
  await page.locator('.mantine-Textarea-error').or(page.getByRole('alert')).first().waitFor();
  await page.getByRole('textbox', { name: 'Template' }).fill('Look: {{ flow.name }} is {{ state.type }}');
  await page
    .getByText(/^Look: /)
    .first()
    .waitFor();
  await shoot(page, 'stories', 'hook form template');
});

test('a hook is switched off and on, changed, and deleted', async () => {
  const { api, receivers, url } = server();
  const hook = await api.change('create_cloud_hook', {
    name: 'Passing',
    type: 'SLACK_WEBHOOK',
    states: ['FAILED'],
    config: { url: receivers.slack },
  });
  const { page } = await browser.open(`${url}/team/cloud-hooks/${hook.id}`);
  await settled(page);
  await page.getByRole('main').getByRole('switch', { name: 'On', exact: true }).press('Space');
  await expect.poll(() => isActive(hook.id)).toBe(false);
  await page.getByRole('textbox', { name: 'Name' }).fill('Passing by');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByRole('heading', { name: 'Passing by' }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete hook' }).click();
  await page.waitForURL(/\/team\/cloud-hooks$/);
  expect(await isActive(hook.id)).toBeUndefined();
});

async function isActive(id: string): Promise<boolean | undefined> {
  const query = 'query($id: uuid!) { hook: cloud_hook_by_pk(id: $id) { active } }';
  const { hook } = await server().api.ask<{ hook: { active: boolean } | null }>(query, { id });
  return hook?.active;
}
