import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type HookMatchesQuery, MatchedRunsDocument, type MatchedRunsQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { StateBadge } from '~/components/StateBadge';
import { Time } from '~/components/Time';
import { EVENTS, eventLabel } from './events';
import classes from './hook-form.module.css';

type Match = HookMatchesQuery['cloud_hook_matches']['latest'][number];

/** The latest events that fit, each with a link to its run. */
export function LatestMatches({ matches }: { readonly matches: readonly Match[] }) {
  const ids = (key: 'flow_run_id' | 'task_run_id') =>
    matches.flatMap(({ [key]: id }) => (id === null ? [] : [id]));
  const { data: runs } = useLiveQuery(
    MatchedRunsDocument,
    { flowRunIds: ids('flow_run_id'), taskRunIds: ids('task_run_id') },
    { topic: null },
  );
  return (
    <ul className={classes['latest']}>
      {matches.map((match) => (
        <li key={match.event_id}>
          <Kind kind={match.state ?? match.kind} />
          <MatchLink match={match} runs={runs} />
          <Text size="xs" c="dimmed" span>
            <Time at={match.occurred_at} />
          </Text>
        </li>
      ))}
    </ul>
  );
}

/** A state, or what else happened. */
export function Kind({ kind }: { readonly kind: string }) {
  return EVENTS.some((event) => event.kind === kind) ? (
    <Text size="sm" fw={500} span>
      {eventLabel(kind)}
    </Text>
  ) : (
    <StateBadge state={kind} />
  );
}

interface MatchLinkProps {
  readonly match: Match;
  readonly runs: MatchedRunsQuery | undefined;
}

function MatchLink({ match: { flow_run_id: flowRunId, task_run_id: taskRunId }, runs }: MatchLinkProps) {
  const run = runs?.flow_run.find(({ id }) => id === flowRunId);
  const task = runs?.task_run.find(({ id }) => id === taskRunId);
  if (taskRunId !== null) {
    const index = task === undefined || task.map_index < 0 ? '' : `[${task.map_index}]`;
    return (
      <Link to="/task-run/$taskRunId" params={{ taskRunId }}>
        {task === undefined ? `…${taskRunId.slice(-8)}` : `${task.task.name}${index}`}
      </Link>
    );
  }
  return flowRunId === null ? (
    <span />
  ) : (
    <Link to="/flow-run/$flowRunId" params={{ flowRunId }}>
      {run === undefined ? `…${flowRunId.slice(-8)}` : `${run.flow.name} / ${run.name}`}
    </Link>
  );
}
