import { useMemo } from 'react';
import { FlowRunHistoriesDocument, FlowRunTasksDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { type GanttRow, type GanttState, layOut } from '~/components/gantt/bars';
import { taskRunName } from '~/components/run/names';
import { flowRunTopic, type TaskRun, useTaskRuns } from './useTaskRuns';

/** The rows of the timeline; `undefined` until there is an answer. */
export function useTimeline(
  flowRunId: string,
  flowId: string,
): { rows: readonly GanttRow[] | undefined; error: unknown } {
  const taskRuns = useTaskRuns(flowRunId);
  const { data: flow, error } = useLiveQuery(FlowRunTasksDocument, { flowId }, { topic: null });
  const hasHistories = taskRuns.data?.some(ranBefore) === true;
  const histories = useLiveQuery(
    FlowRunHistoriesDocument,
    { id: flowRunId },
    { topic: flowRunTopic(flowRunId), enabled: hasHistories },
  ).data;

  const rows = useMemo(() => {
    if (taskRuns.data === undefined || flow === undefined) {
      return undefined;
    }
    const names = new Map(flow.task.map(({ id, name }) => [id, name]));
    const runs = taskRuns.data.map((run) => ({
      id: run.id,
      taskId: run.task_id,
      label: taskRunName(run.name, names.get(run.task_id) ?? 'task', run.map_index),
      mapIndex: run.map_index,
      state: run.state,
      start_time: run.start_time,
      end_time: run.end_time,
    }));
    return layOut(runs, historiesOf(histories?.task_run_state ?? []));
  }, [taskRuns.data, flow, histories]);
  return { rows, error: taskRuns.error ?? error };
}

/** Whether it ran before what it does now, so that its beginning and end say too little: as the query has it. */
function ranBefore({ run_count, end_time, state }: TaskRun): boolean {
  return run_count > 1 || (run_count === 1 && end_time === null && state !== 'Running');
}

function historiesOf(
  states: readonly (GanttState & { readonly task_run_id: string })[],
): Map<string, GanttState[]> {
  const histories = new Map<string, GanttState[]>();
  for (const state of states) {
    const ofRun = histories.get(state.task_run_id) ?? [];
    ofRun.push(state);
    histories.set(state.task_run_id, ofRun);
  }
  return histories;
}
