const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
];

/** Farther away than this, a date says more than a number of days. */
const RELATIVE_LIMIT = 14 * DAY;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });
const exact = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'long',
});
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** `5m ago`, `in 2h`, `now`; a date when it is long ago. */
export function relativeTime(at: Date, now: Date): string {
  const distance = at.getTime() - now.getTime();
  if (Math.abs(distance) < 5 * SECOND) {
    return 'now';
  }
  if (Math.abs(distance) > RELATIVE_LIMIT) {
    return day.format(at);
  }
  for (const [unit, length] of STEPS) {
    if (Math.abs(distance) >= length) {
      return relative.format(Math.trunc(distance / length), unit);
    }
  }
  return 'now';
}

/** Date, time and zone, in the reader's own. */
export function exactTime(at: Date): string {
  return exact.format(at);
}

/** `350 ms`, `4.2 s`, `3m 05s`, `2h 07m`, `3d 04h`: two units, so that lengths compare at a glance. */
export function durationText(milliseconds: number): string {
  const value = Math.max(0, milliseconds);
  if (value < SECOND) {
    return `${Math.round(value)} ms`;
  }
  if (value < 10 * SECOND) {
    return `${(value / SECOND).toFixed(1)} s`;
  }
  const two = (part: number) => String(part).padStart(2, '0');
  const seconds = Math.round(value / SECOND);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes}m ${two(seconds % 60)}s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours}h ${two(minutes % 60)}m` : `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}
