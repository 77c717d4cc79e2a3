import { Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { StateBadge } from '~/components/StateBadge';
import { inkOn, stateLook } from '~/components/states';
import classes from './TaskRunPage.module.css';

export interface Sibling {
  readonly id: string;
  readonly map_index: number;
  readonly state: string;
}

/** As many as fit on a page; beyond, the timeline of the flow run is the better place. */
const MOST = 400;

/** The children of a mapped task: how many are in which state, and each as a square that leads to it. */
export function Siblings({
  taskRuns,
  currentId,
}: {
  readonly taskRuns: readonly Sibling[];
  readonly currentId: string;
}) {
  const counts = new Map<string, number>();
  for (const { state } of taskRuns) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return (
    <>
      <Group gap="md" mb="xs">
        {[...counts].map(([state, count]) => (
          <span key={state}>
            {count} <StateBadge state={state} />
          </span>
        ))}
      </Group>
      <ul className={classes['siblings']}>
        {taskRuns.slice(0, MOST).map(({ id, map_index, state }) => {
          const { color, word } = stateLook(state);
          return (
            <li key={id}>
              <Link
                to="/task-run/$taskRunId"
                params={{ taskRunId: id }}
                style={{ backgroundColor: color, color: inkOn(color) }}
                title={`${map_index}: ${word}`}
                aria-label={`${map_index}: ${word}`}
                aria-current={id === currentId ? 'true' : undefined}
              >
                {map_index}
              </Link>
            </li>
          );
        })}
      </ul>
      {taskRuns.length > MOST ? (
        <Text c="dimmed" size="sm">
          and {taskRuns.length - MOST} more; the timeline of the flow run has them all
        </Text>
      ) : null}
    </>
  );
}
