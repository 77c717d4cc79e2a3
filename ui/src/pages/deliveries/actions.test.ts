import { expect, test } from 'vitest';
import { isBeingSent, isHeldBack, nextTryAt } from './next-try';
import { refusals } from './useDeliveryActions';

test('each is acted on once, and those that fail are told', async () => {
  const seen: string[] = [];
  const ids = Array.from({ length: 20 }, (_, index) => `d${index}`);
  const failed = await refusals(ids, async (id) => {
    seen.push(id);
    if (id === 'd3') {
      throw new Error('away');
    }
    return id === 'd5' ? 'it is pending' : null;
  });
  expect(seen.toSorted()).toEqual(ids.toSorted());
  expect(failed.toSorted()).toEqual(['away', 'it is pending']);
});

test('what waits for its destination is tried when that is paused no more', () => {
  const waiting = {
    status: 'pending',
    due_at: '2026-11-20T12:00:00Z',
    leased_by: null,
    failing_destination: null,
  };
  expect([nextTryAt(waiting), isHeldBack(waiting)]).toEqual(['2026-11-20T12:00:00Z', false]);
  const held = { ...waiting, failing_destination: { paused_until: '2026-11-20T12:05:00Z' } };
  expect([nextTryAt(held), isHeldBack(held)]).toEqual(['2026-11-20T12:05:00Z', true]);
  const over = { ...waiting, failing_destination: { paused_until: '2026-11-20T11:00:00Z' } };
  expect(isHeldBack(over)).toBe(false);
  expect(isBeingSent(waiting)).toBe(false);
  expect(isBeingSent({ ...waiting, leased_by: 'server' })).toBe(true);
});
