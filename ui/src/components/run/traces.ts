/** Longer messages fold: the headline is enough to see what happened, the rest to see where. */
const MAX_LINES = 6;
const TRACEBACK = /^Traceback \(most recent call last\)/m;

export interface Trace {
  /** What happened, in a line or a few. */
  readonly headline: string;
  /** The whole message, if the headline is not that already. */
  readonly whole: string | undefined;
  readonly lines: number;
}

/** Splits the message of a state. Python's tracebacks say what happened last, everything else says it first. */
export function traceOf(message: string): Trace {
  const lines = message.trimEnd().split('\n');
  if (lines.length <= MAX_LINES) {
    return { headline: lines.join('\n'), whole: undefined, lines: lines.length };
  }
  return { headline: headlineOf(message, lines), whole: message, lines: lines.length };
}

function headlineOf(message: string, lines: readonly string[]): string {
  if (!TRACEBACK.test(message)) {
    return lines.slice(0, 3).join('\n');
  }
  // The error begins at the last line without indent that names it: `ValueError: …`.
  const first = lines.findLastIndex((line) =>
    /^[\w.]+(Error|Exception|Exit|Interrupt|Warning)?: ?/.test(line),
  );
  return lines.slice(first === -1 ? -1 : first).join('\n');
}
