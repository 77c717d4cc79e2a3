import { expect, test } from 'vitest';
import { merge, type TaskRun } from './useTaskRuns';

const run = (id: string, updated: string, state = 'Running'): TaskRun => ({
  id,
  task_id: 'task',
  name: null,
  map_index: -1,
  state,
  start_time: null,
  end_time: null,
  run_count: 1,
  updated,
});

test('what has changed takes the place of what was known, what is new joins it', () => {
  const known = [run('a', '1'), run('b', '1')];
  const merged = merge(known, [run('b', '2', 'Success'), run('c', '2')]);
  expect(merged.map(({ id, state }) => `${id} ${state}`)).toEqual(['a Running', 'b Success', 'c Running']);
});

test('when only what was known comes again nothing is drawn anew', () => {
  const known = [run('a', '1')];
  expect(merge(known, [run('a', '1')])).toBe(known);
});
