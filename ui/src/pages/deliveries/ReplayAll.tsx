import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRefresh } from '@tabler/icons-react';
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
  const act = (rerender: boolean) =>
    replay.mutate(
      { hookId: hookId ?? null, from, to: new Date().toISOString(), rerender },
      {
        onSuccess: ({ replay_deliveries: done }) =>
          notifications.show({
            color: 'green',
            message: `${done.count.toLocaleString()} ${done.count === 1 ? 'delivery' : 'deliveries'} replayed`,
          }),
        onError: ({ message }) =>
          notifications.show({ color: 'red', title: 'The deliveries could not be replayed', message }),
      },
    );
  return (
    <Button
      size="xs"
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={replay.isPending}
      onClick={() => confirmReplay(count, act)}
    >
      Replay all {count.toLocaleString()} dead
    </Button>
  );
}
