import { Checkbox, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Column } from '~/components/DataTable';
import { StateBadge } from '~/components/StateBadge';
import { Time } from '~/components/Time';
import { channelOf } from '~/pages/cloud-hook/channels';
import { eventLabel } from '~/pages/cloud-hook/events';
import { DeliveryStatus } from './DeliveryStatus';
import classes from './deliveries.module.css';
import { isBeingSent, nextTryAt } from './next-try';
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
            width: 64,
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
    ...(hasHook ? [{ key: 'hook', title: 'Hook', width: 170, cell: hook }] : []),
    { key: 'state', title: 'Tells', width: 130, cell: (delivery) => <What delivery={delivery} /> },
    ...(hasRun
      ? [{ key: 'run', title: 'Of', cell: ({ event }: DeliveryRow) => <Subject event={event} /> }]
      : []),
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

type Told = Pick<DeliveryRow, 'action' | 'digest_count' | 'event'>;

/** What a delivery tells: that a state was taken, or what else happened. */
export function What({ delivery: { action, digest_count: members, event } }: { readonly delivery: Told }) {
  if (event === null) {
    return <Text size="sm">{members === 0 ? action : `${members} changes`}</Text>;
  }
  return (
    <>
      {event.kind === 'STATE_CHANGE' && event.state !== null ? (
        <StateBadge state={event.state} />
      ) : (
        <Text size="sm" fw={500} span>
          {eventLabel(event.kind)}
        </Text>
      )}
      {action === 'resolve' ? (
        <Text size="xs" c="dimmed">
          resolves the incident
        </Text>
      ) : null}
    </>
  );
}

/** Of which run a delivery tells. */
export function Subject({ event }: { readonly event: DeliveryRow['event'] }) {
  const run = event?.flow_run ?? null;
  const task = event?.task_run ?? null;
  if (run === null) {
    return <span>–</span>;
  }
  return (
    <Text size="sm" span className={classes['subject'] ?? ''}>
      {task === null ? null : (
        <>
          <Link to="/task-run/$taskRunId" params={{ taskRunId: task.id }}>
            {task.map_index >= 0 ? `${task.task.name}[${task.map_index}]` : task.task.name}
          </Link>{' '}
          of{' '}
        </>
      )}
      <Link to="/flow-run/$flowRunId" params={{ flowRunId: run.id }}>
        {run.name}
      </Link>{' '}
      <Text span size="xs" c="dimmed">
        {run.flow.name}
      </Text>
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

function nextTry(delivery: DeliveryRow) {
  if (delivery.status !== 'pending') {
    return '–';
  }
  return isBeingSent(delivery) ? 'being sent' : <Time at={nextTryAt(delivery)} />;
}
