import { Group, SegmentedControl, Select } from '@mantine/core';
import { IconTopologyStar3 } from '@tabler/icons-react';
import {
  DashboardActivityDocument,
  DashboardHealthDocument,
  DashboardRunsDocument,
} from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { PageHeader } from '~/components/PageHeader';
import { statesOf } from '~/components/states';
import { useNow } from '~/components/useNow';
import { Activity } from './Activity';
import classes from './DashboardPage.module.css';
import { DeliveryHealth } from './DeliveryHealth';
import { Failures } from './Failures';
import { InProgress } from './InProgress';
import { DEFAULT_PERIOD, isPeriod, PERIODS, windowOf } from './periods';
import { dashboardRoute } from './route';
import { Upcoming } from './Upcoming';

const FAILED = statesOf('failed');
/** Task runs whose own function failed: what is below them failed because of that. */
const CAUSES = FAILED.filter((state) => state !== 'TriggerFailed');
/** Begun, about to begin, or waiting for somebody. */
const OPEN = [...statesOf('running'), 'Submitted', 'Queued', 'Paused', 'Retrying', 'Resume'];

/** How things are: what failed first, and what is being done about it. */
export function DashboardPage() {
  const { period = DEFAULT_PERIOD, project } = dashboardRoute.useSearch();
  const projectId = project ?? null;
  const window = windowOf(period, useNow());
  const activity = useLiveQuery(DashboardActivityDocument, { ...window, projectId });
  const runs = useLiveQuery(DashboardRunsDocument, {
    since: window.since,
    projectId,
    failedStates: FAILED,
    causes: CAUSES,
    openStates: OPEN,
  });
  const health = useLiveQuery(DashboardHealthDocument, {});
  const failed = [activity, runs, health].find(({ error, data }) => error !== null && data === undefined);
  const parts = activity.data?.flow_run_activity;
  const isNew = parts?.every(({ count }) => count === 0) === true && isWithoutRuns(runs.data);
  return (
    <>
      <PageHeader title="Dashboard" actions={<Filters projects={health.data?.project ?? []} />} />
      {failed === undefined ? null : (
        <ErrorNote
          what="The dashboard could not be loaded"
          error={failed.error}
          onRetry={() => void failed.refetch()}
        />
      )}
      {isNew ? (
        <NoRuns isFiltered={project !== undefined || period !== DEFAULT_PERIOD} />
      ) : (
        <div className={classes['grid']}>
          <Activity period={period} parts={parts} />
          <Failures runs={runs.data?.failed} />
          <div className={classes['side']}>
            <DeliveryHealth health={health.data?.delivery_health} />
            <InProgress runs={runs.data?.open} />
            <Upcoming runs={runs.data?.upcoming} />
          </div>
        </div>
      )}
    </>
  );
}

function isWithoutRuns(
  runs: Readonly<Record<'failed' | 'open' | 'upcoming', readonly unknown[]>> | undefined,
) {
  return runs !== undefined && runs.failed.length + runs.open.length + runs.upcoming.length === 0;
}

function Filters({ projects }: { readonly projects: readonly { id: string; name: string }[] }) {
  const { period = DEFAULT_PERIOD, project } = dashboardRoute.useSearch();
  const navigate = dashboardRoute.useNavigate();
  return (
    <Group gap="xs">
      <Select
        aria-label="Project"
        placeholder="All projects"
        data={projects.map(({ id, name }) => ({ value: id, label: name }))}
        value={project ?? null}
        onChange={(id) => void navigate({ search: { period, ...(id === null ? {} : { project: id }) } })}
        clearable
        searchable
        w={{ base: '100%', xs: 200 }}
      />
      <SegmentedControl
        aria-label="Period"
        data={PERIODS.map(({ value, label }) => ({ value, label }))}
        value={period}
        onChange={(value) => {
          if (isPeriod(value)) {
            void navigate({ search: (old) => ({ ...old, period: value }) });
          }
        }}
      />
    </Group>
  );
}

function NoRuns({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState icon={IconTopologyStar3} title="Nothing ran">
      Look further back, or at all projects.
    </EmptyState>
  ) : (
    <EmptyState
      icon={IconTopologyStar3}
      title="Nothing has run lately"
      command="cargo run -p campana-examples --example report_to_server"
    >
      Runs appear here as soon as a flow reports to this server: set <code>CAMPANA_SERVER_URL</code> for its
      program, or try an example.
    </EmptyState>
  );
}
