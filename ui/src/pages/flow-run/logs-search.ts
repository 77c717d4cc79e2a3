import { isLevel, type LogFilter } from '~/components/logs/filter';

export interface LogsSearch extends LogFilter {
  /** What is searched for. */
  readonly q?: string | undefined;
}

/** What the address says of the log: which lines, and what is looked for in them. */
export function logsSearch(search: Readonly<Record<string, unknown>>): LogsSearch {
  const { level, task, q } = search;
  return {
    ...(isLevel(level) ? { level } : {}),
    ...(typeof task === 'string' ? { task } : {}),
    // The router reads a number as one.
    ...(typeof q === 'string' || typeof q === 'number' ? { q: String(q) } : {}),
  };
}
