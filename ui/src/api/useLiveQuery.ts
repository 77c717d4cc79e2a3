import {
  hashKey,
  keepPreviousData,
  type QueryClient,
  type QueryKey,
  type UseQueryResult,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useConnection } from './connection';
import type { ApiError } from './errors';
import { execute } from './execute';
import type { TypedDocumentString } from './generated/graphql';
import { ACTIVITY, listen, type Topic, topicKey } from './live';

/** How often to ask again while nothing is pushed, in milliseconds. */
const POLL_MS = 5_000;
/** A safeguard against an event that got lost: how often to ask again although the socket is up. */
const LIVE_POLL_MS = 60_000;
/** Events closer together than this cause one request. */
const GATHER_MS = 250;

export interface LiveOptions {
  /** What to listen to; `null` for what never changes by itself. */
  readonly topic?: Topic | null;
  readonly enabled?: boolean;
  /** How often to ask while the socket is down. */
  readonly pollMs?: number;
}

/** The operation and its variables: what `useLiveQuery` and a prefetch keep the answer under. */
export function keyOf(document: TypedDocumentString<unknown, never>, variables?: unknown): QueryKey {
  const name = /^\s*(?:query|mutation)\s+(\w+)/.exec(document.toString())?.[1];
  return variables === undefined ? [name] : [name, variables];
}

/**
 * Asks, and asks again whenever the topic says that something changed, or every few seconds while the socket is down.
 * What was there stays on the screen until the new answer comes, also when the variables change.
 */
export function useLiveQuery<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  options: LiveOptions = {},
): UseQueryResult<Result, ApiError> {
  const { topic = ACTIVITY, enabled = true, pollMs = POLL_MS } = options;
  const queryKey = keyOf(document, variables);
  const isPushed = useTopic(queryKey, enabled ? topic : null);
  return useQuery<Result, ApiError>({
    queryKey,
    queryFn: ({ signal }) =>
      execute(document as TypedDocumentString<Result, unknown>, variables ?? {}, { signal }),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: topic === null ? false : isPushed ? LIVE_POLL_MS : pollMs,
  });
}

/**
 * Has the queries below `queryKey` asked again after each event of the topic. True while events arrive; else the
 * caller has to ask from time to time.
 */
export function useTopic(queryKey: QueryKey, topic: Topic | null): boolean {
  const queries = useQueryClient();
  const state = useConnection();
  const [isRefused, setIsRefused] = useState(false);
  // Keys and variables are new objects at each render; what they say is what counts.
  const latest = useRef({ queryKey, topic });
  latest.current = { queryKey, topic };
  const identity = topic === null ? null : topicKey(topic);

  useEffect(() => {
    const { topic: current } = latest.current;
    if (identity === null || current === null) {
      return;
    }
    setIsRefused(false);
    return listen(
      current,
      () => askSoon(queries, latest.current.queryKey),
      () => setIsRefused(true),
    );
  }, [identity, queries]);

  const isPushed = topic !== null && state === 'live' && !isRefused;
  useEffect(() => {
    // What happened before the socket was open was told to nobody.
    if (isPushed) {
      askSoon(queries, latest.current.queryKey);
    }
  }, [isPushed, queries]);
  return isPushed;
}

/** The keys of queries that are about to be asked again. */
const soon = new WeakMap<QueryClient, Set<string>>();

/** Has the queries below the key asked again, once, however many events and readers want that. */
function askSoon(queries: QueryClient, queryKey: QueryKey): void {
  const keys = soon.get(queries) ?? new Set();
  soon.set(queries, keys);
  const key = hashKey(queryKey);
  if (keys.has(key)) {
    return;
  }
  keys.add(key);
  setTimeout(() => {
    keys.delete(key);
    void queries.invalidateQueries({ queryKey });
  }, GATHER_MS);
}
