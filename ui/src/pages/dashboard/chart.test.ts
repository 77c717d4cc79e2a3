import { expect, test } from 'vitest';
import { optionOf, tooltipOf } from './chart';

const PARTS = [
  {
    since: '2026-11-21T10:00:00Z',
    until: '2026-11-21T11:00:00Z',
    count: 3,
    states: [
      { state: 'Success', count: 2 },
      { state: 'TimedOut', count: 1 },
    ],
  },
  { since: '2026-11-21T11:00:00Z', until: '2026-11-21T12:00:00Z', count: 0, states: [] },
];

test('each group is a series with a number for each part of the time', () => {
  const { series } = optionOf(PARTS, '24h', 'light');
  expect(series.map(({ name, data }) => [name, data])).toEqual([
    ['Succeeded', [2, 0]],
    ['Running', [0, 0]],
    ['Waiting', [0, 0]],
    ['Cancelled', [0, 0]],
    ['Failed', [1, 0]],
  ]);
});

test('a bar says what it is made of', () => {
  expect(tooltipOf(PARTS, '24h', 0).split('\n').slice(1)).toEqual(['Succeeded: 2', 'Failed: 1']);
  expect(tooltipOf(PARTS, '24h', 1)).toContain('No runs');
  expect(tooltipOf(PARTS, '24h', undefined)).toBe('');
});
