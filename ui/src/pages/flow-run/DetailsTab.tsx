import { Code, Stack, Text, Title } from '@mantine/core';
import { Facts } from '~/components/Facts';
import { Id } from '~/components/Id';
import { Time } from '~/components/Time';
import { flowRunRoute } from './route';
import { type FlowRun, useFlowRun } from './useFlowRun';

/** What the run was started with. */
export function DetailsTab() {
  const { flowRunId } = flowRunRoute.useParams();
  const { data } = useFlowRun(flowRunId);
  const run = data?.flow_run_by_pk;
  return run === null || run === undefined ? null : <Details run={run} />;
}

function Details({ run }: { readonly run: FlowRun }) {
  return (
    <Stack gap="lg">
      <Facts
        facts={[
          { label: 'Flow run', value: <Id id={run.id} />, isWide: true },
          { label: 'Agent', value: run.agent?.name ?? 'none' },
          { label: 'Labels', value: Array.isArray(run.labels) ? run.labels.join(', ') || 'none' : 'none' },
          { label: 'Starts', value: run.run_count },
          { label: 'Started again by the server', value: run.times_resurrected },
          { label: 'Last sign of life', value: <Time at={run.heartbeat} none="none" /> },
        ]}
      />
      <Json title="Parameters" value={run.parameters} />
      <Json title="Context" value={run.context} />
    </Stack>
  );
}

function Json({ title, value }: { readonly title: string; readonly value: unknown }) {
  const isEmpty = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  return (
    <section>
      <Title order={2} mb={6}>
        {title}
      </Title>
      {isEmpty ? <Text c="dimmed">none</Text> : <Code block>{JSON.stringify(value, null, 2)}</Code>}
    </section>
  );
}
