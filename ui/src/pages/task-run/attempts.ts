import { isFinished } from '~/components/states';

export interface HistoryState {
  readonly state: string;
  readonly message: string | null;
  readonly timestamp: string;
}

/** One time that a task ran. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly from: string;
  /** `null`: it still runs. */
  readonly to: string | null;
  /** How it ended, or `Running`. */
  readonly state: string;
  readonly message: string | null;
}

/** The attempts in a history, which is given oldest first: each begins with Running, and ends with what came next. */
export function attemptsOf(history: readonly HistoryState[]): Attempt[] {
  const attempts: Attempt[] = [];
  for (const [index, { state, timestamp }] of history.entries()) {
    if (state !== 'Running' || history[index - 1]?.state === 'Running') {
      continue;
    }
    const end = history.slice(index + 1).find((next) => next.state !== 'Running');
    attempts.push({
      number: attempts.length + 1,
      from: timestamp,
      to: end?.timestamp ?? null,
      state: end?.state ?? state,
      message: end?.message ?? null,
    });
  }
  return attempts;
}

/** How often it may still be tried: nothing is left once it has ended. */
export function retriesLeft(state: string, runCount: number, maxRetries: number): number {
  return isFinished(state) ? 0 : Math.max(0, maxRetries - Math.max(0, runCount - 1));
}
