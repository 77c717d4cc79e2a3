import { expect, test } from 'vitest';
import { durationsOf } from './durations';

const run = (state: string, seconds: number | null) => ({
  state,
  start_time: '2026-11-21T12:00:00Z',
  end_time: seconds === null ? null : new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)).toISOString(),
});

test('only runs that succeeded say how long the flow takes', () => {
  const runs = [
    run('Success', 30),
    run('Failed', 1),
    run('Success', 10),
    run('Running', null),
    run('Success', 20),
  ];
  expect(durationsOf(runs)).toEqual({ median: 20_000, longest: 30_000 });
});

test('without any there is nothing to say', () => {
  expect(durationsOf([run('Failed', 1)])).toEqual({ median: undefined, longest: undefined });
});
