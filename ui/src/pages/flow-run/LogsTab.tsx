import { useMemo } from 'react';
import { FlowRunTasksDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { LogView } from '~/components/logs/LogView';
import { taskRunName } from '~/components/run/names';
import { isFinished } from '~/components/states';
import { flowRunRoute, logsRoute } from './route';
import { type FlowRun, useFlowRun } from './useFlowRun';
import { useTaskRuns } from './useTaskRuns';

/** What the run and its tasks wrote. */
export function LogsTab() {
  const { flowRunId } = flowRunRoute.useParams();
  const run = useFlowRun(flowRunId).data?.flow_run_by_pk;
  return run === null || run === undefined ? null : <Logs key={run.id} run={run} />;
}

function Logs({ run }: { readonly run: FlowRun }) {
  const filter = logsRoute.useSearch();
  const navigate = logsRoute.useNavigate();
  const { data: flow } = useLiveQuery(FlowRunTasksDocument, { flowId: run.flow.id }, { topic: null });
  const { data: taskRuns } = useTaskRuns(run.id);
  const byId = useMemo(() => {
    const names = new Map(flow?.task.map(({ id, name }) => [id, name]));
    return new Map(
      taskRuns?.map(({ id, name, task_id, map_index }) => {
        const label = taskRunName(name, names.get(task_id) ?? 'task', map_index);
        return [id, { label, taskId: task_id }] as const;
      }),
    );
  }, [flow, taskRuns]);
  return (
    <LogView
      flowRunId={run.id}
      taskRuns={byId}
      tasks={flow?.task ?? []}
      filter={filter}
      onFilter={(search) => void navigate({ search, replace: true, resetScroll: false })}
      isOpen={!isFinished(run.state)}
    />
  );
}
