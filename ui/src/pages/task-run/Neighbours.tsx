import { Skeleton, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { TaskRunAroundQuery } from '~/api/generated/graphql';
import { StateBadge } from '~/components/StateBadge';
import { neighbourOf } from './neighbours';
import classes from './TaskRunPage.module.css';

export interface NeighboursProps {
  readonly title: string;
  readonly none: string;
  readonly edges: TaskRunAroundQuery['upstream'] | undefined;
  /** Which child the task run of the page is. */
  readonly mapIndex: number;
}

/** The tasks at the other end of edges, with the states of their runs in the same flow run. */
export function Neighbours({ title, none, edges, mapIndex }: NeighboursProps) {
  return (
    <section>
      <Title order={2} mb={6}>
        {title}
      </Title>
      {edges === undefined ? <Skeleton height={64} /> : null}
      {edges?.length === 0 ? <Text c="dimmed">{none}</Text> : null}
      <ul className={classes['neighbours']}>
        {edges?.map(({ id, key, mapped, task }) => {
          const run = neighbourOf(task.task_runs, mapped, mapIndex);
          return (
            <li key={id}>
              {run === undefined ? (
                <span>{task.name}</span>
              ) : (
                <Link to="/task-run/$taskRunId" params={{ taskRunId: run.id }}>
                  {run.name ?? (run.map_index < 0 ? task.name : `${task.name}[${run.map_index}]`)}
                </Link>
              )}
              {key === null ? null : <code>{key}</code>}
              {run === undefined ? <Text c="dimmed">no run yet</Text> : <StateBadge state={run.state} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
