import { Link } from '@tanstack/react-router';
import type { FlowOfListFragment, FlowSummaryFragment } from '~/api/generated/graphql';
import type { Column } from '~/components/DataTable';
import { percentText } from '~/components/percent';
import { RunStrip } from '~/components/RunStrip';
import { StateBadge } from '~/components/StateBadge';
import { scheduleText } from '~/components/schedules';
import { Time } from '~/components/Time';

/** A flow, and how its last runs went. */
export interface FlowRow extends FlowOfListFragment {
  /** The latest first. */
  readonly lastRuns: FlowSummaryFragment['last_runs'];
  readonly successRate: number | null;
}

/** How many of a flow's last runs are shown, and counted in its rate. */
export const STRIP_PLACES = 20;

export const FLOW_COLUMNS: readonly Column<FlowRow>[] = [
  {
    key: 'name',
    title: 'Flow',
    isName: true,
    cell: (flow) => (
      <Link to="/flow/$flowGroupId" params={{ flowGroupId: flow.flow_group_id }}>
        {flow.name}
      </Link>
    ),
  },
  { key: 'project', title: 'Project', cell: (flow) => flow.project.name },
  {
    key: 'strip',
    title: `Last ${STRIP_PLACES} runs`,
    width: 264,
    cell: (flow) => (
      <RunStrip
        runs={[...flow.lastRuns].reverse()}
        places={STRIP_PLACES}
        label={`The last runs of ${flow.name}, oldest first`}
      />
    ),
  },
  {
    key: 'rate',
    title: 'Succeeded',
    align: 'end',
    width: 100,
    cell: (flow) => percentText(flow.successRate),
  },
  { key: 'last', title: 'Last state', width: 150, cell: lastState },
  {
    key: 'when',
    title: 'Last run',
    width: 110,
    // The latest may still wait for its start.
    cell: (flow) => <Time at={flow.lastRuns.find((run) => run.start_time)?.start_time} none="never" />,
  },
  {
    key: 'schedule',
    title: 'Schedule',
    width: 180,
    hideNarrow: true,
    cell: (flow) => scheduleText(flow.schedule, flow.is_schedule_active),
  },
];

function lastState({ lastRuns: [last] }: FlowRow) {
  return last === undefined ? '–' : <StateBadge state={last.state} />;
}

/** Puts together what the server tells of flows and of their runs. */
export function withSummaries(
  flows: readonly FlowOfListFragment[],
  summaries: readonly FlowSummaryFragment[],
): FlowRow[] {
  const byGroup = new Map(summaries.map((summary) => [summary.flow_group_id, summary]));
  return flows.map((flow) => {
    const summary = byGroup.get(flow.flow_group_id);
    return { ...flow, lastRuns: summary?.last_runs ?? [], successRate: summary?.success_rate ?? null };
  });
}
