import { Checkbox, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Column } from '~/components/DataTable';
import { StateBadge } from '~/components/StateBadge';
import { Time } from '~/components/Time';
import { channelOf } from '~/pages/cloud-hook/channels';
import { eventLabel } from '~/pages/cloud-hook/events';
import { DeliveryStatus } from './DeliveryStatus';
import classes from './deliveries.module.css';
import type { DeliveryRow } from './useDeliveries';

export interface DeliveryColumnsOptions {
  readonly chosen: ReadonlySet<string>;
  /** None: nothing can be chosen. */
  readonly onChoose: ((id: string, isChosen: boolean) => void) | undefined;
  readonly hasHook: boolean;
  readonly hasRun: boolean;
}

export function deliveryColumns(options: DeliveryColumnsOptions): readonly Column<DeliveryRow>[] {
  const { chosen, onChoose, hasHook, hasRun } = options;
  const choose: Column<DeliveryRow>[] =
    onChoose === undefined
      ? []
      : [
          {
            key: 'choose',
            title: 'Choose',
            width: 72,
            cell: (delivery) => (
              <Checkbox
                size="xs"
                aria-label={`Choose the delivery of ${delivery.cloud_hook.name}, ${delivery.status}`}
                checked={chosen.has(delivery.id)}
                onChange={({ currentTarget }) => onChoose(delivery.id, currentTarget.checked)}
              />
            ),
          },
        ];
  return [
    ...choose,
    {
      key: 'status',
      title: 'Outcome',
      isName: true,
      width: 130,
      cell: (delivery) => (
        <Link to="/delivery/$deliveryId" params={{ deliveryId: delivery.id }}>
          <DeliveryStatus delivery={delivery} />
        </Link>
      ),
    },
    ...(hasHook ? [{ key: 'hook', title: 'Hook', width: 200, cell: hook }] : []),
    { key: 'told', title: 'Told of', cell: (delivery) => <Told delivery={delivery} hasRun={hasRun} /> },
    { key: 'attempts', title: 'Attempts', width: 80, align: 'end', cell: ({ attempts }) => attempts },
    { key: 'reason', title: 'Why', cell: reason },
    { key: 'next', title: 'Next try', width: 100, cell: nextTry },
    { key: 'created', title: 'Owed since', width: 110, cell: ({ created }) => <Time at={created} /> },
  ];
}

function hook({ cloud_hook: { id, name, type } }: DeliveryRow) {
  const { icon: Icon, label } = channelOf(type);
  return (
    <Group gap={6} wrap="nowrap">
      <Icon size={16} aria-label={label} />
      <Link to="/team/cloud-hooks/$hookId" params={{ hookId: id }}>
        {name}
      </Link>
    </Group>
  );
}

interface ToldProps {
  readonly delivery: Pick<DeliveryRow, 'action' | 'digest_count' | 'event'>;
  readonly hasRun?: boolean;
}

/** What a delivery tells: which state of which run, or what else. */
export function Told({ delivery: { action, digest_count: members, event }, hasRun = true }: ToldProps) {
  if (event === null) {
    return <Text size="sm">{members === 0 ? action : `${members} changes in one message`}</Text>;
  }
  return (
    <Group gap="xs">
      {event.kind === 'STATE_CHANGE' && event.state !== null ? (
        <StateBadge state={event.state} />
      ) : (
        <Text size="sm" fw={500}>
          {eventLabel(event.kind)}
        </Text>
      )}
      {hasRun ? <Subject event={event} /> : null}
      {action === 'resolve' ? (
        <Text size="xs" c="dimmed">
          resolves
        </Text>
      ) : null}
    </Group>
  );
}

function Subject({ event }: { readonly event: NonNullable<DeliveryRow['event']> }) {
  const { flow_run: run, task_run: task } = event;
  return (
    <Text size="sm" span>
      {task === null ? null : (
        <>
          <Link to="/task-run/$taskRunId" params={{ taskRunId: task.id }}>
            {task.map_index >= 0 ? `${task.task.name}[${task.map_index}]` : task.task.name}
          </Link>{' '}
          of{' '}
        </>
      )}
      {run === null ? null : (
        <>
          <Link to="/flow-run/$flowRunId" params={{ flowRunId: run.id }}>
            {run.name}
          </Link>{' '}
          <Text span size="xs" c="dimmed">
            {run.flow.name}
          </Text>
        </>
      )}
    </Text>
  );
}

function reason({ reason: why, status }: DeliveryRow) {
  return why === null || status === 'delivered' ? (
    <Text size="sm" c="dimmed">
      –
    </Text>
  ) : (
    <Text className={classes['reason'] ?? ''} lineClamp={2} title={why}>
      {why}
    </Text>
  );
}

function nextTry({ status, due_at: due, attempt_started_at: started }: DeliveryRow) {
  if (status !== 'pending') {
    return '–';
  }
  return started === null ? <Time at={due} /> : 'being sent';
}
