import { Link } from '@tanstack/react-router';
import type { FlowsQuery } from '~/api/generated/graphql';
import type { Column } from '~/components/DataTable';
import { RunStrip } from '~/components/RunStrip';
import { StateBadge } from '~/components/StateBadge';
import { scheduleText } from '~/components/schedules';
import { stateLook } from '~/components/states';
import { Time } from '~/components/Time';

export type FlowRow = FlowsQuery['flow'][number];

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
        runs={[...flow.flow_runs].reverse()}
        places={STRIP_PLACES}
        label={`The last runs of ${flow.name}, oldest first`}
      />
    ),
  },
  { key: 'rate', title: 'Succeeded', align: 'end', width: 100, cell: (flow) => successRate(flow.flow_runs) },
  { key: 'last', title: 'Last state', width: 150, cell: lastState },
  {
    key: 'when',
    title: 'Last run',
    width: 110,
    cell: (flow) => <Time at={flow.flow_runs[0]?.start_time} none="never" />,
  },
  {
    key: 'schedule',
    title: 'Schedule',
    width: 180,
    hideNarrow: true,
    cell: (flow) => scheduleText(flow.schedule, flow.is_schedule_active),
  },
];

function lastState({ flow_runs: [last] }: FlowRow) {
  return last === undefined ? '–' : <StateBadge state={last.state} />;
}

/** Of the runs that have ended, and were not cancelled: how many succeeded. */
export function successRate(runs: readonly { readonly state: string }[]): string {
  const groups = runs.map((run) => stateLook(run.state).group);
  const succeeded = groups.filter((group) => group === 'success').length;
  const failed = groups.filter((group) => group === 'failed').length;
  return succeeded + failed === 0 ? '–' : `${Math.floor((100 * succeeded) / (succeeded + failed))} %`;
}
