import { parse } from 'graphql';
import { afterEach, expect, test, vi } from 'vitest';
import { fetcher } from './fetcher';

const { iterate } = vi.hoisted(() => ({ iterate: vi.fn(() => 'a socket') }));
vi.mock('~/api/live', () => ({ iterate }));

const BOTH = 'query Now { hello } subscription Later { activity { everything } }';

afterEach(() => vi.unstubAllGlobals());

test('an answer is shown with its errors', async () => {
  const answer = { data: null, errors: [{ message: 'no such field' }] };
  vi.stubGlobal('fetch', async () => Response.json(answer));
  expect(await fetcher({ query: BOTH, operationName: 'Now' }, { documentAST: parse(BOTH) })).toEqual(answer);
  expect(iterate).not.toHaveBeenCalled();
});

test('a subscription is listened to', async () => {
  const later = { query: BOTH, operationName: 'Later' };
  expect(await fetcher(later, { documentAST: parse(BOTH) })).toBe('a socket');
  expect(iterate).toHaveBeenCalledWith(later);
});
