import type { UseQueryResult } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ApiError } from '~/api/errors';
import { FlowDocument, type FlowQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';

export type Flow = FlowQuery['flow'][number];

/** The newest version of the flow that the page is about; the frame and the tabs share one answer. */
export function useFlow(): UseQueryResult<FlowQuery, ApiError> {
  const { flowGroupId } = useParams({ from: '/shell/flow/$flowGroupId' });
  return useLiveQuery(FlowDocument, { flowGroupId });
}

/** For tabs, which the frame shows only when there is a flow. */
export function useLoadedFlow(): Flow | undefined {
  return useFlow().data?.flow[0];
}
