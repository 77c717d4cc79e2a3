import { Badge, Group, Text } from '@mantine/core';
import { IconSubtask } from '@tabler/icons-react';
import { FlowTasksDocument, type FlowTasksQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { type Column, DataTable } from '~/components/DataTable';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { durationText } from '~/components/times';
import { useLoadedFlow } from './useFlow';

type Task = FlowTasksQuery['task'][number];

const COLUMNS: readonly Column<Task>[] = [
  {
    key: 'name',
    title: 'Task',
    isName: true,
    cell: (task) => (
      <Group gap="xs">
        {task.name}
        {task.mapped ? (
          <Badge variant="default" size="sm">
            mapped
          </Badge>
        ) : null}
        {task.auto_generated ? (
          <Badge variant="default" size="sm">
            made by the library
          </Badge>
        ) : null}
      </Group>
    ),
  },
  { key: 'type', title: 'Type', hideNarrow: true, cell: ({ type }) => shortType(type) },
  { key: 'trigger', title: 'Trigger', cell: ({ trigger }) => shortType(trigger) },
  { key: 'retries', title: 'Retries', cell: retries },
  { key: 'tags', title: 'Tags', cell: ({ tags }) => listText(tags) },
  { key: 'counts', title: 'Decides the run', cell: (task) => (task.is_reference_task ? 'yes' : 'no') },
];

/** What the newest version is made of. */
export function TasksTab() {
  const flow = useLoadedFlow();
  const { data, error, refetch } = useLiveQuery(
    FlowTasksDocument,
    { flowId: flow?.id ?? '' },
    { enabled: flow !== undefined, topic: null },
  );
  if (error !== null && data === undefined) {
    return <ErrorNote what="The tasks could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  return data?.task.length === 0 ? (
    <EmptyState icon={IconSubtask} title="No tasks">
      This version was registered without any.
    </EmptyState>
  ) : (
    <DataTable label="Tasks" columns={COLUMNS} rows={data?.task} rowKey={({ id }) => id} />
  );
}

/** The last word of a qualified name: `all_successful` of `prefect.triggers.all_successful`. */
function shortType(name: string | null) {
  return name === null ? (
    '–'
  ) : (
    <Text size="sm" component="span" title={name}>
      {name.split(/[.:]+/).at(-1)}
    </Text>
  );
}

function retries({ max_retries, retry_delay }: Task): string {
  if (max_retries === 0) {
    return 'none';
  }
  const delay =
    retry_delay === null || retry_delay === 0 ? '' : `, after ${durationText(retry_delay * 1000)}`;
  return `${max_retries}${delay}`;
}

function listText(list: unknown): string {
  return Array.isArray(list) && list.length > 0 ? list.join(', ') : '–';
}
