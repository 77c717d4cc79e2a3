import { Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch, IconTopologyStar3 } from '@tabler/icons-react';
import { useState } from 'react';
import { FlowsDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { DataTable } from '~/components/DataTable';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { PageHeader } from '~/components/PageHeader';
import { FLOW_COLUMNS, STRIP_PLACES, withSummaries } from './columns';
import classes from './FlowsPage.module.css';
import { type FlowsSearch, flowsRoute } from './route';

const TYPING_MS = 200;

export function FlowsPage() {
  const search = flowsRoute.useSearch();
  const { data, error, refetch } = useLiveQuery(FlowsDocument, {
    name: search.name === undefined ? null : `%${search.name}%`,
    projectId: search.project ?? null,
    runs: STRIP_PLACES,
  });
  const isFiltered = search.name !== undefined || search.project !== undefined;
  return (
    <>
      <PageHeader title="Flows" description="What runs here, and how its last runs went." />
      <Filters projects={data?.project ?? []} />
      {error === null ? null : (
        <ErrorNote what="The flows could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
      {data?.flow.length === 0 ? (
        <NoFlows isFiltered={isFiltered} />
      ) : error !== null && data === undefined ? null : (
        <DataTable
          label="Flows"
          columns={FLOW_COLUMNS}
          rows={data && withSummaries(data.flow, data.flow_group_summary)}
          rowKey={(flow) => flow.id}
        />
      )}
    </>
  );
}

function Filters({ projects }: { readonly projects: readonly { id: string; name: string }[] }) {
  const search = flowsRoute.useSearch();
  const navigate = flowsRoute.useNavigate();
  const [name, setName] = useState(search.name ?? '');
  const filter = (changed: { [Key in keyof FlowsSearch]: string | undefined }) =>
    void navigate({ search: (old) => compact({ ...old, ...changed }), replace: true });
  const filterByName = useDebouncedCallback(
    (typed: string) => filter({ name: typed === '' ? undefined : typed }),
    TYPING_MS,
  );
  return (
    <Group className={classes['filters'] ?? ''} gap="xs">
      <TextInput
        aria-label="Search flows by name"
        placeholder="Search by name"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={name}
        onChange={({ currentTarget }) => {
          setName(currentTarget.value);
          filterByName(currentTarget.value);
        }}
      />
      <Select
        aria-label="Project"
        placeholder="All projects"
        data={projects.map((project) => ({ value: project.id, label: project.name }))}
        value={search.project ?? null}
        onChange={(project) => filter({ project: project ?? undefined })}
        clearable
        searchable
      />
    </Group>
  );
}

/** Without what is not set, so that the address has no empty parts. */
function compact(search: { [Key in keyof FlowsSearch]: string | undefined }): FlowsSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}

function NoFlows({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState icon={IconSearch} title="No flow matches">
      Look for another name, or in all projects.
    </EmptyState>
  ) : (
    <EmptyState
      icon={IconTopologyStar3}
      title="No flows yet"
      command="cargo run -p campana-examples --example report_to_server"
    >
      A flow appears here with its first run that reports to this server: set <code>CAMPANA_SERVER_URL</code>{' '}
      for its program, or try an example.
    </EmptyState>
  );
}
