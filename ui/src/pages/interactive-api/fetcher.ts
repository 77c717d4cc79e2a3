import { type DocumentNode, type ExecutionResult, getOperationAST } from 'graphql';
import { ENDPOINT, request } from '~/api/execute';
import { iterate, type LiveOperation } from '~/api/live';

export interface FetcherOptions {
  readonly documentAST?: DocumentNode;
}

/**
 * Executes what is written in the editor: as the pages do, with the session's cookie; a subscription over the socket
 * that the page has open.
 */
export function fetcher(operation: LiveOperation, options: FetcherOptions = {}) {
  return isSubscription(operation, options) ? iterate(operation) : post(operation);
}

function isSubscription({ operationName }: LiveOperation, { documentAST }: FetcherOptions): boolean {
  return (
    documentAST !== undefined && getOperationAST(documentAST, operationName)?.operation === 'subscription'
  );
}

/** The answer as it is, errors and all: that is what one is here to see. */
async function post(operation: LiveOperation): Promise<ExecutionResult> {
  const response = await request(ENDPOINT, operation);
  return (await response.json()) as ExecutionResult;
}
