import { Pagination } from '@mantine/core';
import { IconMailCheck, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useMay } from '~/api/session';
import { DataTable } from '~/components/DataTable';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { deliveryColumns } from './columns';
import classes from './deliveries.module.css';
import { ListActions } from './ListActions';
import { StatusFilter } from './StatusFilter';
import { type DeliveryScope, type DeliverySearch, validateDeliverySearch } from './search';
import { useDeliveries } from './useDeliveries';

export interface DeliveryTableProps {
  readonly scope: DeliveryScope;
  readonly search: DeliverySearch;
  readonly onSearch: (search: DeliverySearch) => void;
}

/** Deliveries by page, dead letters first, with what can be done about those that are chosen. */
export function DeliveryTable({ scope, search, onSearch }: DeliveryTableProps) {
  const { rows, counts, pages, error, retry } = useDeliveries(scope, search);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const mayChange = useMay('admin');
  const change = (changed: Partial<Record<keyof DeliverySearch, unknown>>) => {
    setChosen(new Set());
    onSearch(validateDeliverySearch({ ...search, page: undefined, ...changed }));
  };
  return (
    <>
      <div className={classes['bar']}>
        <StatusFilter value={search.status} counts={counts} onChange={(status) => change({ status })} />
        {mayChange ? (
          <ListActions
            rows={rows ?? []}
            selected={rows?.filter(({ id }) => chosen.has(id)) ?? []}
            onSelect={(ids) => setChosen(new Set(ids))}
            deadCount={counts?.dead ?? 0}
            scope={scope}
            search={search}
          />
        ) : null}
      </div>
      {error === null ? null : (
        <ErrorNote what="The deliveries could not be loaded" error={error} onRetry={retry} />
      )}
      {rows?.length === 0 ? (
        <NoDeliveries isFiltered={Object.keys(search).length > 0} />
      ) : error !== null && rows === undefined ? null : (
        <DataTable
          label="Deliveries"
          columns={deliveryColumns({
            chosen,
            onChoose: mayChange ? (id, isChosen) => setChosen(withOne(chosen, id, isChosen)) : undefined,
            hasHook: scope.hookId === undefined,
            hasRun: scope.taskRunId === undefined,
          })}
          rows={rows}
          rowKey={(delivery) => delivery.id}
        />
      )}
      <Pages page={search.page ?? 1} pages={pages} onChange={(page) => change({ page })} />
    </>
  );
}

interface PagesProps {
  readonly page: number;
  readonly pages: number;
  readonly onChange: (page: number) => void;
}

function Pages({ page, pages, onChange }: PagesProps) {
  return pages === 1 ? null : (
    <nav className={classes['pages']} aria-label="Pages of deliveries">
      <Pagination
        total={pages}
        value={Math.min(page, pages)}
        onChange={onChange}
        getControlProps={(control) => ({ 'aria-label': `${control} page` })}
      />
    </nav>
  );
}

function withOne(chosen: ReadonlySet<string>, id: string, isChosen: boolean): ReadonlySet<string> {
  const next = new Set(chosen);
  if (isChosen) {
    next.add(id);
  } else {
    next.delete(id);
  }
  return next;
}

function NoDeliveries({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState icon={IconSearch} title="No delivery matches">
      Choose another hook, flow, time or outcome.
    </EmptyState>
  ) : (
    <EmptyState
      icon={IconMailCheck}
      title="No deliveries yet"
      command="campana hook create --type SLACK_WEBHOOK --name on-call --states FAILED"
    >
      A delivery is written down here with each change of state that a hook matches, in the same transaction.
    </EmptyState>
  );
}
