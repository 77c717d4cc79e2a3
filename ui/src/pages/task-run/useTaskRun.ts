import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiError } from '~/api/errors';
import { TaskRunDocument, type TaskRunQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';

export type TaskRun = NonNullable<TaskRunQuery['task_run_by_pk']>;

/** The task run that the page is about; the frame and the tabs share one answer. */
export function useTaskRun(id: string): UseQueryResult<TaskRunQuery, ApiError> {
  return useLiveQuery(TaskRunDocument, { id });
}
