import { Text } from '@mantine/core';
import { StateBadge } from '~/components/StateBadge';
import { isFailed, stateLook } from '~/components/states';
import { Time } from '~/components/Time';
import classes from './RunState.module.css';
import type { FlowRun } from './useFlowRun';

/** The state and what it says of itself; of a run that failed, the errors of the tasks that it failed by. */
export function RunState({ run }: { readonly run: FlowRun }) {
  const hasFailed = isFailed(run.state);
  return (
    <section
      className={classes['state']}
      style={{ borderInlineStartColor: stateLook(run.state).color }}
      aria-label="State"
    >
      <div className={classes['head']}>
        <StateBadge state={run.state} size="lg" />
        <Text c="dimmed" size="sm" component="span">
          <Time at={run.state_timestamp} />
        </Text>
      </div>
      {run.state_message === null ? null : <p className={classes['message']}>{run.state_message}</p>}
      {hasFailed && run.failed.length > 0 ? (
        <ul className={classes['causes']} aria-label="Task runs that failed">
          {run.failed.map((taskRun) => (
            <li key={taskRun.id}>
              <strong>{taskRun.name ?? nameOf(taskRun)}</strong>
              <pre className={classes['error']}>{taskRun.state_message ?? stateLook(taskRun.state).word}</pre>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function nameOf({ task, map_index }: FlowRun['failed'][number]): string {
  return map_index < 0 ? task.name : `${task.name}[${map_index}]`;
}
