import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiError } from '~/api/errors';
import { FlowRunDocument, type FlowRunQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { statesOf } from '~/components/states';
import { flowRunTopic } from './useTaskRuns';

export type FlowRun = NonNullable<FlowRunQuery['flow_run_by_pk']>;

/** Task runs whose own function failed: what is below them failed because of that. */
const CAUSES = statesOf('failed').filter((state) => state !== 'TriggerFailed');

/** The run that the page is about; the frame and the tabs share one answer. */
export function useFlowRun(id: string): UseQueryResult<FlowRunQuery, ApiError> {
  return useLiveQuery(FlowRunDocument, { id, failedStates: CAUSES }, { topic: flowRunTopic(id) });
}
