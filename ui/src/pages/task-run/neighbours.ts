interface TaskRunPlace {
  readonly map_index: number;
}

/** Of the runs of a task, the one that a run with `mapIndex` is connected to: the child of the same index, or the run itself. */
export function neighbourOf<Run extends TaskRunPlace>(
  runs: readonly Run[],
  isMapped: boolean,
  mapIndex: number,
): Run | undefined {
  const twin = isMapped && mapIndex >= 0 ? runs.find(({ map_index }) => map_index === mapIndex) : undefined;
  return twin ?? runs.find(({ map_index }) => map_index < 0) ?? runs[0];
}
