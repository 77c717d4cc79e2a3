import { Group, Select } from '@mantine/core';
import { DeliveryFiltersDocument, HookScopesDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { channelOf } from '~/pages/cloud-hook/channels';
import classes from './deliveries.module.css';
import { type DeliverySearch, PERIODS, validateDeliverySearch } from './search';

export interface DeliveryFiltersProps {
  readonly search: DeliverySearch;
  readonly onChange: (search: DeliverySearch) => void;
}

/** By hook, flow and time; the outcome is chosen by the counts above the table. */
export function DeliveryFilters({ search, onChange }: DeliveryFiltersProps) {
  const { data: hooks } = useLiveQuery(DeliveryFiltersDocument, {});
  const { data: scopes } = useLiveQuery(HookScopesDocument, {});
  const change = (key: keyof DeliverySearch) => (value: string | null) =>
    onChange(validateDeliverySearch({ ...search, page: undefined, [key]: value }));
  return (
    <Group className={classes['filters'] ?? ''} gap="xs">
      <Select
        aria-label="Hook"
        placeholder="All hooks"
        data={(hooks?.cloud_hook ?? []).map(({ id, name, type }) => ({
          value: id,
          label: `${name} (${channelOf(type).label})`,
        }))}
        value={search.hook ?? null}
        onChange={change('hook')}
        clearable
        searchable
      />
      <Select
        aria-label="Flow"
        placeholder="All flows"
        data={(scopes?.flow ?? []).map((flow) => ({ value: flow.version_group_id, label: flow.name }))}
        value={search.flow ?? null}
        onChange={change('flow')}
        clearable
        searchable
      />
      <Select
        aria-label="Time"
        placeholder="Any time"
        data={PERIODS.map(({ value, label }) => ({ value, label }))}
        value={search.since ?? null}
        onChange={change('since')}
        clearable
      />
    </Group>
  );
}
