import type { LogLine } from './useLogs';

/** The lines as a text file has them: time in UTC, level, task run, message. */
export function textOf(
  lines: readonly LogLine[],
  labelOf: (taskRunId: string) => string | undefined,
): string {
  return lines
    .map(({ timestamp, level, name, task_run_id, message }) => {
      const source = (task_run_id === null ? undefined : labelOf(task_run_id)) ?? name ?? 'flow';
      return `${timestamp} ${level.padEnd(8)} ${source}: ${message}\n`;
    })
    .join('');
}

/** Has the browser save a text. */
export function download(text: string, fileName: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
