import { expect, test } from 'vitest';
import { replayableFrom, slices, validateDeliverySearch, whereOf } from './search';

test('an address says what is filtered by; what is no filter is left out', () => {
  expect(
    validateDeliverySearch({ hook: 'h', flow: 7, status: 'dead', since: '7d', page: 3, other: 1 }),
  ).toEqual({
    hook: 'h',
    flow: '7',
    status: 'dead',
    since: '7d',
    page: 3,
  });
  expect(validateDeliverySearch({ hook: '', status: 'lost', since: 'ever', page: 1 })).toEqual({});
  expect(validateDeliverySearch({ page: -2 })).toEqual({});
});

test('what is asked for joins the place of the list with the filters', () => {
  const now = new Date('2026-11-20T12:00:30Z');
  expect(whereOf({ flowRunId: 'r' }, { hook: 'h', flow: 'orders', since: '1h' }, now)).toEqual({
    cloud_hook_id: { _eq: 'h' },
    event: { flow_run_id: { _eq: 'r' }, version_group_id: { _eq: 'orders' } },
    created: { _gte: '2026-11-20T11:00:00.000Z' },
  });
  expect(whereOf({ hookId: 'own' }, { hook: 'h' }, now)).toEqual({ cloud_hook_id: { _eq: 'own' } });
  expect(whereOf({}, {}, now)).toEqual({});
});

test('pages run through the first list and then through the rest', () => {
  expect(slices(0, 50, 50)).toEqual({ first: { offset: 0, limit: 0 }, rest: { offset: 50, limit: 50 } });
  expect(slices(70, 0, 50)).toEqual({ first: { offset: 0, limit: 50 }, rest: { offset: 0, limit: 0 } });
  expect(slices(70, 50, 50)).toEqual({ first: { offset: 50, limit: 20 }, rest: { offset: 0, limit: 30 } });
  expect(slices(70, 100, 50)).toEqual({ first: { offset: 70, limit: 0 }, rest: { offset: 30, limit: 50 } });
});

test('all dead letters can be replayed at once where the server can tell which they are', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  expect(replayableFrom({}, { status: 'dead' }, now)).toBe('1970-01-01T00:00:00.000Z');
  expect(replayableFrom({ hookId: 'h' }, { status: 'dead', since: '1h' }, now)).toBe(
    '2026-11-20T11:00:00.000Z',
  );
  expect(replayableFrom({}, { status: 'dead', flow: 'orders' }, now)).toBeUndefined();
  expect(replayableFrom({ flowRunId: 'r' }, { status: 'dead' }, now)).toBeUndefined();
  expect(replayableFrom({}, {}, now)).toBeUndefined();
});
