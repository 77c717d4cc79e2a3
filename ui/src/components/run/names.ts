/** What a task run is called: by its own name, else by its task's, with the place among its siblings. */
export function taskRunName(name: string | null, taskName: string, mapIndex: number): string {
  return name ?? (mapIndex < 0 ? taskName : `${taskName}[${mapIndex}]`);
}
