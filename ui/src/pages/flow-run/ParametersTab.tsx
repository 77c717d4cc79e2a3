import { Stack } from '@mantine/core';
import { Facts } from '~/components/Facts';
import { Id } from '~/components/Id';
import { JsonView } from '~/components/run/JsonView';
import { Time } from '~/components/Time';
import { flowRunRoute } from './route';
import { type FlowRun, useFlowRun } from './useFlowRun';

/** What the run was started with. */
export function ParametersTab() {
  const { flowRunId } = flowRunRoute.useParams();
  const run = useFlowRun(flowRunId).data?.flow_run_by_pk;
  return run === null || run === undefined ? null : <Details run={run} />;
}

function Details({ run }: { readonly run: FlowRun }) {
  return (
    <Stack gap="lg">
      <JsonView title="Parameters" value={run.parameters} />
      <JsonView title="Context" value={run.context} />
      <JsonView title="How it is run" value={run.run_config} />
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
    </Stack>
  );
}
