import { Duration } from '../Duration';
import { stateLook } from '../states';

export interface TookProps {
  readonly run: {
    readonly state: string;
    readonly start_time: string | null;
    readonly end_time: string | null;
  };
}

/** How long a run took, or takes already; nothing while it waits, though it ran before. */
export function Took({ run: { state, start_time, end_time } }: TookProps) {
  const isWaiting = end_time === null && stateLook(state).group === 'waiting';
  return <Duration from={isWaiting ? null : start_time} to={end_time} />;
}
