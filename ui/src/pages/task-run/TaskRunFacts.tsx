import { type Fact, Facts } from '~/components/Facts';
import { Id } from '~/components/Id';
import { Took } from '~/components/run/Took';
import { StateBadge } from '~/components/StateBadge';
import { Time } from '~/components/Time';
import { durationText } from '~/components/times';
import { retriesLeft } from './attempts';
import type { TaskRun } from './useTaskRun';

/** What is known of the task run beside its state. */
export function TaskRunFacts({ taskRun }: { readonly taskRun: TaskRun }) {
  const { task, flow_run: flowRun, state, run_count: runCount } = taskRun;
  const facts: Fact[] = [
    { label: 'Started', value: <Time at={taskRun.start_time} none="not yet" /> },
    { label: 'Took', value: <Took run={taskRun} /> },
    { label: 'Attempts', value: runCount },
    { label: 'Retries left', value: leftText(retriesLeft(state, runCount, task.max_retries), task) },
    { label: 'Trigger', value: shortTrigger(task.trigger) },
    { label: 'Flow run', value: <StateBadge state={flowRun.state} /> },
    { label: 'Id', value: <Id id={taskRun.id} short /> },
  ];
  if (taskRun.cache_key !== null) {
    facts.push({ label: 'Cache key', value: taskRun.cache_key });
  }
  if (Array.isArray(task.tags) && task.tags.length > 0) {
    facts.push({ label: 'Tags', value: task.tags.join(', ') });
  }
  return <Facts facts={facts} />;
}

function leftText(left: number, { max_retries: most, retry_delay: delay }: TaskRun['task']): string {
  if (most === 0) {
    return 'none set';
  }
  const after = delay === null ? '' : `, after ${durationText(delay * 1_000)}`;
  return `${left} of ${most}${after}`;
}

/** `prefect.triggers.all_successful` is `all successful` to people. */
function shortTrigger(trigger: string | null): string {
  return trigger?.split('.').at(-1)?.replaceAll('_', ' ') ?? '–';
}
