import { Group, Text, ThemeIcon } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { CloudHooksQuery, HookScopesQuery } from '~/api/generated/graphql';
import type { Column } from '~/components/DataTable';
import { Time } from '~/components/Time';
import { channelOf } from '~/pages/cloud-hook/channels';
import { eventLabel } from '~/pages/cloud-hook/events';
import { statesText } from '~/pages/cloud-hook/presets';
import { DeliveryStatus } from '~/pages/deliveries/DeliveryStatus';
import { HookSwitch } from './HookSwitch';

export type HookRow = CloudHooksQuery['cloud_hook'][number];
export type FlowOfScope = HookScopesQuery['flow'][number];

export function hookColumns(flows: readonly FlowOfScope[]): readonly Column<HookRow>[] {
  return [
    { key: 'name', title: 'Hook', isName: true, cell: name },
    { key: 'states', title: 'Tells of', cell: tellsOf },
    { key: 'scope', title: 'Watches', cell: (hook) => scope(hook, flows) },
    { key: 'last', title: 'Last delivery', width: 200, cell: lastDelivery },
    { key: 'owed', title: 'Pending', width: 80, align: 'end', cell: (hook) => count(hook, 'pending') },
    { key: 'dead', title: 'Dead', width: 70, align: 'end', cell: (hook) => count(hook, 'dead') },
    { key: 'active', title: 'On', width: 60, cell: (hook) => <HookSwitch hook={hook} /> },
  ];
}

function name(hook: HookRow) {
  const { icon: Icon, label } = channelOf(hook.type);
  return (
    <Group gap="sm" wrap="nowrap">
      <ThemeIcon variant="light" color="gray" size={32} aria-hidden>
        <Icon size={18} />
      </ThemeIcon>
      <div>
        <Link to="/team/cloud-hooks/$hookId" params={{ hookId: hook.id }}>
          {hook.name}
        </Link>
        <Text size="xs" c="dimmed">
          {label}
        </Text>
      </div>
    </Group>
  );
}

function tellsOf({ states, events }: HookRow) {
  const names = list(states);
  const parts = [...(names.length === 0 ? [] : [statesText(names)]), ...list(events).map(eventLabel)];
  const text = parts.join(', ');
  return (
    <Text size="sm" lineClamp={2} title={text}>
      {text}
    </Text>
  );
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

const SUBJECTS: Readonly<Record<string, string>> = { TASK_RUN: 'task runs', ANY: 'runs and task runs' };

function scope(hook: HookRow, flows: readonly FlowOfScope[]) {
  const flow = flows.find(({ version_group_id }) => version_group_id === hook.version_group_id);
  const subject = SUBJECTS[hook.subject];
  return (
    <>
      {hook.version_group_id !== null ? (
        flow === undefined ? (
          <code>{hook.version_group_id}</code>
        ) : (
          <Link to="/flow/$flowGroupId" params={{ flowGroupId: flow.flow_group_id }}>
            {flow.name}
          </Link>
        )
      ) : hook.project === null ? (
        'All flows'
      ) : (
        `Project ${hook.project.name}`
      )}
      {subject === undefined ? null : (
        <Text size="xs" c="dimmed">
          {subject}
        </Text>
      )}
    </>
  );
}

function lastDelivery({ last: [delivery] }: HookRow) {
  return delivery === undefined ? (
    <Text size="sm" c="dimmed">
      none yet
    </Text>
  ) : (
    <Group gap={6} wrap="nowrap">
      <Link to="/delivery/$deliveryId" params={{ deliveryId: delivery.id }}>
        <DeliveryStatus delivery={delivery} />
      </Link>
      <Text size="xs" c="dimmed" span>
        <Time at={delivery.finished ?? delivery.created} />
      </Text>
    </Group>
  );
}

function count(hook: HookRow, status: 'pending' | 'dead') {
  const number = hook[status].aggregate.count;
  return number === 0 ? (
    <Text size="sm" c="dimmed" span>
      0
    </Text>
  ) : (
    <Link
      to="/deliveries"
      search={{ hook: hook.id, status }}
      aria-label={`${number} ${status} of ${hook.name}`}
    >
      {number}
    </Link>
  );
}
