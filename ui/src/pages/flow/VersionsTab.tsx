import { Badge, Group } from '@mantine/core';
import { FlowVersionsDocument, type FlowVersionsQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { type Column, DataTable } from '~/components/DataTable';
import { ErrorNote } from '~/components/ErrorNote';
import { Id } from '~/components/Id';
import { Time } from '~/components/Time';
import { useLoadedFlow } from './useFlow';

type Version = FlowVersionsQuery['flow'][number];

const COLUMNS: readonly Column<Version>[] = [
  {
    key: 'version',
    title: 'Version',
    isName: true,
    cell: ({ version, archived }) => (
      <Group gap="xs">
        {version}
        <Badge variant={archived ? 'default' : 'light'} size="sm">
          {archived ? 'archived' : 'current'}
        </Badge>
      </Group>
    ),
  },
  { key: 'created', title: 'Registered', cell: ({ created }) => <Time at={created} /> },
  {
    key: 'tasks',
    title: 'Tasks',
    align: 'end',
    cell: ({ tasks_aggregate }) => tasks_aggregate.aggregate.count,
  },
  {
    key: 'runs',
    title: 'Runs',
    align: 'end',
    cell: ({ flow_runs_aggregate }) => flow_runs_aggregate.aggregate.count,
  },
  { key: 'library', title: 'Library', cell: ({ core_version }) => core_version ?? '–' },
  { key: 'id', title: 'Id', cell: ({ id }) => <Id id={id} short /> },
];

export function VersionsTab() {
  const flow = useLoadedFlow();
  const { data, error, refetch } = useLiveQuery(
    FlowVersionsDocument,
    { flowGroupId: flow?.flow_group_id ?? '' },
    { enabled: flow !== undefined },
  );
  if (error !== null && data === undefined) {
    return <ErrorNote what="The versions could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  return <DataTable label="Versions" columns={COLUMNS} rows={data?.flow} rowKey={({ id }) => id} />;
}
