import { Button, Group, Text } from '@mantine/core';
import { IconBan, IconRefresh } from '@tabler/icons-react';
import { confirm } from '~/components/confirm';
import { confirmReplay } from './confirmReplay';
import type { DeliveryRow } from './useDeliveries';
import { useDeliveryActions } from './useDeliveryActions';

export interface SelectionActionsProps {
  /** Those on the page. */
  readonly rows: readonly DeliveryRow[];
  readonly selected: readonly DeliveryRow[];
  readonly onSelect: (ids: readonly string[]) => void;
}

/** What can be done about the deliveries that are chosen: those that have ended are replayed, pending ones given up. */
export function SelectionActions({ rows, selected, onSelect }: SelectionActionsProps) {
  const { replay, cancel, isBusy } = useDeliveryActions();
  const ended = selected.filter(({ status }) => status !== 'pending').map(({ id }) => id);
  const pending = selected.filter(({ status }) => status === 'pending').map(({ id }) => id);
  const done = () => onSelect([]);
  if (selected.length === 0) {
    return rows.length === 0 ? null : (
      <Button variant="default" size="xs" onClick={() => onSelect(rows.map(({ id }) => id))}>
        Choose all {rows.length} on this page
      </Button>
    );
  }
  return (
    <Group gap="xs">
      <Text size="sm">{selected.length} chosen</Text>
      {ended.length === 0 ? null : (
        <Button
          size="xs"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={isBusy}
          onClick={() => confirmReplay(ended.length, (rerender) => void replay(ended, rerender).then(done))}
        >
          Replay {ended.length}
        </Button>
      )}
      {pending.length === 0 ? null : (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconBan size={14} aria-hidden />}
          loading={isBusy}
          onClick={() =>
            confirm({
              title: `Cancel ${pending.length} pending ${pending.length === 1 ? 'delivery' : 'deliveries'}?`,
              text: 'They are tried no more. An attempt that is being made may still arrive. They can be replayed later.',
              action: 'Cancel deliveries',
              isDangerous: true,
              onConfirm: () => void cancel(pending).then(done),
            })
          }
        >
          Cancel {pending.length}
        </Button>
      )}
      <Button size="xs" variant="subtle" onClick={done}>
        Choose none
      </Button>
    </Group>
  );
}
