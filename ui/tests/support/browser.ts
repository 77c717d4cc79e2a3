import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { contextWith, type Look, launch, WIDE } from './chromium';
import { shoot } from './pages';

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings in the console, violations of the Content-Security-Policy among them. */
  readonly complaints: string[];
}

/** Some complaints quote a whole file. */
const LENGTH = 300;

/**
 * A browser for the tests of a file. After each test its pages are closed; it fails if one of them has complained, and a
 * screenshot is kept of each page of one that failed.
 */
export function browserOfFile(): { open: (url: string, look?: Look) => Promise<Visit> } {
  let browser: Browser;
  let visits: Visit[] = [];

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  afterEach(async ({ task }) => {
    const closing = visits;
    visits = [];
    if (task.result?.state === 'fail') {
      await Promise.all(closing.map(({ page }) => shoot(page, 'failed', task.name)));
    }
    await Promise.all(closing.map(({ context }) => context.close()));
    expect(closing.flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  return {
    open: async (url, look = WIDE) => {
      const visit = await visitWith(browser, look);
      visits.push(visit);
      await visit.page.goto(url);
      return visit;
    },
  };
}

async function visitWith(browser: Browser, look: Look): Promise<Visit> {
  const context = await contextWith(browser, look);
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(`${page.url()}: ${message.text().slice(0, LENGTH)}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
  return { page, context, complaints };
}
