import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApiError } from '~/api/errors';
import { execute } from '~/api/execute';
import {
  LogPageDocument,
  type LogPageQuery,
  LogStartDocument,
  LogWrittenDocument,
} from '~/api/generated/graphql';
import { useTopic } from '~/api/useLiveQuery';

export type LogLine = LogPageQuery['log'][number];

export interface Logs {
  readonly lines: readonly LogLine[];
  /** Whether there were more lines before the first of these than a browser should hold. */
  readonly isCut: boolean;
}

const PAGE = 2_000;
/** More lines than this are not for a browser; the last ones matter most. */
export const MOST_LINES = 100_000;
const POLL_MS = 3_000;
const LIVE_POLL_MS = 60_000;

/**
 * The log of a flow run, or of one of its task runs. The first answer has all lines, each further one those that came
 * behind the last; that there are any, the server tells.
 */
export function useLogs(flowRunId: string, taskRunId: string | null): UseQueryResult<Logs, ApiError> {
  const queries = useQueryClient();
  const queryKey = ['Logs', { flowRunId, taskRunId }];
  // Where to listen from: behind what the first answer had, so that the server does not tell of all that again.
  const [heardFrom, setHeardFrom] = useState<number>();
  const variables = { flowRunId, taskRunId, after: heardFrom };
  const isPushed = useTopic(
    queryKey,
    heardFrom === undefined ? null : { subscription: LogWrittenDocument, variables },
  );
  return useQuery<Logs, ApiError>({
    queryKey,
    queryFn: async ({ signal }) => {
      const known = queries.getQueryData<Logs>(queryKey) ?? (await begin(flowRunId, taskRunId, signal));
      const show = (logs: Logs) => queries.setQueryData(queryKey, logs);
      const logs = await readOn(known, { flowRunId, taskRunId }, signal, show);
      setHeardFrom((from) => from ?? lastSeq(logs));
      return logs;
    },
    // The same lines are the same array, and comparing 10,000 of them would only tell that.
    structuralSharing: false,
    refetchInterval: isPushed ? LIVE_POLL_MS : POLL_MS,
  });
}

interface Begun extends Logs {
  /** The place before the first line that is to be read. */
  readonly after?: number;
}

async function begin(flowRunId: string, taskRunId: string | null, signal: AbortSignal): Promise<Begun> {
  const { log } = await execute(LogStartDocument, { flowRunId, taskRunId, most: MOST_LINES }, { signal });
  const [before] = log;
  return { lines: [], isCut: before !== undefined, after: before?.seq ?? 0 };
}

/** All lines behind those that are known; what there is so far is shown after each page. */
async function readOn(
  begun: Begun,
  run: { readonly flowRunId: string; readonly taskRunId: string | null },
  signal: AbortSignal,
  show: (logs: Logs) => void,
): Promise<Logs> {
  let logs: Logs = { lines: begun.lines, isCut: begun.isCut };
  let after = lastSeq(begun) || (begun.after ?? 0);
  for (;;) {
    const { log } = await execute(LogPageDocument, { ...run, after, limit: PAGE }, { signal });
    if (log.length > 0) {
      logs = { ...logs, lines: [...logs.lines, ...log] };
    }
    if (log.length < PAGE) {
      return logs;
    }
    after = log.at(-1)?.seq ?? after;
    show(logs);
  }
}

const lastSeq = ({ lines }: Logs): number => lines.at(-1)?.seq ?? 0;
