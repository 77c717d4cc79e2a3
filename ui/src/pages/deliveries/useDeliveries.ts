import { useMemo } from 'react';
import {
  DeliveriesDocument,
  type DeliveriesQuery,
  DeliveryCountsDocument,
  type DeliveryCountsQuery,
} from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { useNow } from '~/components/useNow';
import {
  type DeliveryScope,
  type DeliverySearch,
  type DeliveryStatusName,
  STATUSES,
  slices,
  whereOf,
} from './search';

export const PAGE_SIZE = 50;

export type DeliveryRow = DeliveriesQuery['rest'][number];

export interface Deliveries {
  /** `undefined` while the first answer is awaited. */
  readonly rows: readonly DeliveryRow[] | undefined;
  readonly counts: Readonly<Record<DeliveryStatusName, number>> | undefined;
  readonly pages: number;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** A page of deliveries, newest first, those that are dead before all others. */
export function useDeliveries(scope: DeliveryScope, search: DeliverySearch): Deliveries {
  const minute = Math.floor(useNow(search.since !== undefined).getTime() / 60_000);
  const { hookId, flowRunId, taskRunId } = scope;
  const { hook, flow, since, status } = search;
  const where = useMemo(
    () =>
      whereOf(
        {
          ...(hookId === undefined ? {} : { hookId }),
          ...(flowRunId === undefined ? {} : { flowRunId }),
          ...(taskRunId === undefined ? {} : { taskRunId }),
        },
        {
          ...(hook === undefined ? {} : { hook }),
          ...(flow === undefined ? {} : { flow }),
          ...(since === undefined ? {} : { since }),
        },
        new Date(minute * 60_000),
      ),
    [hookId, flowRunId, taskRunId, hook, flow, since, minute],
  );
  const ofStatus = (name: DeliveryStatusName) => ({ ...where, status: { _eq: name } });
  const counted = useLiveQuery(DeliveryCountsDocument, {
    dead: ofStatus('dead'),
    pending: ofStatus('pending'),
    delivered: ofStatus('delivered'),
    cancelled: ofStatus('cancelled'),
  });
  const counts = counted.data === undefined ? undefined : numbers(counted.data);
  const total = counts === undefined ? 0 : STATUSES.reduce((sum, name) => sum + counts[name], 0);
  const shown = status === undefined ? total : (counts?.[status] ?? 0);
  const offset = ((search.page ?? 1) - 1) * PAGE_SIZE;
  // The first page does not wait for the counts: as many of each are asked for as may be on it.
  const { first, rest } =
    offset === 0
      ? { first: { offset, limit: status === undefined ? PAGE_SIZE : 0 }, rest: { offset, limit: PAGE_SIZE } }
      : slices(status === undefined ? (counts?.dead ?? 0) : 0, offset, PAGE_SIZE);
  const listed = useLiveQuery(
    DeliveriesDocument,
    {
      first: ofStatus('dead'),
      firstLimit: first.limit,
      firstOffset: first.offset,
      where: status === undefined ? { ...where, status: { _neq: 'dead' } } : ofStatus(status),
      limit: rest.limit,
      offset: rest.offset,
    },
    { enabled: offset === 0 || counts !== undefined },
  );
  return {
    rows:
      listed.data === undefined ? undefined : [...listed.data.first, ...listed.data.rest].slice(0, PAGE_SIZE),
    counts,
    pages: Math.max(1, Math.ceil(shown / PAGE_SIZE)),
    error: counted.error ?? listed.error,
    retry: () => {
      void counted.refetch();
      void listed.refetch();
    },
  };
}

function numbers(data: DeliveryCountsQuery): Record<DeliveryStatusName, number> {
  return {
    dead: data.dead.aggregate.count,
    pending: data.pending.aggregate.count,
    delivered: data.delivered.aggregate.count,
    cancelled: data.cancelled.aggregate.count,
  };
}
