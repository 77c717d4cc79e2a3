import { Badge, Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { DashboardRunFragment } from '~/api/generated/graphql';
import { Duration } from '~/components/Duration';
import { Panel } from '~/components/Panel';
import { StateBadge } from '~/components/StateBadge';
import classes from './Runs.module.css';

/** What runs, is about to, or waits for somebody. */
export function InProgress({ runs }: { readonly runs: readonly DashboardRunFragment[] | undefined }) {
  return (
    <Panel
      title="In progress"
      beside={
        runs === undefined ? null : (
          <Badge variant="default">{runs.length === MOST ? `${MOST}+` : runs.length}</Badge>
        )
      }
    >
      {runs === undefined ? (
        <Skeleton height={90} />
      ) : runs.length === 0 ? (
        <Text c="dimmed">Nothing runs.</Text>
      ) : (
        <ul className={classes['list']}>
          {runs.map((run) => (
            <li key={run.id}>
              <RunRow run={run} beside={<Duration from={run.start_time ?? run.state_timestamp} />} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** How many the query asks for. */
const MOST = 12;

export function RunRow({ run, beside }: { readonly run: DashboardRunFragment; readonly beside: ReactNode }) {
  return (
    <div className={classes['row']}>
      <StateBadge state={run.state} />
      <Link to="/flow-run/$flowRunId" params={{ flowRunId: run.id }} className={classes['name'] ?? ''}>
        {run.name}
      </Link>
      <span className={classes['of']}>of {run.flow.name}</span>
      <span className={classes['when']}>{beside}</span>
    </div>
  );
}
