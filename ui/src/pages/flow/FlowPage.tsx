import { Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { FlowDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { NotFound } from '~/app/NotFound';
import { ErrorNote } from '~/components/ErrorNote';
import { PageHeader } from '~/components/PageHeader';
import { flowRoute } from './route';

export function FlowPage() {
  const { flowGroupId } = flowRoute.useParams();
  const { data, error, refetch } = useLiveQuery(FlowDocument, { flowGroupId });
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={56} />
    ) : (
      <ErrorNote what="The flow could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  const [flow] = data.flow;
  if (flow === undefined) {
    return <NotFound what="flow" />;
  }
  return (
    <PageHeader
      title={flow.name}
      parents={[
        <Link key="flows" to="/flows">
          Flows
        </Link>,
        <Link key="project" to="/flows" search={{ project: flow.project.id }}>
          {flow.project.name}
        </Link>,
      ]}
      beside={<Text c="dimmed">version {flow.version}</Text>}
      description={flow.description ?? undefined}
    />
  );
}
