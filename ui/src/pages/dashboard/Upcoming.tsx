import { Skeleton, Text } from '@mantine/core';
import type { DashboardRunFragment } from '~/api/generated/graphql';
import { Panel } from '~/components/Panel';
import { Time } from '~/components/Time';
import { useNow } from '~/components/useNow';
import { RunRow } from './InProgress';
import classes from './Runs.module.css';

/** A run that should have begun this long ago is late. */
const LATE_MS = 60_000;

/** What is due next; what is overdue comes before it. */
export function Upcoming({ runs }: { readonly runs: readonly DashboardRunFragment[] | undefined }) {
  const now = useNow().getTime();
  return (
    <Panel title="Upcoming">
      {runs === undefined ? (
        <Skeleton height={90} />
      ) : runs.length === 0 ? (
        <Text c="dimmed">No run is scheduled.</Text>
      ) : (
        <ul className={classes['list']}>
          {runs.map((run) => {
            const isLate = Date.parse(run.scheduled_start_time) < now - LATE_MS;
            return (
              <li key={run.id}>
                <RunRow
                  run={run}
                  beside={
                    <span className={isLate ? classes['late'] : undefined}>
                      {isLate ? 'late, due ' : null}
                      <Time at={run.scheduled_start_time} />
                    </span>
                  }
                />
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
