import { type Column, DataTable } from '../DataTable';
import { Duration } from '../Duration';
import { StateBadge } from '../StateBadge';
import { isFailed, isFinished } from '../states';
import { Time } from '../Time';
import { Message } from './Message';

export interface PastState {
  readonly id: string;
  readonly state: string;
  readonly message: string | null;
  readonly timestamp: string;
}

interface Row extends PastState {
  /** When the next state took its place; `null`: it has none. */
  readonly until: string | null;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'state',
    title: 'State',
    width: 170,
    isName: true,
    cell: ({ state }) => <StateBadge state={state} />,
  },
  {
    key: 'message',
    title: 'Message',
    cell: ({ state, message }) =>
      message === null ? '–' : <Message text={message} isError={isFailed(state)} />,
  },
  { key: 'since', title: 'Since', width: 290, cell: ({ timestamp }) => <Time at={timestamp} exact /> },
  {
    key: 'took',
    title: 'For',
    width: 90,
    align: 'end',
    // The last state of a run that has ended lasts for ever, which is not worth a number that ticks.
    cell: ({ state, timestamp, until }) =>
      until === null && isFinished(state) ? '–' : <Duration from={timestamp} to={until} />,
  },
];

/** Every state that a run has had, the last first, and how long each lasted. */
export function StateHistory({ states }: { readonly states: readonly PastState[] | undefined }) {
  const rows = states?.map(
    (state, index): Row => ({ ...state, until: states[index - 1]?.timestamp ?? null }),
  );
  return <DataTable label="States" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />;
}
