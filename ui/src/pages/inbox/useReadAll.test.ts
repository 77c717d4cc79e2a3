import { afterEach, expect, test, vi } from 'vitest';
import { readAll } from './useReadAll';

afterEach(() => vi.unstubAllGlobals());

test('every unread message is marked, however many there are', async () => {
  const unread = new Set(Array.from({ length: 120 }, (_, index) => String(index)));
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    const { query, variables } = JSON.parse(body) as {
      query: string;
      variables: { limit: number; messageId: string };
    };
    if (query.includes('UnreadMessages')) {
      const message = [...unread].slice(0, variables.limit).map((id) => ({ id }));
      return Response.json({ data: { message } });
    }
    unread.delete(variables.messageId);
    return Response.json({ data: { set_message_read: { success: true } } });
  });
  await readAll();
  expect(unread.size).toBe(0);
});
