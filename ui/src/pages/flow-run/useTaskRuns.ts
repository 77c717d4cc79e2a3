import { keepPreviousData, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ApiError } from '~/api/errors';
import { execute } from '~/api/execute';
import {
  FlowRunChangedDocument,
  FlowRunTaskRunsDocument,
  type FlowRunTaskRunsQuery,
} from '~/api/generated/graphql';
import type { Topic } from '~/api/live';
import { useTopic } from '~/api/useLiveQuery';

export type TaskRun = FlowRunTaskRunsQuery['task_run'][number];

/** What commits late may carry an earlier time than what was read before. */
const OVERLAP_MS = 10_000;
const POLL_MS = 5_000;
const LIVE_POLL_MS = 60_000;

/** Told whenever the flow run or one of its task runs changes. */
export const flowRunTopic = (id: string): Topic => ({
  subscription: FlowRunChangedDocument,
  variables: { id },
});

/**
 * All task runs of a flow run, in any order. The first answer has all of them, each further one only those that have
 * changed since: a run of thousands of tasks is not read anew because one of them ended.
 */
export function useTaskRuns(flowRunId: string): UseQueryResult<readonly TaskRun[], ApiError> {
  const queries = useQueryClient();
  const queryKey = ['FlowRunTaskRuns', { id: flowRunId }];
  const isPushed = useTopic(queryKey, flowRunTopic(flowRunId));
  return useQuery<readonly TaskRun[], ApiError>({
    queryKey,
    queryFn: async ({ signal }) => {
      const known = queries.getQueryData<readonly TaskRun[]>(queryKey) ?? [];
      const variables = { id: flowRunId, since: sinceOf(known) };
      const { task_run } = await execute(FlowRunTaskRunsDocument, variables, { signal });
      return merge(known, task_run);
    },
    placeholderData: keepPreviousData,
    refetchInterval: isPushed ? LIVE_POLL_MS : POLL_MS,
  });
}

function sinceOf(known: readonly TaskRun[]): string | null {
  if (known.length === 0) {
    return null;
  }
  const latest = known.reduce((most, { updated }) => Math.max(most, Date.parse(updated)), 0);
  return new Date(latest - OVERLAP_MS).toISOString();
}

/** The task runs that were known, with those that have changed in place of what they were; the same if none has. */
export function merge(known: readonly TaskRun[], changed: readonly TaskRun[]): readonly TaskRun[] {
  const byId = new Map(known.map((taskRun) => [taskRun.id, taskRun]));
  const fresh = changed.filter(({ id, updated }) => byId.get(id)?.updated !== updated);
  if (fresh.length === 0 && known.length > 0) {
    return known;
  }
  for (const taskRun of fresh) {
    byId.set(taskRun.id, taskRun);
  }
  return [...byId.values()];
}
