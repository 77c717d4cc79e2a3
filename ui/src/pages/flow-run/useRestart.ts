import { useMutation, useQueryClient } from '@tanstack/react-query';
import { execute } from '~/api/execute';
import {
  FlowRunTaskRunsDocument,
  FlowRunTasksDocument,
  SetFlowRunStateDocument,
  SetTaskRunStatesDocument,
} from '~/api/generated/graphql';
import { stateJson } from '~/components/run/state-json';
import { restartSet } from './restart';

/** A request of so many states stays well below what the server takes. */
const CHUNK = 1_000;

/**
 * Restarts a run from where it failed: what has to run again becomes Pending, and then the run Scheduled, for an
 * agent to take. Answers how many task runs run again.
 */
export function useRestart(flowRunId: string, flowId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (): Promise<number> => {
      const [{ task_run }, { edge }] = await Promise.all([
        execute(FlowRunTaskRunsDocument, { id: flowRunId }),
        execute(FlowRunTasksDocument, { flowId }),
      ]);
      const again = restartSet(task_run, edge);
      const pending = stateJson('Pending', 'The flow run was restarted by hand.');
      for (let from = 0; from < again.length; from += CHUNK) {
        const states = again.slice(from, from + CHUNK).map(({ id }) => ({ task_run_id: id, state: pending }));
        await execute(SetTaskRunStatesDocument, { input: { states } });
      }
      const scheduled = stateJson('Scheduled', 'Restarted by hand from where it failed.', {
        start_time: new Date().toISOString(),
      });
      await execute(SetFlowRunStateDocument, {
        input: { states: [{ flow_run_id: flowRunId, state: scheduled }] },
      });
      return again.length;
    },
    onSettled: () => queries.invalidateQueries(),
  });
}
