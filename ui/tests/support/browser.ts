import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { shoot } from './pages';

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly theme: 'light' | 'dark';
}

export const WIDE: Look = { width: 1440, theme: 'light' };
export const NARROW: Look = { width: 390, theme: 'light' };

/** Without a network beyond this machine, and as root, as in CI. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings in the console, violations of the Content-Security-Policy among them. */
  readonly complaints: string[];
}

/**
 * A browser for the tests of a file. After each test its pages are closed; it fails if one of them has complained, and a
 * screenshot is kept of each page of one that failed.
 */
export function browserOfFile(): { open: (url: string, look?: Look) => Promise<Visit> } {
  let browser: Browser;
  let visits: Visit[] = [];

  beforeAll(async () => {
    const executablePath = process.env['CAMPANA_CHROMIUM'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: FLAGS });
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

async function visitWith(browser: Browser, { width, theme }: Look): Promise<Visit> {
  const isNarrow = width < 500;
  const context = await browser.newContext({
    viewport: { width, height: isNarrow ? 844 : 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Paris',
    locale: 'en-GB',
    hasTouch: isNarrow,
    isMobile: isNarrow,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(`${page.url()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
  return { page, context, complaints };
}
