import { beforeAll, expect, test } from 'vitest';
import { browserOfFile } from './support/browser';
import { NARROW, WIDE } from './support/chromium';
import { overflow, settled, shoot } from './support/pages';
import { newFlow, newRun, report, serverOfFile, task } from './support/server';
import { state } from './world/api';
import { slugOf } from './world/flows';

const CHILDREN = 5_000;
const BATCH = 500;
/** An element for each task run would be many times as many. */
const FEW_ELEMENTS = 4_000;

const server = serverOfFile();
const browser = browserOfFile();
let run = '';

beforeAll(async () => {
  const { api } = server();
  const flow = await newFlow(api, { name: 'Wide', tasks: [task('Spread', { children: CHILDREN })] });
  const taskId = flow.taskIds.get(slugOf('Spread'));
  run = await newRun(api, flow, 'very-wide');
  await report(api, run, state('Submitted', 'Submitted for execution'), state('Running', 'Running flow.'));
  for (let first = 0; first < CHILDREN; first += BATCH) {
    const fields = Array.from({ length: BATCH }, (_, index) => {
      const input = `flow_run_id: "${run}", task_id: "${taskId}", map_index: ${first + index}`;
      return `t${index}: get_or_create_task_run_info(input: { ${input} }) { id }`;
    });
    const made = await api.ask<Record<string, { id: string }>>(`mutation { ${fields.join('\n')} }`);
    const ids = Object.values(made).map(({ id }) => id);
    for (const reported of [
      state('Running', 'Starting task run.'),
      state('Success', 'Task run succeeded.'),
    ]) {
      const states = ids.map((id) => ({ task_run_id: id, state: reported }));
      await api.change('set_task_run_states', { states }, 'states { status }');
    }
  }
});

test.each([
  ['timeline', ''],
  ['schematic', '/schematic'],
])('5,000 task runs do not burden the %s', async (name, tab) => {
  for (const look of [WIDE, NARROW]) {
    const { page } = await browser.open(`${server().url}/flow-run/${run}${tab}`, look);
    await settled(page);
    await expect.poll(() => page.textContent('main')).toContain('Spread');
    expect(await page.locator('*').count()).toBeLessThan(FEW_ELEMENTS);
    expect(await overflow(page)).toEqual([]);
    await shoot(page, 'stories', `5,000 task runs ${name} ${look.width}`);
  }
});
