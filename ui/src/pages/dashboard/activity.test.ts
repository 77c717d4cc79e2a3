import { expect, test } from 'vitest';
import { countsOf, successShare } from './activity';

const part = (states: { state: string; count: number }[]) => ({
  since: '2026-11-21T12:00:00Z',
  until: '2026-11-21T13:00:00Z',
  count: 0,
  states,
});

test('states are counted by what a person wants to know of them', () => {
  const counts = countsOf([
    part([
      { state: 'Success', count: 3 },
      { state: 'Cached', count: 1 },
      { state: 'TimedOut', count: 2 },
    ]),
    part([
      { state: 'Failed', count: 1 },
      { state: 'Queued', count: 4 },
      { state: 'Cancelling', count: 1 },
      { state: 'Cancelled', count: 5 },
    ]),
  ]);
  expect(counts).toEqual({ success: 4, failed: 3, waiting: 4, running: 1, cancelled: 5 });
});

test('the share is of those that ended by themselves', () => {
  expect(successShare({ success: 3, failed: 1, cancelled: 9, running: 9, waiting: 9 })).toBe(0.75);
  expect(successShare({ success: 0, failed: 0, cancelled: 1, running: 0, waiting: 0 })).toBeNull();
});
