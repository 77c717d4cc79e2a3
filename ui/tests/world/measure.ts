import type { Browser } from 'playwright-core';
import { contextWith, launch, WIDE } from '../support/chromium';
import { fillWorld } from './fill';
import { addRuns } from './many';
import { everyPage } from './places';
import { startServer } from './start';

const ROUNDS = 5;
const PENDING = 'main :is([aria-busy="true"], .mantine-Skeleton-root, .mantine-Loader-root)';

/** Says how long each page takes from its address to its content, in a browser that has nothing of it yet. */
export async function main([campana, runs = '100000']: readonly string[]): Promise<void> {
  if (campana === undefined) {
    throw new Error('say which program: npm run measure -- ../target/release/campana [RUNS]');
  }
  const server = await startServer({ campana });
  const browser = await launch();
  try {
    const world = await fillWorld(server.url, server.receivers);
    await addRuns(server.url, Number(runs));
    process.stdout.write(
      `milliseconds until a page has its content, among ${runs} runs (${ROUNDS} rounds)\n`,
    );
    for (const [name, path] of await everyPage(server.url, world)) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        times.push(await load(browser, server.url + path));
      }
      times.sort((one, other) => one - other);
      const [median = 0, slowest = 0] = [times[ROUNDS >> 1], times.at(-1)];
      process.stdout.write(`${name}: median ${median.toFixed(0)}, slowest ${slowest.toFixed(0)}\n`);
    }
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function load(browser: Browser, url: string): Promise<number> {
  const context = await contextWith(browser, WIDE);
  const page = await context.newPage();
  const begin = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(
    (pending) => document.querySelector('h1') !== null && document.querySelector(pending) === null,
    PENDING,
  );
  const took = performance.now() - begin;
  await context.close();
  return took;
}
