/** A task, as much of it as the picture needs. */
export interface SchematicTask {
  readonly id: string;
  readonly name: string;
  readonly mapped: boolean;
}

export interface SchematicEdge {
  readonly id: string;
  readonly upstream_task_id: string;
  readonly downstream_task_id: string;
  readonly mapped: boolean;
  readonly key?: string | null;
}

/** What became of a task in one flow run. */
export interface SchematicState {
  readonly state: string;
  /** What the task leads to. */
  readonly taskRunId: string;
  /** Of a mapped task: how many children are in which state, the worst first. */
  readonly children: readonly { readonly state: string; readonly count: number }[];
}
