import { expect, test } from 'vitest';
import { isGroup, isSince, sinceFor, statesFor } from './run-filters';

test('a filter that is not set asks for all', () => {
  expect(statesFor(undefined)).toBeNull();
  expect(sinceFor(undefined, new Date())).toBeNull();
});

test('a group stands for each of its states', () => {
  expect(statesFor('cancelled')).toEqual(['Cancelled']);
  expect(statesFor('failed')).toContain('TimedOut');
});

test('a time is the same for a minute', () => {
  expect(sinceFor('24h', new Date('2026-11-21T12:34:56Z'))).toBe('2026-11-20T12:34:00.000Z');
  expect(sinceFor('1h', new Date('2026-11-21T12:34:01Z'))).toBe('2026-11-21T11:34:00.000Z');
});

test('what an address says is looked at before it is believed', () => {
  expect(isGroup('failed')).toBe(true);
  expect(isGroup('Failed')).toBe(false);
  expect(isSince('7d')).toBe(true);
  expect(isSince(['7d'])).toBe(false);
});
