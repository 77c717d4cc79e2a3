import { LogView } from '~/components/logs/LogView';
import { taskRunName } from '~/components/run/names';
import { isFinished } from '~/components/states';
import { logsRoute, taskRunRoute } from './route';
import { useTaskRun } from './useTaskRun';

/** What the task wrote. */
export function LogsTab() {
  const { taskRunId } = taskRunRoute.useParams();
  const filter = logsRoute.useSearch();
  const navigate = logsRoute.useNavigate();
  const taskRun = useTaskRun(taskRunId).data?.task_run_by_pk;
  if (taskRun === null || taskRun === undefined) {
    return null;
  }
  const { id, name, map_index, task, flow_run: flowRun, state } = taskRun;
  return (
    <LogView
      key={id}
      flowRunId={flowRun.id}
      taskRunId={id}
      taskRuns={new Map([[id, { label: taskRunName(name, task.name, map_index), taskId: task.id }]])}
      filter={filter}
      onFilter={(search) => void navigate({ search, replace: true, resetScroll: false })}
      isOpen={!isFinished(state)}
    />
  );
}
