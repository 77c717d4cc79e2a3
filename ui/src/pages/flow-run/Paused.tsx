import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { taskRunName } from '~/components/run/names';
import { useResume } from '~/components/run/useResume';
import { StateBadge } from '~/components/StateBadge';
import classes from './Causes.module.css';
import type { FlowRun } from './useFlowRun';

/** The task runs that wait for somebody to say that they may go on. */
export function Paused({ run }: { readonly run: FlowRun }) {
  return run.paused.length === 0 ? null : (
    <ul className={classes['causes']} aria-label="Task runs that are paused">
      {run.paused.map((taskRun) => (
        <li key={taskRun.id} className={classes['cause']}>
          <PausedTaskRun taskRun={taskRun} />
        </li>
      ))}
    </ul>
  );
}

function PausedTaskRun({ taskRun }: { readonly taskRun: FlowRun['paused'][number] }) {
  const { mayResume, resume, isGoing } = useResume(taskRun.id);
  return (
    <>
      <div className={classes['name']}>
        <StateBadge state="Paused" />
        <Link to="/task-run/$taskRunId" params={{ taskRunId: taskRun.id }}>
          {taskRunName(taskRun.name, taskRun.task.name, taskRun.map_index)}
        </Link>
        {mayResume ? (
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            onClick={resume}
            loading={isGoing}
          >
            Resume
          </Button>
        ) : null}
      </div>
      {taskRun.state_message}
    </>
  );
}
