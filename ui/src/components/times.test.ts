import { describe, expect, test } from 'vitest';
import { durationText, relativeTime } from './times';

const NOW = new Date('2026-11-21T12:00:00Z');

describe('relativeTime', () => {
  test.each([
    ['2026-11-21T11:59:58Z', 'now'],
    ['2026-11-21T11:59:18Z', '42s ago'],
    ['2026-11-21T11:55:01Z', '4m ago'],
    ['2026-11-21T09:00:00Z', '3h ago'],
    ['2026-11-21T14:30:00Z', 'in 2h'],
    ['2026-11-18T12:00:00Z', '3d ago'],
  ])('%s is %s', (at, text) => {
    expect(relativeTime(new Date(at), NOW)).toBe(text);
  });

  test('what is long ago is a date', () => {
    expect(relativeTime(new Date('2026-01-05T12:00:00Z'), NOW)).toMatch(/2026/);
  });
});

describe('durationText', () => {
  test.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [349.6, '350 ms'],
    [4_240, '4.2 s'],
    [59_400, '59 s'],
    [59_600, '1m 00s'],
    [185_000, '3m 05s'],
    [7_620_000, '2h 07m'],
    [273_600_000, '3d 04h'],
  ])('%d ms is %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});
