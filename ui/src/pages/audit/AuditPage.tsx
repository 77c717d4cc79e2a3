import { Code, Group, Pagination, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconListSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { AuditDocument, type AuditQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { type Column, DataTable } from '~/components/DataTable';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { Id } from '~/components/Id';
import { PageHeader } from '~/components/PageHeader';
import { Time } from '~/components/Time';
import classes from './AuditPage.module.css';
import { auditRoute } from './route';

type Entry = AuditQuery['audit'][number];

const PAGE = 50;
const TYPING_MS = 250;

const COLUMNS: readonly Column<Entry>[] = [
  { key: 'at', title: 'When', width: 110, cell: ({ at }) => <Time at={at} /> },
  { key: 'actor', title: 'Who', cell: ({ actor }) => actor },
  { key: 'action', title: 'What', isName: true, cell: ({ action }) => action },
  { key: 'subject', title: 'To', cell: ({ subject }) => subject.replaceAll('_', ' ') },
  { key: 'id', title: 'Id', cell: ({ subject_id }) => <Id id={subject_id} short /> },
  { key: 'detail', title: 'Detail', cell: ({ detail }) => <Detail detail={detail} /> },
];

/** Who changed what, the latest first. */
export function AuditPage() {
  const { actor, action, page = 1 } = auditRoute.useSearch();
  const navigate = auditRoute.useNavigate();
  const { data, error, refetch } = useLiveQuery(AuditDocument, {
    actor: containing(actor),
    action: containing(action),
    limit: PAGE,
    offset: (page - 1) * PAGE,
  });
  const total = Math.ceil((data?.audit_aggregate.aggregate.count ?? 0) / PAGE);
  return (
    <>
      <PageHeader title="Audit" description="Who changed what, and when." />
      <Group gap="xs" mb="sm">
        <Filter name="action" label="What" placeholder="delete, or cloud hook" />
        <Filter name="actor" label="Who" placeholder="Name of a key" />
      </Group>
      {error === null ? null : (
        <ErrorNote what="The audit could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
      {data?.audit.length === 0 ? (
        <EmptyState icon={IconListSearch} title="Nothing was changed">
          {actor === undefined && action === undefined
            ? 'Changes of hooks, keys, flows and runs by people appear here.'
            : 'Look for something else, or at all entries.'}
        </EmptyState>
      ) : error !== null && data === undefined ? null : (
        <DataTable label="Audit" columns={COLUMNS} rows={data?.audit} rowKey={({ id }) => id} />
      )}
      {total <= 1 ? null : (
        <Pagination
          mt="md"
          total={total}
          value={page}
          onChange={(chosen) => void navigate({ search: (old) => ({ ...old, page: chosen }) })}
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
        />
      )}
    </>
  );
}

/** A space stands for any sign: what people read as `cloud hook` is written `cloud_hook`. */
const containing = (part: string | undefined) =>
  part === undefined ? null : `%${part.replaceAll(' ', '_')}%`;

interface FilterProps {
  readonly name: 'actor' | 'action';
  readonly label: string;
  readonly placeholder: string;
}

function Filter({ name, label, placeholder }: FilterProps) {
  const search = auditRoute.useSearch();
  const navigate = auditRoute.useNavigate();
  const [typed, setTyped] = useState(search[name] ?? '');
  const filter = useDebouncedCallback((value: string) => {
    // What is found then has pages of its own.
    const { [name]: _, page: __, ...rest } = search;
    void navigate({ search: value === '' ? rest : { ...rest, [name]: value }, replace: true });
  }, TYPING_MS);
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        filter(currentTarget.value);
      }}
    />
  );
}

function Detail({ detail }: { readonly detail: unknown }) {
  if (detail === null || detail === undefined) {
    return <Text component="span">–</Text>;
  }
  return (
    <details className={classes['detail']}>
      <summary>
        <code>{JSON.stringify(detail)}</code>
      </summary>
      <Code block>{JSON.stringify(detail, null, 2)}</Code>
    </details>
  );
}
