import { type Client, createClient } from 'graphql-ws';
import { connection } from './connection';
import { ENDPOINT } from './execute';
import { TypedDocumentString } from './generated/graphql';

/** Something to listen to: a subscription whose events say that queries should be asked again. */
export interface Topic {
  readonly subscription: TypedDocumentString<unknown, unknown>;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Anything of the tenant changed, at most a few times a second. */
export const ACTIVITY: Topic = {
  subscription: new TypedDocumentString<unknown, unknown>('subscription Activity { activity }'),
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

/** Ends the socket, so that the next topic opens one with the session that is so now. */
export function reconnect(): void {
  shared?.terminate();
}

/**
 * Calls `onEvent` for each event of the topic until the returned function is called, and `onRefused` when the server
 * does not know the subscription or does not allow it: then only asking again helps.
 */
export function listen(topic: Topic, onEvent: () => void, onRefused: () => void): () => void {
  return client().subscribe(
    { query: topic.subscription.toString(), variables: topic.variables ?? null },
    {
      next: ({ errors }) => (errors === undefined ? onEvent() : onRefused()),
      error: onRefused,
      complete: () => undefined,
    },
  );
}
