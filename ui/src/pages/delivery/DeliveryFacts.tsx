import { Group } from '@mantine/core';
import { Facts } from '~/components/Facts';
import { Id } from '~/components/Id';
import { Time } from '~/components/Time';
import { channelOf } from '~/pages/cloud-hook/channels';
import { eventLabel } from '~/pages/cloud-hook/events';
import type { Delivery } from './DeliveryPage';

const ACTIONS: Readonly<Record<string, string>> = {
  notify: 'notify',
  resolve: 'resolve the incident',
  digest: 'one message for several',
};

export function DeliveryFacts({ delivery }: { readonly delivery: Delivery }) {
  const { icon: Icon, label } = channelOf(delivery.cloud_hook.type);
  const { event, happened } = delivery;
  return (
    <Facts
      facts={[
        {
          label: 'By',
          value: (
            <Group gap={6}>
              <Icon size={16} aria-hidden />
              {label}
            </Group>
          ),
        },
        { label: 'What for', value: ACTIONS[delivery.action] ?? delivery.action },
        {
          label: 'Event',
          value:
            event === null ? '–' : event.kind === 'STATE_CHANGE' ? 'Change of state' : eventLabel(event.kind),
        },
        { label: 'Happened', value: <Time at={happened?.occurred_at} /> },
        { label: 'Owed since', value: <Time at={delivery.created} /> },
        { label: 'Attempts', value: delivery.attempts },
        { label: 'Idempotency key', value: <Id id={delivery.id} short /> },
        ...(event === null ? [] : [{ label: 'Event id', value: <Id id={event.id} short /> }]),
      ]}
    />
  );
}
