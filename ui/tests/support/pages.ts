import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const OUTPUT = fileURLToPath(new URL('../output/', import.meta.url));
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PATIENCE = { timeout: 20_000 };

/** Waits until the page has its data and nothing moves any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  const pending = page.locator(
    'main [aria-busy="true"], main .mantine-Skeleton-root, main .mantine-Loader-root',
  );
  await expect.poll(() => pending.count(), PATIENCE).toBe(0);
  await page.evaluate(async () => {
    await document.fonts.ready;
    const finite = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(finite.map(({ finished }) => finished));
  });
}

/** Keeps a picture of the page, in `tests/output/<kind>/`. */
export async function shoot(page: Page, kind: string, name: string): Promise<void> {
  const file = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.png`;
  await page.screenshot({ path: `${OUTPUT}${kind}/${file}`, animations: 'disabled' });
}

/** By how much the page is wider than the window, and what sticks out. */
export async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) {
      return [];
    }
    const wide = [...document.querySelectorAll('main *')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1,
    );
    const told = wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 120));
    return [`${scrollWidth - clientWidth} px too wide`, ...told];
  });
}

/** What GraphiQL brings, and no page here can change: its editor, and tabs with a button in each. */
const NOT_OURS = ['.CodeMirror', '.graphiql-tab'];

/** What shuts people out, as axe finds it: what is serious or worse. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run({ exclude: ${JSON.stringify(NOT_OURS)} }, { resultTypes: ["violations"], iframes: false })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => {
      const places = nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `  ${html.slice(0, 160)}\n  ${failureSummary}`);
      return `${id}: ${help} (${nodes.length} times)\n${places.join('\n')}`;
    });
}
