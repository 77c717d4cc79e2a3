const MICROSECONDS_PER_SECOND = 1_000_000;

/** From the longest: the first that an interval is a multiple of names it. */
const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** The part of a schedule's JSON that tells when runs are due; what it is made of depends on the type. */
interface Clock {
  readonly type?: unknown;
  readonly interval?: unknown;
  readonly cron?: unknown;
  readonly dates?: unknown;
}

/** A schedule as Prefect writes it, in a few words: `every 15 minutes`, `cron 0 7 * * 1-5`. */
export function scheduleText(schedule: unknown, isActive: boolean): string {
  const clocks = clocksOf(schedule);
  const [first] = clocks;
  if (first === undefined) {
    return 'none';
  }
  const more = clocks.length > 1 ? ` and ${clocks.length - 1} more` : '';
  return `${clockText(first)}${more}${isActive ? '' : ' (off)'}`;
}

function clocksOf(schedule: unknown): readonly Clock[] {
  if (typeof schedule !== 'object' || schedule === null || !('clocks' in schedule)) {
    return [];
  }
  return Array.isArray(schedule.clocks) ? (schedule.clocks as Clock[]) : [];
}

function clockText(clock: Clock): string {
  if (typeof clock.interval === 'number') {
    return intervalText(clock.interval / MICROSECONDS_PER_SECOND);
  }
  if (typeof clock.cron === 'string') {
    return `cron ${clock.cron}`;
  }
  if (Array.isArray(clock.dates)) {
    return clock.dates.length === 1 ? 'on one date' : `on ${clock.dates.length} dates`;
  }
  return String(clock.type ?? 'unknown');
}

function intervalText(seconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => seconds % each === 0) ?? ['second', 1];
  const count = seconds / length;
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}
