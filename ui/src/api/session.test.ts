import { afterEach, expect, test, vi } from 'vitest';
import { sessionQuery, signIn } from './session';

const TENANT = { id: 't', name: 'Acme', slug: 'acme' };

function serverAnswers(body: object, status = 200) {
  const fetching = vi.fn(async (_path: string, _init: RequestInit) => Response.json(body, { status }));
  vi.stubGlobal('fetch', fetching);
  return fetching;
}

const session = () => sessionQuery.queryFn({ signal: new AbortController().signal });

afterEach(() => vi.unstubAllGlobals());

test('a session is what the server says of it', async () => {
  const fetching = serverAnswers({
    version: '1.0.0',
    keys_needed: true,
    signed_in: true,
    name: 'on call',
    role: 'member',
    tenant: TENANT,
  });
  expect(await session()).toEqual({
    version: '1.0.0',
    hasKey: true,
    name: 'on call',
    role: 'member',
    tenant: TENANT,
  });
  expect(fetching.mock.calls[0]?.[1].method ?? 'GET').toBe('GET');
});

test('who is not signed in is sent to sign in', async () => {
  serverAnswers({ version: '1', keys_needed: true, signed_in: false, name: null, role: null, tenant: null });
  await expect(session()).rejects.toMatchObject({ kind: 'unauthenticated' });
});

test('a role that this version does not know may look only', async () => {
  serverAnswers({
    version: '1',
    keys_needed: true,
    signed_in: true,
    name: 'x',
    role: 'owner',
    tenant: TENANT,
  });
  expect((await session()).role).toBe('viewer');
});

test('a key that is refused says why', async () => {
  const fetching = serverAnswers({ errors: [{ message: 'UNAUTHENTICATED: no such key' }] }, 401);
  await expect(signIn('campana_wrong')).rejects.toMatchObject({
    kind: 'unauthenticated',
    message: 'no such key',
  });
  expect(fetching.mock.calls[0]?.[1]).toMatchObject({ method: 'POST', body: '{"key":"campana_wrong"}' });
});
