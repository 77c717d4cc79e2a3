import { stateLook } from '../states';

/** What the timeline has to know of a task run. */
export interface GanttRun {
  readonly id: string;
  readonly taskId: string;
  readonly label: string;
  /** Which child of a mapped task it is; -1: it is none. */
  readonly mapIndex: number;
  readonly state: string;
  readonly start_time: string | null;
  readonly end_time: string | null;
}

/** A state that a task run took, oldest first. */
export interface GanttState {
  readonly state: string;
  readonly timestamp: string;
}

/** A stretch of time in one colour; without an end it goes on. */
export interface Bar {
  readonly from: number;
  readonly to: number | undefined;
  /** What it ended as, or is. */
  readonly state: string;
  /** `attempt`: it ran. `wait`: it waits to be tried again. `span`: what the children of a mapped task cover. */
  readonly kind: 'attempt' | 'wait' | 'span';
}

export interface GanttRow {
  readonly run: GanttRun;
  readonly isChild: boolean;
  readonly bars: readonly Bar[];
}

/**
 * A row for each task run: by when the task began, the children of a mapped task below it. Those that have not begun
 * come last. `histories` has the states of those that were tried more than once.
 */
export function layOut(
  runs: readonly GanttRun[],
  histories: ReadonlyMap<string, readonly GanttState[]> = new Map(),
): GanttRow[] {
  const tasks = new Map<string, GanttRun[]>();
  for (const run of runs) {
    const ofTask = tasks.get(run.taskId);
    if (ofTask === undefined) {
      tasks.set(run.taskId, [run]);
    } else {
      ofTask.push(run);
    }
  }
  const groups = [...tasks.values()].map((ofTask) => ({
    ofTask: ofTask.toSorted((one, other) => one.mapIndex - other.mapIndex),
    from: Math.min(...ofTask.map(beginningOf)),
  }));
  groups.sort((one, other) => compare(one.from, other.from) || compareLabels(one.ofTask, other.ofTask));
  return groups.flatMap(({ ofTask }) => rowsOf(ofTask, histories));
}

function rowsOf(
  ofTask: readonly GanttRun[],
  histories: ReadonlyMap<string, readonly GanttState[]>,
): GanttRow[] {
  const children = ofTask.filter(({ mapIndex }) => mapIndex >= 0);
  return ofTask.map((run) => {
    const isParent = run.mapIndex < 0 && children.length > 0;
    const bars = isParent ? spanOf(run, children) : barsOf(run, histories.get(run.id) ?? []);
    return { run, isChild: run.mapIndex >= 0, bars };
  });
}

/** What waits to run again has not been running since it first did. */
const isWaiting = ({ state, end_time }: GanttRun): boolean =>
  end_time === null && stateLook(state).group === 'waiting';

const beginningOf = ({ start_time, end_time }: GanttRun): number => {
  const time = start_time ?? end_time;
  return time === null ? Number.POSITIVE_INFINITY : Date.parse(time);
};

// The difference of two infinities is no number.
const compare = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1);

const compareLabels = (one: readonly GanttRun[], other: readonly GanttRun[]): number =>
  (one[0]?.label ?? '').localeCompare(other[0]?.label ?? '', undefined, { numeric: true });

/** From when the first child began until the last one ended, if none runs. */
function spanOf(parent: GanttRun, children: readonly GanttRun[]): Bar[] {
  const begun = children.filter(({ start_time, end_time }) => start_time !== null || end_time !== null);
  if (begun.length === 0) {
    return barsOf(parent, []);
  }
  const isRunning = children.some(
    (child) => child.start_time !== null && child.end_time === null && !isWaiting(child),
  );
  const ends = begun.map((child) =>
    child.end_time === null ? beginningOf(child) : Date.parse(child.end_time),
  );
  return [
    {
      from: Math.min(...begun.map(beginningOf)),
      to: isRunning ? undefined : Math.max(...ends),
      state: parent.state,
      kind: 'span',
    },
  ];
}

/** The attempts of a task run with the waits between them; a single bar when it ran once. */
export function barsOf(run: GanttRun, history: readonly GanttState[]): Bar[] {
  const bars = history.flatMap(({ state, timestamp }, index): Bar[] => {
    const next = history[index + 1];
    const to = next === undefined ? undefined : Date.parse(next.timestamp);
    if (state === 'Running') {
      return [{ from: Date.parse(timestamp), to, state: next?.state ?? state, kind: 'attempt' }];
    }
    return state === 'Retrying' ? [{ from: Date.parse(timestamp), to, state, kind: 'wait' }] : [];
  });
  if (bars.length > 0) {
    return bars;
  }
  const from = beginningOf(run);
  if (from === Number.POSITIVE_INFINITY || isWaiting(run)) {
    return [];
  }
  const to = run.end_time === null ? undefined : Date.parse(run.end_time);
  return [{ from, to, state: run.state, kind: 'attempt' }];
}

/** From the first beginning to the last end of all bars, those that go on ending `now`; a second at least. */
export function rangeOf(rows: readonly GanttRow[], now: number): readonly [number, number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { bars } of rows) {
    for (const bar of bars) {
      from = Math.min(from, bar.from);
      to = Math.max(to, bar.to ?? now);
    }
  }
  return from === Number.POSITIVE_INFINITY ? [now - 60_000, now] : [from, Math.max(to, from + 1_000)];
}
