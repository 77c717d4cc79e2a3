import { Text } from '@mantine/core';
import { type Column, DataTable } from '~/components/DataTable';
import { Duration } from '~/components/Duration';
import { Message } from '~/components/run/Message';
import { StateBadge } from '~/components/StateBadge';
import { isFailed } from '~/components/states';
import { Time } from '~/components/Time';
import { type Attempt, attemptsOf, type HistoryState } from './attempts';

const COLUMNS: readonly Column<Attempt>[] = [
  { key: 'number', title: 'Attempt', width: 90, isName: true, cell: ({ number }) => `No. ${number}` },
  { key: 'state', title: 'Ended as', width: 150, cell: ({ state }) => <StateBadge state={state} /> },
  {
    key: 'message',
    title: 'Message',
    cell: ({ state, message }) =>
      message === null ? '–' : <Message text={message} isError={isFailed(state)} />,
  },
  { key: 'from', title: 'Began', width: 290, cell: ({ from }) => <Time at={from} exact /> },
  {
    key: 'took',
    title: 'Took',
    width: 90,
    align: 'end',
    cell: ({ from, to }) => <Duration from={from} to={to} />,
  },
];

/** Each time that the task ran, the last first. */
export function Attempts({ states }: { readonly states: readonly HistoryState[] }) {
  const attempts = attemptsOf(states.toReversed()).reverse();
  if (attempts.length === 0) {
    return <Text c="dimmed">It has not run.</Text>;
  }
  return (
    <DataTable label="Attempts" columns={COLUMNS} rows={attempts} rowKey={({ number }) => String(number)} />
  );
}
