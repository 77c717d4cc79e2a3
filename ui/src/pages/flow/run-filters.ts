import { type StateGroup, statesOf } from '~/components/states';

export type RunsGroup = StateGroup;
export type RunsSince = '1h' | '24h' | '7d' | '30d';

export const GROUP_CHOICES: readonly { readonly value: RunsGroup; readonly label: string }[] = [
  { value: 'failed', label: 'Failed' },
  { value: 'running', label: 'Running' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'success', label: 'Succeeded' },
  { value: 'cancelled', label: 'Cancelled' },
];

const HOUR = 3_600_000;

export const SINCE_CHOICES: readonly {
  readonly value: RunsSince;
  readonly label: string;
  readonly length: number;
}[] = [
  { value: '1h', label: 'Last hour', length: HOUR },
  { value: '24h', label: 'Last day', length: 24 * HOUR },
  { value: '7d', label: 'Last week', length: 7 * 24 * HOUR },
  { value: '30d', label: 'Last month', length: 30 * 24 * HOUR },
];

export const isGroup = (value: unknown): value is RunsGroup =>
  GROUP_CHOICES.some((choice) => choice.value === value);

export const isSince = (value: unknown): value is RunsSince =>
  SINCE_CHOICES.some((choice) => choice.value === value);

/** The states to ask for; null asks for all. */
export const statesFor = (group: RunsGroup | undefined): string[] | null =>
  group === undefined ? null : statesOf(group);

/** From when on, to the minute, so that the answer in the cache is found again; null asks for all. */
export function sinceFor(since: RunsSince | undefined, now: Date): string | null {
  const choice = SINCE_CHOICES.find(({ value }) => value === since);
  if (choice === undefined) {
    return null;
  }
  const minute = 60_000;
  return new Date(Math.floor((now.getTime() - choice.length) / minute) * minute).toISOString();
}
