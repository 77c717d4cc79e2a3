import { isLevel, type LogFilter } from '~/components/logs/filter';

export interface LogsSearch extends LogFilter {
  /** What is searched for. */
  readonly q?: string | undefined;
}

/** What the address says of the log: which lines, and what is looked for in them. */
export function logsSearch(search: Readonly<Record<string, unknown>>): LogsSearch {
  const { level, task, q } = search;
  // What is left out would be taken from the address as it stands there.
  return {
    level: isLevel(level) ? level : undefined,
    task: typeof task === 'string' && task !== '' ? task : undefined,
    // The router reads a number as one.
    q: typeof q === 'string' || typeof q === 'number' ? String(q) : undefined,
  };
}
