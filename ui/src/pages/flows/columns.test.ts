import { expect, test } from 'vitest';
import { withSummaries } from './columns';

const flow = (id: string) => ({
  id,
  name: id,
  flow_group_id: `group of ${id}`,
  schedule: null,
  is_schedule_active: false,
  project: { id: 'p', name: 'p' },
});

test('a flow is told with the runs of its group, and without runs when it has none', () => {
  const runs = [
    {
      id: 'r',
      name: 'r',
      state: 'Success',
      scheduled_start_time: '2026-11-21T12:00:00Z',
      start_time: null,
      end_time: null,
    },
  ];
  const rows = withSummaries(
    [flow('a'), flow('b')],
    [{ flow_group_id: 'group of b', success_rate: 0.5, last_runs: runs }],
  );
  expect(rows.map(({ lastRuns, successRate }) => [lastRuns, successRate])).toEqual([
    [[], null],
    [runs, 0.5],
  ]);
});
