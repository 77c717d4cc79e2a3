import { expect, test } from 'vitest';
import { attemptsOf, retriesLeft } from './attempts';
import { neighbourOf } from './neighbours';

const state = (name: string, second: number, message: string | null = null) => ({
  state: name,
  message,
  timestamp: `2026-01-05T12:00:0${second}Z`,
});

test('an attempt begins with Running and ends with what came next', () => {
  const attempts = attemptsOf([
    state('Pending', 0),
    state('Running', 1),
    state('Failed', 2, 'HTTP 502'),
    state('Retrying', 3),
    state('Running', 4),
    state('Running', 5),
  ]);
  expect(attempts).toEqual([
    {
      number: 1,
      from: state('', 1).timestamp,
      to: state('', 2).timestamp,
      state: 'Failed',
      message: 'HTTP 502',
    },
    { number: 2, from: state('', 4).timestamp, to: null, state: 'Running', message: null },
  ]);
});

test('what did not run has no attempts', () => {
  expect(attemptsOf([state('Pending', 0), state('TriggerFailed', 1)])).toEqual([]);
});

test.each([
  ['Running', 1, 3, 3],
  ['Retrying', 2, 3, 2],
  ['Pending', 0, 3, 3],
  ['Success', 1, 3, 0],
])('a task run that is %s and ran %s times of 1 + %s has %s retries left', (name, count, most, left) => {
  expect(retriesLeft(name, count, most)).toBe(left);
});

test('a child is connected to the child of the same index, others to the run of the task', () => {
  const runs = [{ map_index: -1 }, { map_index: 0 }, { map_index: 1 }];
  expect(neighbourOf(runs, true, 1)).toBe(runs[2]);
  expect(neighbourOf(runs, false, 1)).toBe(runs[0]);
  expect(neighbourOf(runs, true, -1)).toBe(runs[0]);
  expect(neighbourOf([], true, 1)).toBeUndefined();
});
