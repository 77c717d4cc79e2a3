import { QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { Client, ClientOptions, Sink } from 'graphql-ws';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQueryClient } from '~/app/query-client';
import { connection } from './connection';
import { TypedDocumentString } from './generated/graphql';
import { useLiveQuery } from './useLiveQuery';

const HELLO = new TypedDocumentString<{ hello: number }, Record<string, never>>('query Hello { hello }');

/** A socket that the test speaks for. */
const socket = vi.hoisted(() => ({ sinks: new Set<Sink>(), subscribed: 0 }));

vi.mock('graphql-ws', () => ({
  createClient: (_: ClientOptions): Partial<Client> => ({
    subscribe: (_payload, sink) => {
      socket.sinks.add(sink as Sink);
      socket.subscribed += 1;
      return () => socket.sinks.delete(sink as Sink);
    },
  }),
}));

let asked = 0;

beforeEach(() => {
  asked = 0;
  socket.sinks.clear();
  socket.subscribed = 0;
  vi.stubGlobal('fetch', async () => {
    asked += 1;
    return new Response(JSON.stringify({ data: { hello: asked } }));
  });
});

afterEach(() => {
  connection.reportSocket('down');
  vi.unstubAllGlobals();
});

function show(pollMs?: number) {
  const queries = createQueryClient(() => undefined);
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const options = pollMs === undefined ? {} : { pollMs };
  return renderHook(() => [useLiveQuery(HELLO, {}, options), useLiveQuery(HELLO, {}, options)] as const, {
    wrapper,
  });
}

const sink = (): Sink => {
  const [first] = socket.sinks;
  if (first === undefined) {
    throw new Error('nobody listens');
  }
  return first;
};

test('readers of the same share one request and one subscription', async () => {
  const { result, unmount } = show();
  await waitFor(() => expect(result.current[1].data).toEqual({ hello: 1 }));
  expect(asked).toBe(1);
  expect(socket.subscribed).toBe(1);
  unmount();
  expect(socket.sinks.size).toBe(0);
});

test('an event has the query asked again', async () => {
  const { result } = show();
  await waitFor(() => expect(result.current[0].data).toBeDefined());
  act(() => {
    sink().next({ data: {} });
    sink().next({ data: {} });
  });
  await waitFor(() => expect(result.current[0].data).toEqual({ hello: 2 }));
});

test('what happened while the socket was down is asked for when it is up again', async () => {
  const { result } = show();
  await waitFor(() => expect(result.current[0].data).toBeDefined());
  act(() => connection.reportSocket('up'));
  await waitFor(() => expect(asked).toBe(2));
});

test('without the socket the query is asked every few seconds', async () => {
  const { result } = show(20);
  await waitFor(() => expect(result.current[0].data?.hello).toBeGreaterThan(2));
});

test('a subscription that the server refuses leads to polling', async () => {
  connection.reportSocket('up');
  const { result } = show(20);
  await waitFor(() => expect(result.current[0].data).toBeDefined());
  act(() => sink().error(new Error('no such field')));
  await waitFor(() => expect(result.current[0].data?.hello).toBeGreaterThan(3));
});
