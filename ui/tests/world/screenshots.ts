import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { contextWith, launch } from '../support/chromium';
import { fillWorld } from './fill';
import { startServer } from './start';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

/** Takes the pictures of the documents, of a world that is the same each time. */
export async function main([campana]: readonly string[]): Promise<void> {
  if (campana === undefined) {
    throw new Error('say which program: npm run screenshots -- ../target/debug/campana');
  }
  const server = await startServer({ campana });
  const { runs } = await fillWorld(server.url, server.receivers);
  const browser = await launch();
  const context = await contextWith(browser, { width: 1280, theme: 'light' });
  const page = await context.newPage();
  try {
    await take(page, `${server.url}/`, 'dashboard');
    await take(page, `${server.url}/flow-run/${runs.Failed}`, 'flow-run');
    await take(page, `${server.url}/team/cloud-hooks/new`, 'cloud-hook', () => fillHook(page));
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function take(page: Page, url: string, name: string, prepare?: () => Promise<void>): Promise<void> {
  await page.goto(url);
  await page.locator('h1').waitFor();
  await prepare?.();
  await page
    .locator('main :is([aria-busy="true"], .mantine-Skeleton-root)')
    .first()
    .waitFor({ state: 'detached' });
  await page.screenshot({ path: `${IMAGES}${name}.png`, animations: 'disabled' });
}

async function fillHook(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Name' }).fill('On call');
  await page
    .getByRole('textbox', { name: /^Webhook URL/ })
    .fill('https://hooks.slack.com/services/T0/B0/secret');
  await page.getByRole('region', { name: 'Preview' }).getByText('Failed').first().waitFor();
  await page.mouse.click(1, 1);
}
