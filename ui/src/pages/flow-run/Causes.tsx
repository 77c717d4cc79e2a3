import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Message } from '~/components/run/Message';
import { taskRunName } from '~/components/run/names';
import { StateBadge } from '~/components/StateBadge';
import { stateLook } from '~/components/states';
import classes from './Causes.module.css';
import type { FlowRun } from './useFlowRun';

/** The task runs that the run failed by, the first to fail first, each with its error. */
export function Causes({ run }: { readonly run: FlowRun }) {
  const [first, ...others] = run.failed;
  if (first === undefined) {
    return null;
  }
  const unseen = run.allFailed.aggregate.count - run.failed.length;
  return (
    <ul className={classes['causes']} aria-label="Task runs that failed">
      <Cause taskRun={first} size="lg" />
      {others.map((taskRun) => (
        <Cause key={taskRun.id} taskRun={taskRun} size="md" />
      ))}
      {unseen > 0 ? (
        <li>
          <Text c="dimmed" size="sm">
            and {unseen} more task runs failed; the timeline has them all
          </Text>
        </li>
      ) : null}
    </ul>
  );
}

function Cause({
  taskRun,
  size,
}: {
  readonly taskRun: FlowRun['failed'][number];
  readonly size: 'md' | 'lg';
}) {
  const name = taskRunName(taskRun.name, taskRun.task.name, taskRun.map_index);
  return (
    <li className={classes['cause']}>
      <div className={classes['name']}>
        <StateBadge state={taskRun.state} />
        <Anchor
          fw={600}
          renderRoot={(props) => (
            <Link {...props} to="/task-run/$taskRunId" params={{ taskRunId: taskRun.id }} />
          )}
        >
          {name}
        </Anchor>
      </div>
      <Message text={taskRun.state_message ?? stateLook(taskRun.state).word} isError size={size} />
    </li>
  );
}
