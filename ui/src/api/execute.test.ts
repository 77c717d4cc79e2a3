import { afterEach, expect, test, vi } from 'vitest';
import { connection } from './connection';
import { ApiError } from './errors';
import { execute } from './execute';
import { TypedDocumentString } from './generated/graphql';

const HELLO = new TypedDocumentString<{ hello: string }, Record<string, never>>('query Hello { hello }');

function serverAnswers(status: number, body: string) {
  const fetching = vi.fn(async () => new Response(body, { status }));
  vi.stubGlobal('fetch', fetching);
  return fetching;
}

afterEach(() => vi.unstubAllGlobals());

const failure = async () => {
  const error = await execute(HELLO).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};

test('an answer is its data', async () => {
  const fetching = serverAnswers(200, '{"data":{"hello":"world"}}');
  expect(await execute(HELLO)).toEqual({ hello: 'world' });
  expect(fetching).toHaveBeenCalledWith(
    '/graphql',
    expect.objectContaining({ method: 'POST', credentials: 'same-origin' }),
  );
});

test('a server that wants a key says so in a way that can be told', async () => {
  serverAnswers(
    200,
    '{"data":null,"errors":[{"message":"UNAUTHENTICATED: send a key","extensions":{"code":"UNAUTHENTICATED"}}]}',
  );
  expect(await failure()).toMatchObject({ kind: 'unauthenticated', message: 'send a key' });
});

test('a refusal keeps its message and is not tried again', async () => {
  serverAnswers(200, '{"data":{"hello":null},"errors":[{"message":"no such flow"}]}');
  expect(await failure()).toMatchObject({ kind: 'refused', message: 'no such flow', isTransient: false });
});

test('a page of a proxy is no answer', async () => {
  serverAnswers(502, '<html>Bad Gateway</html>');
  expect(await failure()).toMatchObject({ kind: 'unreachable', code: '502' });
});

test('without the server the connection counts as lost, until it answers again', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  expect(await failure()).toMatchObject({ kind: 'unreachable', isTransient: true });
  expect(connection.state).toBe('lost');
  serverAnswers(200, '{"data":{"hello":"world"}}');
  await execute(HELLO);
  expect(connection.state).not.toBe('lost');
});

test('an aborted request is no failure of the server', async () => {
  connection.reportHttp(true);
  vi.stubGlobal('fetch', () => Promise.reject(new DOMException('aborted', 'AbortError')));
  await expect(execute(HELLO)).rejects.toThrow('aborted');
  expect(connection.state).not.toBe('lost');
});
