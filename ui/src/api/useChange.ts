import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiError } from './errors';
import { execute } from './execute';
import type { TypedDocumentString } from './generated/graphql';

/** A mutation; whatever is on the screen is asked again once it is done, since anything may follow from it. */
export function useChange<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
): UseMutationResult<Result, ApiError, Variables> {
  const queries = useQueryClient();
  return useMutation<Result, ApiError, Variables>({
    mutationFn: (variables) => execute(document as TypedDocumentString<Result, unknown>, variables ?? {}),
    onSettled: () => queries.invalidateQueries(),
  });
}
