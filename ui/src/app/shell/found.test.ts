import { expect, test } from 'vitest';
import { foundById, foundByName, isId, patternOf } from './found';

const FLOW = { id: 'f1', name: 'Invoices', flow_group_id: 'g1', project: { id: 'p1', name: 'Billing' } };
const RUN = { id: 'r1', name: 'fuzzy-jackal', state: 'TimedOut', flow: { id: 'f1', name: 'Invoices' } };

test('an id is looked up, anything else is part of a name', () => {
  expect(isId('01a1fd11-80c6-73eb-849b-89ee127f7097')).toBe(true);
  expect(isId('01a1fd11')).toBe(false);
});

test('what is typed stands for itself', () => {
  expect(patternOf('100 %_a\\b')).toBe('%100 \\%\\_a\\\\b%');
});

test('a flow leads to its group, and a run says how it went', () => {
  const found = foundByName({ flow: [FLOW], project: [FLOW.project], flow_run: [RUN] });
  expect(found.map(({ kind, id, description }) => [kind, id, description])).toEqual([
    ['flow', 'g1', 'Billing'],
    ['project', 'p1', 'Project'],
    ['flow run', 'r1', 'Timed out, run of Invoices'],
  ]);
});

test('a task run is found by its id, with its name in the flow', () => {
  const run = {
    id: 't1',
    name: null,
    map_index: 3,
    state: 'Failed',
    task: { id: 't', name: 'Charge' },
    flow_run: { id: 'r1', name: 'fuzzy-jackal' },
  };
  const [found] = foundById({ flow_run_by_pk: null, task_run_by_pk: run, flow: [], project_by_pk: null });
  expect(found).toMatchObject({ kind: 'task run', name: 'Charge[3]' });
});
