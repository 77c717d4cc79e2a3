import { durationText } from './times';
import { useNow } from './useNow';

export interface DurationProps {
  /** ISO timestamps. Without an end it runs on. */
  readonly from: string | null | undefined;
  readonly to?: string | null | undefined;
}

/** How long it took, or takes already. */
export function Duration({ from, to }: DurationProps) {
  const isRunning = from !== null && from !== undefined && (to === null || to === undefined);
  const now = useNow(isRunning);
  if (from === null || from === undefined) {
    return <span>–</span>;
  }
  const end = to === null || to === undefined ? now.getTime() : Date.parse(to);
  return <span>{durationText(end - Date.parse(from))}</span>;
}
