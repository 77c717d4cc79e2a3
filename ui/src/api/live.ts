import type { ExecutionResult } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { connection } from './connection';
import { ENDPOINT } from './execute';
import { ActivityDocument, type TypedDocumentString } from './generated/graphql';

/** Something to listen to: a subscription whose events say that queries should be asked again. */
export interface Topic {
  readonly subscription: TypedDocumentString<unknown, never>;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Anything of the tenant changed, at most a few times a second. */
export const ACTIVITY: Topic = {
  subscription: ActivityDocument as TypedDocumentString<unknown, unknown>,
};

let shared: Client | undefined;

/** One socket for all topics of the page; it is opened with the first and tries again for ever, ever slower. */
function client(): Client {
  shared ??= createClient({
    url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${ENDPOINT}`,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    keepAlive: 15_000,
    on: {
      connected: () => connection.reportSocket('up'),
      closed: () => connection.reportSocket('down'),
      error: () => connection.reportSocket('down'),
    },
  });
  return shared;
}

/** An operation as GraphQL over WebSocket has it. */
export interface LiveOperation {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

/** The answers of a subscription, one after the other, until the iterator is ended. */
export function iterate(operation: LiveOperation): AsyncIterableIterator<ExecutionResult> {
  return client().iterate(operation) as AsyncIterableIterator<ExecutionResult>;
}

/** Ends the socket, so that the next topic opens one with the session that is so now. */
export function reconnect(): void {
  shared?.terminate();
}

interface Listener {
  readonly onEvent: () => void;
  readonly onRefused: () => void;
}

interface Heard {
  readonly listeners: Set<Listener>;
  readonly stop: () => void;
}

/** One subscription for all who listen to the same, since the server gives a socket only so many. */
const heard = new Map<string, Heard>();

/**
 * Calls `onEvent` for each event of the topic until the returned function is called, and `onRefused` when the server
 * does not know the subscription or does not allow it: then only asking again helps.
 */
export function listen(topic: Topic, onEvent: () => void, onRefused: () => void): () => void {
  const key = topicKey(topic);
  const entry = heard.get(key) ?? subscribe(topic, key);
  const listener = { onEvent, onRefused };
  entry.listeners.add(listener);
  return () => {
    entry.listeners.delete(listener);
    if (entry.listeners.size === 0 && heard.get(key) === entry) {
      heard.delete(key);
      entry.stop();
    }
  };
}

/** What tells topics apart. */
export function topicKey({ subscription, variables }: Topic): string {
  return JSON.stringify([subscription.toString(), variables]);
}

function subscribe(topic: Topic, key: string): Heard {
  const listeners = new Set<Listener>();
  const refuse = () => {
    // Whoever comes later tries anew: perhaps somebody has signed in by then.
    heard.delete(key);
    for (const { onRefused } of listeners) {
      onRefused();
    }
  };
  const tell = () => {
    for (const { onEvent } of listeners) {
      onEvent();
    }
  };
  const stop = client().subscribe(
    { query: topic.subscription.toString(), variables: topic.variables ?? null },
    {
      next: ({ errors }) => (errors === undefined ? tell() : refuse()),
      error: refuse,
      complete: () => undefined,
    },
  );
  const entry = { listeners, stop };
  heard.set(key, entry);
  return entry;
}
