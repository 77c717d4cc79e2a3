import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ApiError } from '~/api/errors';
import { execute } from '~/api/execute';
import { PreviewHookDocument, type PreviewHookQuery } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { keyOf } from '~/api/useLiveQuery';
import { type HookValues, previewInput } from './form';

/** After this long without a keystroke the server is asked, in milliseconds. */
export const TYPING_MS = 350;

/** What a preview tells of. */
export interface PreviewOf {
  /** A run that there is; none: a made-up one. */
  readonly flowRunId: string | null;
  /** The state that is told; none: the run's own, or the first that the hook lists. */
  readonly state: string | null;
}

/** The message that the form's hook would send; what was there stays until the next answer comes. */
export function usePreview(values: HookValues, of: PreviewOf): UseQueryResult<PreviewHookQuery, ApiError> {
  const [typed] = useDebouncedValue(values, TYPING_MS);
  const mayAsk = useMay('admin');
  // Where it watches changes nothing in what it says, and half of a choice would be refused.
  const input = { ...previewInput(typed), project_id: null, version_group_id: null };
  const variables = { input, flowRunId: of.flowRunId, state: of.state };
  return useQuery<PreviewHookQuery, ApiError>({
    queryKey: keyOf(PreviewHookDocument, variables),
    queryFn: ({ signal }) => execute(PreviewHookDocument, variables, { signal }),
    placeholderData: keepPreviousData,
    enabled: mayAsk,
    retry: false,
  });
}
