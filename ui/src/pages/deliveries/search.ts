import type { Delivery_Bool_Exp } from '~/api/generated/graphql';

export const STATUSES = ['dead', 'pending', 'delivered', 'cancelled'] as const;
export type DeliveryStatusName = (typeof STATUSES)[number];

/** How far back to look, by the word in the address. */
export const PERIODS = [
  { value: '1h', label: 'Last hour', minutes: 60 },
  { value: '24h', label: 'Last 24 hours', minutes: 24 * 60 },
  { value: '7d', label: 'Last 7 days', minutes: 7 * 24 * 60 },
  { value: '30d', label: 'Last 30 days', minutes: 30 * 24 * 60 },
] as const;
export type Period = (typeof PERIODS)[number]['value'];

/** What the deliveries on a page are filtered by. */
export interface DeliverySearch {
  /** The id of a hook. */
  readonly hook?: string;
  /** The version group of a flow. */
  readonly flow?: string;
  readonly status?: DeliveryStatusName;
  readonly since?: Period;
  /** From 1. */
  readonly page?: number;
}

export function validateDeliverySearch(search: Record<string, unknown>): DeliverySearch {
  const { hook, flow, page } = search;
  const status = STATUSES.find((name) => name === search['status']);
  const since = PERIODS.find(({ value }) => value === search['since'])?.value;
  return {
    ...(typeof hook === 'string' && hook !== '' ? { hook } : {}),
    ...((typeof flow === 'string' && flow !== '') || typeof flow === 'number' ? { flow: String(flow) } : {}),
    ...(status === undefined ? {} : { status }),
    ...(since === undefined ? {} : { since }),
    ...(typeof page === 'number' && Number.isInteger(page) && page > 1 ? { page } : {}),
  };
}

/** Which deliveries there are at all where a list is shown: those of a hook, a run, a task run. */
export interface DeliveryScope {
  readonly hookId?: string;
  readonly flowRunId?: string;
  readonly taskRunId?: string;
}

const MINUTE_MS = 60_000;

/** What the server is asked for, but for the outcome. Times are whole minutes, so that the same question is asked again. */
export function whereOf(scope: DeliveryScope, search: DeliverySearch, now: Date): Delivery_Bool_Exp {
  const hookId = scope.hookId ?? search.hook;
  const period = PERIODS.find(({ value }) => value === search.since);
  const event = {
    ...(scope.flowRunId === undefined ? {} : { flow_run_id: { _eq: scope.flowRunId } }),
    ...(scope.taskRunId === undefined ? {} : { task_run_id: { _eq: scope.taskRunId } }),
    ...(search.flow === undefined ? {} : { version_group_id: { _eq: search.flow } }),
  };
  return {
    ...(hookId === undefined ? {} : { cloud_hook_id: { _eq: hookId } }),
    ...(Object.keys(event).length === 0 ? {} : { event }),
    ...(period === undefined ? {} : { created: { _gte: minutesBefore(now, period.minutes) } }),
  };
}

/** From when on all that a list has can be replayed at once; none: the server cannot tell it by what the list is filtered by. */
export function replayableFrom(scope: DeliveryScope, search: DeliverySearch, now: Date): string | undefined {
  const { created, event } = whereOf(scope, search, now);
  return search.status !== 'dead' || event !== undefined
    ? undefined
    : (created?._gte ?? new Date(0).toISOString());
}

function minutesBefore(now: Date, minutes: number): string {
  return new Date((Math.floor(now.getTime() / MINUTE_MS) - minutes) * MINUTE_MS).toISOString();
}

/** What of two lists, of which the first goes before the second, is on one page. */
export interface Slices {
  readonly first: { readonly offset: number; readonly limit: number };
  readonly rest: { readonly offset: number; readonly limit: number };
}

/** The rows from `offset` on of a list that begins with `firstCount` rows of another. */
export function slices(firstCount: number, offset: number, size: number): Slices {
  const ofFirst = Math.max(0, Math.min(size, firstCount - offset));
  return {
    first: { offset: Math.min(offset, firstCount), limit: ofFirst },
    rest: { offset: Math.max(0, offset - firstCount), limit: size - ofFirst },
  };
}
