/** From the least to the most important. */
export const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type Level = (typeof LEVELS)[number];

export interface FilterLine {
  readonly level: string;
  readonly message: string;
  readonly task_run_id: string | null;
}

export interface LogFilter {
  /** Lines of this level and above. */
  readonly level?: Level | undefined;
  /** Lines of runs of this task. */
  readonly task?: string | undefined;
}

export function isLevel(text: unknown): text is Level {
  return LEVELS.some((level) => level === text);
}

/** How important a level is; those with names of their own count as INFO. */
function rank(level: string): number {
  const name = level.toUpperCase();
  const place = LEVELS.findIndex((known) => known === (name === 'WARN' ? 'WARNING' : name));
  return place === -1 ? LEVELS.indexOf('INFO') : place;
}

/** The lines that pass, all of them the same array if nothing is filtered. */
export function filterLines<Line extends FilterLine>(
  lines: readonly Line[],
  { level, task }: LogFilter,
  taskOf: (taskRunId: string) => string | undefined,
): readonly Line[] {
  if (level === undefined && task === undefined) {
    return lines;
  }
  const least = level === undefined ? 0 : rank(level);
  return lines.filter(
    (line) =>
      rank(line.level) >= least &&
      (task === undefined || (line.task_run_id !== null && taskOf(line.task_run_id) === task)),
  );
}

/** The places of the lines that have the text, whatever its case; none for no text. */
export function search(lines: readonly FilterLine[], text: string): number[] {
  const wanted = text.toLowerCase();
  if (wanted === '') {
    return [];
  }
  const found: number[] = [];
  for (const [index, { message }] of lines.entries()) {
    if (message.toLowerCase().includes(wanted)) {
      found.push(index);
    }
  }
  return found;
}

export interface Piece {
  readonly text: string;
  readonly isMatch: boolean;
  /** Where it begins. */
  readonly at: number;
}

/** Cuts a message at where the text is found; together the pieces are the message. */
export function pieces(message: string, text: string): Piece[] {
  const wanted = text.toLowerCase();
  const lower = message.toLowerCase();
  // A few letters are longer in lower case; then places in one are not places in the other.
  if (wanted === '' || lower.length !== message.length) {
    return [{ text: message, isMatch: false, at: 0 }];
  }
  const cut: Piece[] = [];
  let end = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, end)) {
    if (at > end) {
      cut.push({ text: message.slice(end, at), isMatch: false, at: end });
    }
    end = at + wanted.length;
    cut.push({ text: message.slice(at, end), isMatch: true, at });
  }
  if (end < message.length || message === '') {
    cut.push({ text: message.slice(end), isMatch: false, at: end });
  }
  return cut;
}
