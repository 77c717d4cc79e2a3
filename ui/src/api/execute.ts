import { connection } from './connection';
import { ApiError, fromGraphQLErrors, type GraphQLErrorJson } from './errors';
import type { TypedDocumentString } from './generated/graphql';

/** Where the API is: the server's own, whatever tenant the page's address names. */
export const ENDPOINT = '/graphql';

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly GraphQLErrorJson[];
}

export interface ExecuteOptions {
  readonly signal?: AbortSignal;
}

/** Variables may be left out when the operation has none that must be given. */
export type VariablesArgs<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: ExecuteOptions]
    : [variables: Variables, options?: ExecuteOptions];

/**
 * Runs one operation and returns its data, or throws an `ApiError`. Data with errors beside it counts as failed:
 * a page that shows half of what there is would not say so.
 */
export async function execute<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  ...[variables, options]: VariablesArgs<Variables>
): Promise<Result> {
  const answer = await post<Result>(
    { query: document.toString(), variables: variables ?? {} },
    options?.signal,
  );
  if (answer.errors !== undefined && answer.errors.length > 0) {
    throw fromGraphQLErrors(answer.errors);
  }
  if (answer.data === undefined || answer.data === null) {
    throw new ApiError('server', 'the server answered without data');
  }
  return answer.data;
}

async function post<Result>(body: object, signal: AbortSignal | undefined): Promise<Answer<Result>> {
  const response = await request(ENDPOINT, body, signal);
  try {
    return (await response.json()) as Answer<Result>;
  } catch (cause) {
    throw new ApiError('server', `the server answered ${response.status} with something other than JSON`, {
      code: String(response.status),
      cause,
    });
  }
}

/**
 * Sends JSON to the server, or asks it when there is none to send, with the session's cookie; tells the sign in the top
 * bar whether it was reached.
 */
export async function request(
  path: string,
  body: object | undefined,
  signal?: AbortSignal,
): Promise<Response> {
  const sent =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const response = await fetch(path, { ...sent, credentials: 'same-origin', signal: signal ?? null });
    // A proxy answers so while the server behind it is away.
    const isAway = response.status >= 502 && response.status <= 504;
    connection.reportHttp(!isAway);
    if (isAway) {
      throw new ApiError('unreachable', `the server is away (${response.status})`, {
        code: String(response.status),
      });
    }
    return response;
  } catch (cause) {
    if (cause instanceof ApiError || (cause instanceof DOMException && cause.name === 'AbortError')) {
      throw cause;
    }
    connection.reportHttp(false);
    throw new ApiError('unreachable', 'the server could not be reached', { cause });
  }
}
