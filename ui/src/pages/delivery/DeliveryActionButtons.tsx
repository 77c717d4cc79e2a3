import { Button } from '@mantine/core';
import { IconBan, IconRefresh } from '@tabler/icons-react';
import { useMay } from '~/api/session';
import { confirm } from '~/components/confirm';
import { confirmReplay } from '~/pages/deliveries/confirmReplay';
import { useDeliveryActions } from '~/pages/deliveries/useDeliveryActions';
import type { Delivery } from './DeliveryPage';

/** What can be done about the delivery as it stands. */
export function DeliveryActionButtons({ delivery: { id, status } }: { readonly delivery: Delivery }) {
  const mayChange = useMay('admin');
  const { replay, cancel, isBusy } = useDeliveryActions();
  if (!mayChange) {
    return null;
  }
  return status === 'pending' ? (
    <Button
      variant="default"
      leftSection={<IconBan size={16} aria-hidden />}
      loading={isBusy}
      onClick={() =>
        confirm({
          title: 'Cancel the delivery?',
          text: 'It is tried no more. An attempt that is being made may still arrive. It can be replayed later.',
          action: 'Cancel delivery',
          isDangerous: true,
          onConfirm: () => void cancel([id]),
        })
      }
    >
      Cancel delivery
    </Button>
  ) : (
    <Button
      variant={status === 'dead' ? 'filled' : 'default'}
      leftSection={<IconRefresh size={16} aria-hidden />}
      loading={isBusy}
      onClick={() => confirmReplay(1, (rerender) => void replay([id], rerender))}
    >
      Replay
    </Button>
  );
}
