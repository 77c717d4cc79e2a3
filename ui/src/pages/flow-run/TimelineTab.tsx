import { Skeleton } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { flowRunRoute } from './route';
import { useFlowRun } from './useFlowRun';
import { useTimeline } from './useTimeline';

/** The chart library comes after the state and the errors are on the screen. */
const Gantt = lazy(() => import('~/components/gantt/Gantt').then((module) => ({ default: module.Gantt })));

/** When each task of the run began and ended, and how often it was tried. */
export function TimelineTab() {
  const { flowRunId } = flowRunRoute.useParams();
  const run = useFlowRun(flowRunId).data?.flow_run_by_pk;
  return run === null || run === undefined ? null : <Timeline flowRunId={run.id} flowId={run.flow.id} />;
}

function Timeline({ flowRunId, flowId }: { readonly flowRunId: string; readonly flowId: string }) {
  const navigate = flowRunRoute.useNavigate();
  const { rows, error } = useTimeline(flowRunId, flowId);
  if (rows === undefined) {
    return error === null ? (
      <Skeleton height={360} />
    ) : (
      <ErrorNote what="The task runs could not be loaded" error={error} />
    );
  }
  if (rows.length === 0) {
    return (
      <EmptyState icon={IconChartBar} title="No task runs yet">
        They appear here as soon as the run begins. A run that waits needs an agent with its labels.
      </EmptyState>
    );
  }
  return (
    <Suspense fallback={<Skeleton height={360} />}>
      <Gantt
        rows={rows}
        onOpen={(taskRunId) => void navigate({ to: '/task-run/$taskRunId', params: { taskRunId } })}
      />
    </Suspense>
  );
}
