const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Period = '1h' | '24h' | '7d' | '30d';

export interface PeriodLook {
  readonly value: Period;
  readonly label: string;
  /** How long a bar of the chart stands for, in milliseconds. */
  readonly width: number;
  readonly buckets: number;
}

/** How far back the dashboard looks. */
export const PERIODS: readonly PeriodLook[] = [
  { value: '1h', label: 'Hour', width: 2 * MINUTE, buckets: 30 },
  { value: '24h', label: 'Day', width: HOUR, buckets: 24 },
  { value: '7d', label: 'Week', width: 6 * HOUR, buckets: 28 },
  { value: '30d', label: 'Month', width: DAY, buckets: 30 },
];

export const isPeriod = (value: unknown): value is Period => PERIODS.some((period) => period.value === value);

/** What is looked at when the address does not say. */
export const DEFAULT_PERIOD: Period = '24h';

export interface Window {
  /** ISO timestamps. */
  readonly since: string;
  readonly until: string;
  readonly buckets: number;
}

/**
 * The part of time that ends with the bar in which `now` is. Bars begin at full hours or days of the reader's own zone, and
 * so the window stays the same, and with it the answer in the cache, until the next bar begins.
 */
export function windowOf(period: Period, now: Date): Window {
  const { width, buckets } = lookOf(period);
  const zone = now.getTimezoneOffset() * MINUTE;
  const until = Math.floor((now.getTime() - zone) / width + 1) * width + zone;
  return {
    since: new Date(until - buckets * width).toISOString(),
    until: new Date(until).toISOString(),
    buckets,
  };
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const dayOfMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** What is written below a bar. */
export function tickText(period: Period, at: Date): string {
  if (period === '30d') {
    return dayOfMonth.format(at);
  }
  return (period === '7d' ? dayAndTime : timeOfDay).format(at);
}

function lookOf(period: Period): PeriodLook {
  const found = PERIODS.find(({ value }) => value === period);
  if (found === undefined) {
    throw new Error(`no period ${period}`);
  }
  return found;
}
