export interface Timed {
  readonly state: string;
  readonly start_time: string | null;
  readonly end_time: string | null;
}

export interface Durations {
  /** Milliseconds; none when no run has succeeded. */
  readonly median: number | undefined;
  readonly longest: number | undefined;
}

/** How long runs take that succeed: what failed early says nothing about that. */
export function durationsOf(runs: readonly Timed[]): Durations {
  const lengths = runs
    .filter(({ state }) => state === 'Success')
    .flatMap(({ start_time, end_time }) =>
      start_time === null || end_time === null ? [] : [Date.parse(end_time) - Date.parse(start_time)],
    )
    .sort((one, other) => one - other);
  return { median: lengths[Math.floor(lengths.length / 2)], longest: lengths.at(-1) };
}
