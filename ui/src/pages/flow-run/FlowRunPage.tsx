import { Skeleton, Stack } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { NotFound } from '~/app/NotFound';
import { ErrorNote } from '~/components/ErrorNote';
import { PageHeader } from '~/components/PageHeader';
import { PageTabs } from '~/components/PageTabs';
import { StatePanel } from '~/components/run/StatePanel';
import { isFailed } from '~/components/states';
import { Causes } from './Causes';
import { Paused } from './Paused';
import { RunActions } from './RunActions';
import { RunFacts } from './RunFacts';
import { flowRunRoute } from './route';
import { TABS } from './tabs';
import { type FlowRun, useFlowRun } from './useFlowRun';

/** What someone on call opens from a message: what state the run is in, and why, before anything else. */
export function FlowRunPage() {
  const { flowRunId } = flowRunRoute.useParams();
  const { data, error, refetch } = useFlowRun(flowRunId);
  if (data === undefined) {
    return error === null ? (
      <Loading />
    ) : (
      <ErrorNote what="The run could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  return data.flow_run_by_pk === null ? <NotFound what="flow run" /> : <Run run={data.flow_run_by_pk} />;
}

function Run({ run }: { readonly run: FlowRun }) {
  const { flow } = run;
  return (
    <>
      <PageHeader
        title={run.name}
        parents={[
          <Link key="flows" to="/flows">
            Flows
          </Link>,
          <Link key="project" to="/flows" search={{ project: flow.project.id }}>
            {flow.project.name}
          </Link>,
          <Link key="flow" to="/flow/$flowGroupId" params={{ flowGroupId: flow.flow_group_id }}>
            {flow.name}
          </Link>,
        ]}
        actions={<RunActions run={run} />}
      />
      <StatePanel
        state={run.state}
        message={run.state_message}
        since={run.state_timestamp}
        startsAt={run.state_start_time}
        isCause={run.failed.length === 0}
      >
        {isFailed(run.state) || run.failed.length > 0 ? <Causes run={run} /> : null}
        <Paused run={run} />
      </StatePanel>
      <RunFacts run={run} />
      <PageTabs label="Parts of the run">
        {TABS.map(({ label, to }) => (
          <Link
            key={to}
            to={to}
            params={{ flowRunId: run.id }}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {label}
          </Link>
        ))}
      </PageTabs>
      <Outlet />
    </>
  );
}

/** As high as what will come, so that nothing jumps. */
function Loading() {
  return (
    <Stack aria-busy aria-label="Loading the run">
      <Skeleton height={56} width="60%" />
      <Skeleton height={72} />
      <Skeleton height={84} />
      <Skeleton height={240} />
    </Stack>
  );
}
