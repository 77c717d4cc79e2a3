import { StateHistory } from '~/components/run/StateHistory';
import { taskRunRoute } from './route';
import { useTaskRun } from './useTaskRun';

/** Every state that the task run has had. */
export function StatesTab() {
  const { taskRunId } = taskRunRoute.useParams();
  const { data } = useTaskRun(taskRunId);
  return <StateHistory states={data?.task_run_by_pk?.states} />;
}
