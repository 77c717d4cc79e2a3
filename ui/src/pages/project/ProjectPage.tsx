import { Button, Group, Skeleton } from '@mantine/core';
import { IconTopologyStar3, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { DeleteProjectDocument, ProjectDocument, type ProjectQuery } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useChange } from '~/api/useChange';
import { useLiveQuery } from '~/api/useLiveQuery';
import { NotFound } from '~/app/NotFound';
import { confirm } from '~/components/confirm';
import { DataTable } from '~/components/DataTable';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { Facts } from '~/components/Facts';
import { Id } from '~/components/Id';
import { PageHeader } from '~/components/PageHeader';
import { Time } from '~/components/Time';
import { FLOW_COLUMNS, withSummaries } from '../flows/columns';
import { projectRoute } from './route';

type Found = NonNullable<ProjectQuery['project_by_pk']>;

const COLUMNS = FLOW_COLUMNS.filter(({ key }) => key !== 'project');

export function ProjectPage() {
  const { projectId } = projectRoute.useParams();
  const { data, error, refetch } = useLiveQuery(ProjectDocument, { projectId });
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={240} aria-label="Loading the project" />
    ) : (
      <ErrorNote what="The project could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  const { project_by_pk: project, flow_group_summary } = data;
  return project === null ? (
    <NotFound what="project" />
  ) : (
    <>
      <Head project={project} />
      {project.flows.length === 0 ? (
        <EmptyState icon={IconTopologyStar3} title="No flows yet">
          A flow appears here once a program registers it into this project.
        </EmptyState>
      ) : (
        <DataTable
          label="Flows"
          columns={COLUMNS}
          rows={withSummaries(project.flows, flow_group_summary)}
          rowKey={({ id }) => id}
        />
      )}
    </>
  );
}

function Head({ project }: { readonly project: Found }) {
  const remove = useChange(DeleteProjectDocument);
  const navigate = useNavigate();
  const mayDelete = useMay('member');
  const askDelete = () =>
    confirm({
      title: `Delete the project ${project.name}?`,
      text: 'Its flows, their runs and the hooks that watch this project are deleted with it. This cannot be undone.',
      action: 'Delete project',
      isDangerous: true,
      onConfirm: () =>
        remove.mutate({ projectId: project.id }, { onSuccess: () => void navigate({ to: '/projects' }) }),
    });
  return (
    <>
      <PageHeader
        title={project.name}
        parents={[
          <Link key="projects" to="/projects">
            Projects
          </Link>,
        ]}
        description={project.description ?? undefined}
        actions={
          <Group gap="xs">
            <Button
              variant="outline"
              color="red"
              leftSection={<IconTrash size={16} aria-hidden />}
              disabled={!mayDelete}
              loading={remove.isPending}
              onClick={askDelete}
            >
              Delete
            </Button>
          </Group>
        }
      />
      {remove.error === null ? null : <ErrorNote what="The project was not deleted" error={remove.error} />}
      <Facts
        facts={[
          { label: 'Flows', value: project.flows.length },
          { label: 'Made', value: <Time at={project.created} /> },
          { label: 'Id', value: <Id id={project.id} short /> },
        ]}
      />
    </>
  );
}
