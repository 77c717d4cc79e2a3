import type { ReactNode } from 'react';
import { type Fact, Facts } from '~/components/Facts';
import { Id } from '~/components/Id';
import { Took } from '~/components/run/Took';
import { Time } from '~/components/Time';
import type { FlowRun } from './useFlowRun';

/** What is known of the run beside its state, at a glance. */
export function RunFacts({ run }: { readonly run: FlowRun }) {
  const facts: Fact[] = [
    { label: 'Started', value: <Time at={run.start_time} none="not yet" /> },
    { label: 'Took', value: <Took run={run} /> },
    { label: 'Scheduled', value: <Time at={run.scheduled_start_time} /> },
    { label: 'Tasks ended', value: `${run.ended.aggregate.count} of ${run.all.aggregate.count}` },
    { label: 'Agent', value: run.agent?.name ?? 'none' },
    { label: 'Version', value: run.flow.version },
    { label: 'Started by', value: startedBy(run) },
    { label: 'Id', value: <Id id={run.id} short /> },
  ];
  return <Facts facts={facts} />;
}

function startedBy(run: FlowRun): ReactNode {
  if (run.auto_scheduled) {
    return 'the schedule';
  }
  return run.created_by ?? 'the API';
}
