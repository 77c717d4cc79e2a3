import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { show } from '~/testing/show';
import { type Column, DataTable } from './DataTable';

interface Hook {
  readonly id: string;
  readonly name: string;
  readonly sent: number;
}

const COLUMNS: readonly Column<Hook, 'name' | 'sent'>[] = [
  { key: 'name', title: 'Name', isName: true, cell: ({ name }) => name },
  { key: 'sent', title: 'Sent', sortable: true, cell: ({ sent }) => sent },
];
const HOOKS: readonly Hook[] = [
  { id: '1', name: 'on call', sent: 3 },
  { id: '2', name: 'team', sent: 5 },
];

const rowKey = ({ id }: Hook) => id;

test('a cell is known by its row and its column', async () => {
  await show(<DataTable label="Hooks" columns={COLUMNS} rows={HOOKS} rowKey={rowKey} />);
  const table = screen.getByRole('table', { name: 'Hooks' });
  expect(within(table).getAllByRole('columnheader')).toHaveLength(2);
  const row = within(table).getByRole('row', { name: /team/ });
  expect(within(row).getByRole('rowheader')).toHaveTextContent('team');
  expect(within(row).getByRole('cell')).toHaveTextContent('5');
});

test('while rows are awaited the table is busy', async () => {
  await show(<DataTable label="Hooks" columns={COLUMNS} rows={undefined} rowKey={rowKey} />);
  expect(screen.getByRole('table')).toHaveAttribute('aria-busy', 'true');
});

test('a head sorts, and turns the order around', async () => {
  const onSort = vi.fn();
  const sort = { by: 'sent', descending: false } as const;
  await show(
    <DataTable label="Hooks" columns={COLUMNS} rows={HOOKS} rowKey={rowKey} sort={sort} onSort={onSort} />,
  );
  expect(screen.getByRole('columnheader', { name: 'Sent' })).toHaveAttribute('aria-sort', 'ascending');
  await userEvent.click(screen.getByRole('button', { name: 'Sent' }));
  expect(onSort).toHaveBeenCalledWith({ by: 'sent', descending: true });
});
