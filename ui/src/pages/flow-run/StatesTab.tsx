import { FlowRunStatesDocument, type FlowRunStatesQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { type Column, DataTable } from '~/components/DataTable';
import { ErrorNote } from '~/components/ErrorNote';
import { StateBadge } from '~/components/StateBadge';
import { Time } from '~/components/Time';
import { flowRunRoute } from './route';

type State = FlowRunStatesQuery['flow_run_state'][number];

const COLUMNS: readonly Column<State>[] = [
  {
    key: 'state',
    title: 'State',
    width: 180,
    isName: true,
    cell: ({ state }) => <StateBadge state={state} />,
  },
  { key: 'message', title: 'Message', cell: ({ message }) => message ?? '–' },
  { key: 'since', title: 'Since', width: 260, cell: ({ timestamp }) => <Time at={timestamp} exact /> },
];

/** Every state that the run has had, the last first. */
export function StatesTab() {
  const { flowRunId } = flowRunRoute.useParams();
  const { data, error, refetch } = useLiveQuery(FlowRunStatesDocument, { id: flowRunId });
  if (error !== null && data === undefined) {
    return <ErrorNote what="The states could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  return <DataTable label="States" columns={COLUMNS} rows={data?.flow_run_state} rowKey={({ id }) => id} />;
}
