import { Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { Link, Outlet } from '@tanstack/react-router';
import { NotFound } from '~/app/NotFound';
import { ErrorNote } from '~/components/ErrorNote';
import { PageHeader } from '~/components/PageHeader';
import { PageTabs } from '~/components/PageTabs';
import { TABS } from './tabs';
import { type Flow, useFlow } from './useFlow';

/** A flow in all its versions: how it fares, what it is made of, and what is set for it. */
export function FlowPage() {
  const { data, error, refetch } = useFlow();
  if (data === undefined) {
    return error === null ? (
      <Stack aria-busy aria-label="Loading the flow">
        <Skeleton height={56} width="60%" />
        <Skeleton height={40} />
        <Skeleton height={240} />
      </Stack>
    ) : (
      <ErrorNote what="The flow could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  const [flow] = data.flow;
  return flow === undefined ? <NotFound what="flow" /> : <Frame flow={flow} />;
}

function Frame({ flow }: { readonly flow: Flow }) {
  return (
    <>
      <PageHeader
        title={flow.name}
        parents={[
          <Link key="flows" to="/flows">
            Flows
          </Link>,
          <Link key="project" to="/project/$projectId" params={{ projectId: flow.project.id }}>
            {flow.project.name}
          </Link>,
        ]}
        beside={
          <Group gap="xs">
            <Text c="dimmed" component="span">
              version {flow.version}
            </Text>
            {flow.archived ? <Badge color="gray">Archived</Badge> : null}
          </Group>
        }
        actions={
          flow.archived ? null : (
            <Button
              renderRoot={(props) => (
                <Link to="/flow/$flowGroupId/run" params={{ flowGroupId: flow.flow_group_id }} {...props} />
              )}
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
            >
              Run
            </Button>
          )
        }
      />
      <PageTabs label="Parts of the flow">
        {TABS.map(({ label, to, exact }) => (
          <Link key={to} to={to} params={{ flowGroupId: flow.flow_group_id }} activeOptions={{ exact }}>
            {label}
          </Link>
        ))}
      </PageTabs>
      <Outlet />
    </>
  );
}
