import { expect, test } from 'vitest';
import { isPeriod, PERIODS, windowOf } from './periods';

// Tests run in Paris: one hour before UTC in winter.
const NOW = new Date('2026-11-21T12:34:56Z');

test('a window ends with the bar that is being filled', () => {
  expect(windowOf('24h', NOW)).toEqual({
    since: '2026-11-20T13:00:00.000Z',
    until: '2026-11-21T13:00:00.000Z',
    buckets: 24,
  });
});

test("days are the reader's own", () => {
  expect(windowOf('30d', NOW).until).toBe('2026-11-21T23:00:00.000Z');
  expect(windowOf('7d', NOW).until).toBe('2026-11-21T17:00:00.000Z');
});

test('a bar that has just begun is part of the window', () => {
  expect(windowOf('24h', new Date('2026-11-21T13:00:00Z')).until).toBe('2026-11-21T14:00:00.000Z');
});

test.each(PERIODS)('the window of $label is the same a moment later', ({ value }) => {
  expect(windowOf(value, new Date(NOW.getTime() + 1_000))).toEqual(windowOf(value, NOW));
});

test('only what is offered is a period', () => {
  expect(isPeriod('7d')).toBe(true);
  expect(isPeriod('7 days')).toBe(false);
  expect(isPeriod(7)).toBe(false);
});
