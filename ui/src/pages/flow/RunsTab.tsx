import { Group, Pagination, Select, Text } from '@mantine/core';
import { IconRun } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { FlowRunsDocument, type FlowRunsQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { type Column, DataTable } from '~/components/DataTable';
import { Duration } from '~/components/Duration';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { StateBadge } from '~/components/StateBadge';
import { Time } from '~/components/Time';
import { useNow } from '~/components/useNow';
import { type FlowRunsSearch, flowRunsRoute } from './route';
import { GROUP_CHOICES, isGroup, isSince, SINCE_CHOICES, sinceFor, statesFor } from './run-filters';

type Run = FlowRunsQuery['flow_run'][number];

const PAGE = 50;

const COLUMNS: readonly Column<Run>[] = [
  {
    key: 'name',
    title: 'Run',
    isName: true,
    cell: (run) => (
      <Link to="/flow-run/$flowRunId" params={{ flowRunId: run.id }}>
        {run.name}
      </Link>
    ),
  },
  { key: 'state', title: 'State', width: 150, cell: ({ state }) => <StateBadge state={state} /> },
  {
    key: 'message',
    title: 'Message',
    cell: ({ state_message }) => (
      <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
        {state_message ?? '–'}
      </Text>
    ),
  },
  {
    key: 'due',
    title: 'Scheduled',
    width: 110,
    hideNarrow: true,
    cell: ({ scheduled_start_time }) => <Time at={scheduled_start_time} />,
  },
  {
    key: 'started',
    title: 'Started',
    width: 110,
    cell: ({ start_time }) => <Time at={start_time} none="not yet" />,
  },
  {
    key: 'took',
    title: 'Took',
    width: 90,
    cell: ({ start_time, end_time }) => <Duration from={start_time} to={end_time} />,
  },
  {
    key: 'version',
    title: 'Version',
    align: 'end',
    width: 80,
    hideNarrow: true,
    cell: ({ flow }) => flow.version,
  },
];

export function RunsTab() {
  const { flowGroupId } = flowRunsRoute.useParams();
  const { state, since, page = 1 } = flowRunsRoute.useSearch();
  const { data, error, refetch } = useLiveQuery(FlowRunsDocument, {
    flowGroupId,
    states: statesFor(state),
    since: sinceFor(since, useNow()),
    limit: PAGE,
    offset: (page - 1) * PAGE,
  });
  const count = data?.flow_run_aggregate.aggregate.count ?? 0;
  return (
    <>
      <Filters count={data === undefined ? undefined : count} />
      {error === null ? null : (
        <ErrorNote what="The runs could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
      {data?.flow_run.length === 0 ? (
        <NoRuns
          isFiltered={state !== undefined || since !== undefined || page > 1}
          flowGroupId={flowGroupId}
        />
      ) : error !== null && data === undefined ? null : (
        <DataTable label="Runs" columns={COLUMNS} rows={data?.flow_run} rowKey={({ id }) => id} />
      )}
      <Pages total={Math.ceil(count / PAGE)} />
    </>
  );
}

function Filters({ count }: { readonly count: number | undefined }) {
  const search = flowRunsRoute.useSearch();
  const navigate = flowRunsRoute.useNavigate();
  // Whatever is chosen anew begins with the first page.
  const filter = (changed: FlowRunsSearch) => void navigate({ search: changed, replace: true });
  const { state, since } = search;
  return (
    <Group gap="xs" mb="sm">
      <Select
        aria-label="State"
        placeholder="All states"
        data={[...GROUP_CHOICES]}
        value={state ?? null}
        onChange={(chosen) => filter({ ...(since && { since }), ...(isGroup(chosen) && { state: chosen }) })}
        clearable
        w={170}
      />
      <Select
        aria-label="Time"
        placeholder="At any time"
        data={SINCE_CHOICES.map(({ value, label }) => ({ value, label }))}
        value={since ?? null}
        onChange={(chosen) => filter({ ...(state && { state }), ...(isSince(chosen) && { since: chosen }) })}
        clearable
        w={170}
      />
      <Text c="dimmed" size="sm" aria-live="polite">
        {count === undefined ? '' : `${count} ${count === 1 ? 'run' : 'runs'}`}
      </Text>
    </Group>
  );
}

function Pages({ total }: { readonly total: number }) {
  const { page = 1 } = flowRunsRoute.useSearch();
  const navigate = flowRunsRoute.useNavigate();
  return total <= 1 ? null : (
    <Pagination
      mt="md"
      total={total}
      value={page}
      onChange={(chosen) => void navigate({ search: (old) => ({ ...old, page: chosen }) })}
      getControlProps={(control) => ({ 'aria-label': `${control} page` })}
    />
  );
}

function NoRuns({ isFiltered, flowGroupId }: { readonly isFiltered: boolean; readonly flowGroupId: string }) {
  return isFiltered ? (
    <EmptyState icon={IconRun} title="No run matches">
      Look for another state, or further back.
    </EmptyState>
  ) : (
    <EmptyState
      icon={IconRun}
      title="No runs yet"
      action={
        <Link to="/flow/$flowGroupId/run" params={{ flowGroupId }}>
          Run it now
        </Link>
      }
    >
      Runs of all versions appear here.
    </EmptyState>
  );
}
