import type { DashboardActivityQuery } from '~/api/generated/graphql';
import { type StateGroup, stateLook } from '~/components/states';

export type Activity = DashboardActivityQuery['flow_run_activity'];

/** The groups from the foot of a bar to its top, in the colours of the documents. */
export const GROUPS: readonly {
  readonly group: StateGroup;
  readonly label: string;
  readonly color: string;
}[] = [
  { group: 'success', label: 'Succeeded', color: '#28a745' },
  { group: 'running', label: 'Running', color: '#3d67ff' },
  { group: 'waiting', label: 'Waiting', color: '#ffab00' },
  { group: 'cancelled', label: 'Cancelled', color: '#9a9a9a' },
  { group: 'failed', label: 'Failed', color: '#eb0000' },
];

export type Counts = Readonly<Record<StateGroup, number>>;

/** How many runs of each group there are. */
export function countsOf(parts: Activity): Counts {
  const counts = { waiting: 0, running: 0, success: 0, failed: 0, cancelled: 0 };
  for (const { state, count } of parts.flatMap(({ states }) => states)) {
    counts[stateLook(state).group] += count;
  }
  return counts;
}

/** Of the runs that ended, and were not cancelled: how many succeeded; null when none has ended. */
export function successShare({ success, failed }: Counts): number | null {
  return success + failed === 0 ? null : success / (success + failed);
}
