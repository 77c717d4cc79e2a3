import { Skeleton, Table, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './DataTable.module.css';

export interface Sort<Key extends string = string> {
  readonly by: Key;
  readonly descending: boolean;
}

export interface Column<Row, Key extends string = string> {
  readonly key: Key;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Whether the head sorts by this column. */
  readonly sortable?: boolean;
  readonly align?: 'start' | 'end';
  /** A width that the column keeps, so that live data move nothing. */
  readonly width?: number | string;
  /** The row's name: its cell is a head of the row, and first where rows are cards. */
  readonly isName?: boolean;
  /** Left out where rows are cards. */
  readonly hideNarrow?: boolean;
}

export interface DataTableProps<Row, Key extends string> {
  /** What the table is of, for those who do not see it. */
  readonly label: string;
  readonly columns: readonly Column<Row, Key>[];
  /** `undefined` while the first answer is awaited. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  readonly sort?: Sort<Key>;
  readonly onSort?: (sort: Sort<Key>) => void;
}

const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e'];

/**
 * A table; where the page is narrow each row becomes a card, and each cell says which column it is of. The roles are
 * written out because browsers forget those of tables that are not laid out as such.
 */
export function DataTable<Row, Key extends string = string>(props: DataTableProps<Row, Key>) {
  const { label, columns, rows, rowKey, sort, onSort } = props;
  return (
    <Table
      role="table"
      className={classes['table'] ?? ''}
      aria-label={label}
      aria-busy={rows === undefined}
      highlightOnHover
    >
      <Table.Thead role="rowgroup">
        <Table.Tr role="row">
          {columns.map((column) => (
            <Table.Th role="columnheader" key={column.key} {...headProps(column, sort)}>
              {column.sortable === true && onSort !== undefined ? (
                <SortButton column={column} sort={sort} onSort={onSort} />
              ) : (
                column.title
              )}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody role="rowgroup">
        {rows === undefined
          ? SKELETON_ROWS.map((row) => <SkeletonRow key={row} columns={columns} />)
          : rows.map((row) => (
              <Table.Tr role="row" key={rowKey(row)}>
                {columns.map((column) => (
                  <Cell key={column.key} column={column} row={row} />
                ))}
              </Table.Tr>
            ))}
      </Table.Tbody>
    </Table>
  );
}

function headProps<Row, Key extends string>(column: Column<Row, Key>, sort: Sort<Key> | undefined) {
  const width = column.width === undefined ? {} : { w: column.width };
  const isSorted = sort?.by === column.key;
  const order = sort?.descending === true ? ('descending' as const) : ('ascending' as const);
  return { ...width, 'data-align': column.align, ...(isSorted ? { 'aria-sort': order } : {}) };
}

function Cell<Row, Key extends string>({ column, row }: { column: Column<Row, Key>; row: Row }) {
  const common = {
    'data-label': column.title,
    'data-narrow': column.hideNarrow === true ? 'hidden' : undefined,
  };
  return column.isName === true ? (
    <Table.Th role="rowheader" scope="row" {...common} data-name>
      {column.cell(row)}
    </Table.Th>
  ) : (
    <Table.Td role="cell" data-align={column.align} {...common}>
      {column.cell(row)}
    </Table.Td>
  );
}

function SkeletonRow<Row, Key extends string>({ columns }: { columns: readonly Column<Row, Key>[] }) {
  return (
    <Table.Tr role="row">
      {columns.map((column) => (
        <Table.Td role="cell" key={column.key} data-label={column.title}>
          <Skeleton height={14} my={5} width={column.isName === true ? '70%' : '50%'} />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

interface SortButtonProps<Row, Key extends string> {
  readonly column: Column<Row, Key>;
  readonly sort: Sort<Key> | undefined;
  readonly onSort: (sort: Sort<Key>) => void;
}

function SortButton<Row, Key extends string>({ column, sort, onSort }: SortButtonProps<Row, Key>) {
  const isSorted = sort?.by === column.key;
  const Icon = isSorted ? (sort.descending ? IconArrowDown : IconArrowUp) : IconArrowsSort;
  return (
    <UnstyledButton
      className={classes['sort'] ?? ''}
      onClick={() => onSort({ by: column.key, descending: isSorted ? !sort.descending : false })}
    >
      {column.title}
      <Icon size={14} aria-hidden />
    </UnstyledButton>
  );
}
