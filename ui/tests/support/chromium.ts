import { type Browser, type BrowserContext, chromium } from 'playwright-core';

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

export function launch(): Promise<Browser> {
  const executablePath = process.env['CAMPANA_CHROMIUM'] ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A browser of somebody in Paris, who wants nothing to move. */
export function contextWith(browser: Browser, { width, theme }: Look): Promise<BrowserContext> {
  const isNarrow = width < 500;
  return browser.newContext({
    viewport: { width, height: isNarrow ? 844 : 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Paris',
    locale: 'en-GB',
    hasTouch: isNarrow,
    isMobile: isNarrow,
  });
}
