import { Skeleton, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { DashboardRunsQuery } from '~/api/generated/graphql';
import { Panel } from '~/components/Panel';
import { StateBadge } from '~/components/StateBadge';
import { stateLook } from '~/components/states';
import { Time } from '~/components/Time';
import classes from './Runs.module.css';

type Failure = DashboardRunsQuery['failed'][number];

/** What failed, the latest first, with why, so that one knows where to look without looking. */
export function Failures({ runs }: { readonly runs: readonly Failure[] | undefined }) {
  return (
    <Panel title="Failed">
      {runs === undefined ? (
        <Stack gap="xs">
          <Skeleton height={64} />
          <Skeleton height={64} />
          <Skeleton height={64} />
        </Stack>
      ) : runs.length === 0 ? (
        <Text c="dimmed" className={classes['none'] ?? ''}>
          <IconCircleCheck size={18} aria-hidden /> No run has failed in this time.
        </Text>
      ) : (
        <ul className={classes['list']}>
          {runs.map((run) => (
            <li key={run.id}>
              <div className={classes['row']}>
                <StateBadge state={run.state} />
                <Link
                  to="/flow-run/$flowRunId"
                  params={{ flowRunId: run.id }}
                  className={classes['name'] ?? ''}
                >
                  {run.name}
                </Link>
                <span className={classes['of']}>
                  of{' '}
                  <Link to="/flow/$flowGroupId" params={{ flowGroupId: run.flow.flow_group_id }}>
                    {run.flow.name}
                  </Link>
                </span>
                <span className={classes['when']}>
                  <Time at={run.end_time} />
                </span>
              </div>
              <Why run={run} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** The error of the task that the run failed by; what the run says of itself when there is none. */
function Why({ run }: { readonly run: Failure }) {
  const [cause] = run.causes;
  if (cause === undefined) {
    return <p className={classes['error']}>{run.state_message ?? stateLook(run.state).word}</p>;
  }
  return (
    <p className={classes['error']}>
      <Link to="/task-run/$taskRunId" params={{ taskRunId: cause.id }}>
        {nameOf(cause)}
      </Link>
      : {cause.state_message ?? 'it does not say why'}
    </p>
  );
}

function nameOf({ name, task, map_index }: Failure['causes'][number]): string {
  return name ?? (map_index < 0 ? task.name : `${task.name}[${map_index}]`);
}
