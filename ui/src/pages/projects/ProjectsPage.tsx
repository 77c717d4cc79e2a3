import { Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { IconFolder, IconPlus, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ProjectsDocument, type ProjectsQuery } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useLiveQuery } from '~/api/useLiveQuery';
import { type Column, DataTable } from '~/components/DataTable';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { PageHeader } from '~/components/PageHeader';
import { Time } from '~/components/Time';
import { NewProject } from './NewProject';
import { projectsRoute } from './route';

type Project = ProjectsQuery['project'][number];

const TYPING_MS = 200;

const COLUMNS: readonly Column<Project>[] = [
  {
    key: 'name',
    title: 'Project',
    isName: true,
    cell: (project) => (
      <Link to="/project/$projectId" params={{ projectId: project.id }}>
        {project.name}
      </Link>
    ),
  },
  { key: 'description', title: 'Description', cell: ({ description }) => description || '–' },
  {
    key: 'flows',
    title: 'Flows',
    align: 'end',
    width: 80,
    cell: ({ flows_aggregate }) => flows_aggregate.aggregate.count,
  },
  {
    key: 'hooks',
    title: 'Own hooks',
    align: 'end',
    width: 100,
    cell: ({ cloud_hooks_aggregate }) => cloud_hooks_aggregate.aggregate.count,
  },
  { key: 'created', title: 'Made', width: 120, cell: ({ created }) => <Time at={created} /> },
];

const askNew = () => {
  const id = modals.open({ title: 'New project', children: <NewProject onClose={() => modals.close(id)} /> });
};

export function ProjectsPage() {
  const { name } = projectsRoute.useSearch();
  const mayMake = useMay('member');
  const { data, error, refetch } = useLiveQuery(ProjectsDocument, {
    name: name === undefined ? null : `%${name}%`,
  });
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={askNew} disabled={!mayMake}>
      New project
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Projects"
        description="Folders of flows; a hook may watch all of one."
        actions={create}
      />
      <Search />
      {error === null ? null : (
        <ErrorNote what="The projects could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
      {data?.project.length === 0 ? (
        name === undefined ? (
          <EmptyState icon={IconFolder} title="No projects yet" action={create}>
            A flow is registered into a project.
          </EmptyState>
        ) : (
          <EmptyState icon={IconSearch} title="No project matches">
            Look for another name.
          </EmptyState>
        )
      ) : error !== null && data === undefined ? null : (
        <DataTable label="Projects" columns={COLUMNS} rows={data?.project} rowKey={({ id }) => id} />
      )}
    </>
  );
}

function Search() {
  const search = projectsRoute.useSearch();
  const navigate = projectsRoute.useNavigate();
  const [name, setName] = useState(search.name ?? '');
  const filter = useDebouncedCallback(
    (typed: string) => void navigate({ search: typed === '' ? {} : { name: typed }, replace: true }),
    TYPING_MS,
  );
  return (
    <TextInput
      aria-label="Search projects by name"
      placeholder="Search by name"
      leftSection={<IconSearch size={16} aria-hidden />}
      maw={320}
      mb="sm"
      value={name}
      onChange={({ currentTarget }) => {
        setName(currentTarget.value);
        filter(currentTarget.value);
      }}
    />
  );
}
