import { expect, test } from 'vitest';
import { canRestart, restartSet } from './restart';

const run = (id: string, task_id: string, map_index: number, state: string) => ({
  id,
  task_id,
  map_index,
  state,
});
const edge = (upstream_task_id: string, downstream_task_id: string, mapped = false) => ({
  upstream_task_id,
  downstream_task_id,
  mapped,
});
const ids = (runs: readonly { id: string }[]) => runs.map(({ id }) => id).sort();

test('what failed and all below it run again, what succeeded beside it does not', () => {
  const runs = [
    run('read', 'read', -1, 'Success'),
    run('rate', 'rate', -1, 'Failed'),
    run('other', 'other', -1, 'Success'),
    run('book', 'book', -1, 'TriggerFailed'),
    run('always', 'always', -1, 'Success'),
  ];
  const edges = [edge('read', 'rate'), edge('read', 'other'), edge('rate', 'book'), edge('book', 'always')];
  expect(ids(restartSet(runs, edges))).toEqual(['always', 'book', 'rate']);
});

test('what was cancelled or never ended runs again, what has not begun is Pending anyway', () => {
  const runs = [
    run('cancelled', 'a', -1, 'Cancelled'),
    run('lost', 'b', -1, 'Running'),
    run('looped', 'c', -1, 'Skipped'),
    run('pending', 'd', -1, 'Pending'),
  ];
  expect(ids(restartSet(runs, [edge('b', 'd')]))).toEqual(['cancelled', 'lost']);
});

test('of mapped tasks only the failed child runs again, its twin below, and what gathers them', () => {
  const runs = [
    run('fetch', 'fetch', -1, 'Mapped'),
    run('fetch0', 'fetch', 0, 'Success'),
    run('fetch1', 'fetch', 1, 'Failed'),
    run('parse', 'parse', -1, 'Mapped'),
    run('parse0', 'parse', 0, 'Success'),
    run('parse1', 'parse', 1, 'TriggerFailed'),
    // It runs whatever came before.
    run('store', 'store', -1, 'Success'),
  ];
  const edges = [edge('fetch', 'parse', true), edge('parse', 'store')];
  expect(ids(restartSet(runs, edges))).toEqual(['fetch1', 'parse1', 'store']);
});

test('when what was mapped over failed, every child runs again', () => {
  const runs = [
    run('list', 'list', -1, 'Failed'),
    run('fetch', 'fetch', -1, 'Mapped'),
    run('fetch0', 'fetch', 0, 'Success'),
  ];
  expect(ids(restartSet(runs, [edge('list', 'fetch', true)]))).toEqual(['fetch', 'fetch0', 'list']);
});

test.each([
  ['Failed', true],
  ['TimedOut', true],
  ['Cancelled', true],
  ['Success', false],
  ['Running', false],
])('a run that is %s can be restarted: %s', (state, can) => {
  expect(canRestart(state)).toBe(can);
});
