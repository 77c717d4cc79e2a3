import { Skeleton } from '@mantine/core';
import { IconTopologyStar3 } from '@tabler/icons-react';
import { useMemo } from 'react';
import { FlowRunTasksDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { Schematic } from '~/components/schematic/Schematic';
import { statesByTask } from '~/components/schematic/states';
import { flowRunRoute } from './route';
import { useFlowRun } from './useFlowRun';
import { useTaskRuns } from './useTaskRuns';

/** The run as a graph: what waited for what, and where it is. */
export function SchematicTab() {
  const { flowRunId } = flowRunRoute.useParams();
  const run = useFlowRun(flowRunId).data?.flow_run_by_pk;
  return run === null || run === undefined ? null : <Picture flowRunId={run.id} flowId={run.flow.id} />;
}

function Picture({ flowRunId, flowId }: { readonly flowRunId: string; readonly flowId: string }) {
  const taskRuns = useTaskRuns(flowRunId);
  const { data: flow, error, refetch } = useLiveQuery(FlowRunTasksDocument, { flowId }, { topic: null });
  const states = useMemo(() => statesByTask(taskRuns.data ?? []), [taskRuns.data]);
  const failure = error ?? taskRuns.error;
  if (flow === undefined || taskRuns.data === undefined) {
    return failure === null ? (
      <Skeleton height={480} />
    ) : (
      <ErrorNote what="The schematic could not be loaded" error={failure} onRetry={() => void refetch()} />
    );
  }
  if (flow.task.length === 0) {
    return (
      <EmptyState icon={IconTopologyStar3} title="The flow has no tasks">
        Add tasks to the flow and register it again.
      </EmptyState>
    );
  }
  return <Schematic tasks={flow.task} edges={flow.edge} states={states} />;
}
