import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRefresh } from '@tabler/icons-react';
import { messageOf } from '~/api/errors';
import { ReplayDeliveriesDocument } from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import { confirmReplay } from './confirmReplay';

export interface ReplayAllProps {
  readonly count: number;
  /** Of this hook; unless given, of every hook. */
  readonly hookId: string | undefined;
  /** Those that came to be then or later, as an ISO timestamp. */
  readonly from: string;
}

/** Replays all dead letters that the list has, on this page and on the others: what one does when a provider is back. */
export function ReplayAll({ count, hookId, from }: ReplayAllProps) {
  const replay = useChange(ReplayDeliveriesDocument);
  const act = async (rerender: boolean) => {
    try {
      const range = { hookId: hookId ?? null, from, to: new Date().toISOString() };
      // Awaited, since this button is gone by then: there are no dead letters left.
      const { replay_deliveries: done } = await replay.mutateAsync({ ...range, rerender });
      notifications.show({
        color: 'green',
        message: `${done.count.toLocaleString()} ${done.count === 1 ? 'delivery' : 'deliveries'} replayed`,
      });
    } catch (error) {
      notifications.show({
        color: 'red',
        title: 'The deliveries could not be replayed',
        message: messageOf(error),
      });
    }
  };
  return (
    <Button
      size="xs"
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={replay.isPending}
      onClick={() => confirmReplay(count, (rerender) => void act(rerender))}
    >
      Replay all {count.toLocaleString()} dead
    </Button>
  );
}
