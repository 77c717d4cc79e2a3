import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { execute } from '~/api/execute';
import { SetMessageReadDocument, UnreadMessagesDocument } from '~/api/generated/graphql';

const BATCH = 50;

/** Marks each message as read that nobody has read, a batch at a time, until there is none. */
export async function readAll(): Promise<void> {
  for (;;) {
    const { message } = await execute(UnreadMessagesDocument, { limit: BATCH });
    await Promise.all(
      message.map(({ id }) => execute(SetMessageReadDocument, { messageId: id, read: true })),
    );
    if (message.length < BATCH) {
      return;
    }
  }
}

export function useReadAll(): UseMutationResult<void, Error, void> {
  const queries = useQueryClient();
  return useMutation({ mutationFn: readAll, onSettled: () => queries.invalidateQueries() });
}
