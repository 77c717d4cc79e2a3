import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { everyPage } from '../world/places';
import { browserOfFile } from './browser';
import type { Look } from './chromium';
import { barriers, overflow, settled, shoot } from './pages';

/** A test for each page at this width: in both themes it is whole, fits, and is for everybody. */
export async function testEveryPage(look: Look): Promise<void> {
  const browser = browserOfFile();
  const { url, ...world } = inject('world');
  test.each(await everyPage(url, world))(`${look.width} px: %s`, async (name, path) => {
    const { page } = await browser.open(url + path, look);
    await settled(page);
    if (name !== 'not found') {
      expect(await page.getByRole('heading', { level: 1 }).first().textContent()).not.toMatch(/^No such/);
    }
    const found: string[] = [];
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await settled(page);
      await shoot(page, `${look.width}-${theme}`, name);
      found.push(...(await faults(page)).map((fault) => `${theme}: ${fault}`));
    }
    expect(found.join('\n')).toBe('');
  });
}

async function faults(page: Page): Promise<string[]> {
  return [...(await overflow(page)), ...(await barriers(page))];
}
