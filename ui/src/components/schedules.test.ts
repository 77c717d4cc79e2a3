import { expect, test } from 'vitest';
import { scheduleText } from './schedules';

test.each([
  [null, 'none'],
  [{ clocks: [] }, 'none'],
  [{ clocks: [{ type: 'IntervalClock', interval: 900_000_000 }] }, 'every 15 minutes'],
  [{ clocks: [{ type: 'IntervalClock', interval: 3_600_000_000 }] }, 'every hour'],
  [{ clocks: [{ type: 'IntervalClock', interval: 5_400_000_000 }] }, 'every 90 minutes'],
  [{ clocks: [{ type: 'CronClock', cron: '0 7 * * 1-5' }] }, 'cron 0 7 * * 1-5'],
  [{ clocks: [{ type: 'DatesClock', dates: ['2026-01-01', '2026-02-01'] }] }, 'on 2 dates'],
  [
    {
      clocks: [
        { type: 'CronClock', cron: '@daily' },
        { type: 'CronClock', cron: '@hourly' },
      ],
    },
    'cron @daily and 1 more',
  ],
])('%j reads %s', (schedule, text) => {
  expect(scheduleText(schedule, true)).toBe(text);
});

test('a schedule that makes no runs says so', () => {
  expect(scheduleText({ clocks: [{ cron: '@daily' }] }, false)).toBe('cron @daily (off)');
});
