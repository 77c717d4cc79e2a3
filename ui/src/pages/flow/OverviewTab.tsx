import { Code, Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { FlowOverviewDocument, type FlowOverviewQuery } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { ErrorNote } from '~/components/ErrorNote';
import { Facts } from '~/components/Facts';
import { Id } from '~/components/Id';
import { Panel } from '~/components/Panel';
import { percentText } from '~/components/percent';
import { RunStrip } from '~/components/RunStrip';
import { scheduleText } from '~/components/schedules';
import { Time } from '~/components/Time';
import { durationText } from '~/components/times';
import { durationsOf } from './durations';
import classes from './OverviewTab.module.css';
import { type Flow, useLoadedFlow } from './useFlow';

const STRIP_PLACES = 50;

export function OverviewTab() {
  const flow = useLoadedFlow();
  return flow === undefined ? null : <Overview flow={flow} />;
}

function Overview({ flow }: { readonly flow: Flow }) {
  const id = flow.flow_group_id;
  const { data, error, refetch } = useLiveQuery(FlowOverviewDocument, {
    flowGroupId: id,
    flowGroupIds: [id],
  });
  return (
    <div className={classes['parts']}>
      {error === null ? null : (
        <ErrorNote
          what="How the flow fares could not be loaded"
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      <LastRuns flow={flow} summary={data?.flow_group_summary[0]} isLoading={data === undefined} />
      <NextRuns flow={flow} next={data?.next} />
      <About flow={flow} />
    </div>
  );
}

interface LastRunsProps {
  readonly flow: Flow;
  readonly summary: FlowOverviewQuery['flow_group_summary'][number] | undefined;
  readonly isLoading: boolean;
}

function LastRuns({ flow, summary, isLoading }: LastRunsProps) {
  const runs = summary?.last_runs ?? [];
  const { median, longest } = durationsOf(runs);
  return (
    <Panel
      title="Last runs"
      more={
        <Link to="/flow/$flowGroupId/runs" params={{ flowGroupId: flow.flow_group_id }}>
          All runs
        </Link>
      }
    >
      <Facts
        facts={[
          { label: 'Success rate', value: percentText(summary?.success_rate ?? null) },
          { label: 'Of the last', value: `${summary?.finished ?? 0} that ended` },
          { label: 'Median duration', value: median === undefined ? '–' : durationText(median) },
          { label: 'Longest', value: longest === undefined ? '–' : durationText(longest) },
          { label: 'Last run', value: <Time at={runs[0]?.start_time} none="never" /> },
        ]}
      />
      {isLoading ? (
        <Skeleton height={56} />
      ) : runs.length === 0 ? (
        <Text c="dimmed">It has not run yet.</Text>
      ) : (
        <div className={classes['strip']}>
          <RunStrip
            runs={[...runs].reverse()}
            places={STRIP_PLACES}
            label={`The last runs of ${flow.name}, oldest first`}
          />
        </div>
      )}
    </Panel>
  );
}

interface NextRunsProps {
  readonly flow: Flow;
  readonly next: FlowOverviewQuery['next'] | undefined;
}

function NextRuns({ flow, next }: NextRunsProps) {
  return (
    <Panel title="Next runs">
      <Text mb="xs">Schedule: {scheduleText(flow.schedule, flow.is_schedule_active)}</Text>
      {next === undefined ? (
        <Skeleton height={90} />
      ) : next.length === 0 ? (
        <Text c="dimmed">None is scheduled.</Text>
      ) : (
        <ul className={classes['next']}>
          {next.map((run) => (
            <li key={run.id}>
              <Link to="/flow-run/$flowRunId" params={{ flowRunId: run.id }}>
                {run.name}
              </Link>
              <Time at={run.scheduled_start_time} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function About({ flow }: { readonly flow: Flow }) {
  const runConfig = flow.flow_group.run_config ?? flow.run_config;
  return (
    <Panel title="About">
      {flow.description === null ? (
        <Text mb="sm" c="dimmed">
          It has no description.
        </Text>
      ) : (
        <Text mb="sm" className={classes['description'] ?? ''}>
          {flow.description}
        </Text>
      )}
      <Facts
        facts={[
          { label: 'Registered', value: <Time at={flow.created} /> },
          { label: 'By version', value: flow.core_version ?? 'unknown' },
          { label: 'Storage', value: typeOf(flow.storage) },
          { label: 'Run configuration', value: typeOf(runConfig) },
          { label: 'Version group', value: <Id id={flow.version_group_id} />, isWide: true },
          { label: 'Flow group', value: <Id id={flow.flow_group_id} />, isWide: true },
        ]}
      />
      <Details summary="Storage" value={flow.storage} />
      <Details summary="Run configuration" value={runConfig} />
    </Panel>
  );
}

function Details({ summary, value }: { readonly summary: string; readonly value: unknown }) {
  return value === null || value === undefined ? null : (
    <details className={classes['details']}>
      <summary>{summary}</summary>
      <Code block>{JSON.stringify(value, null, 2)}</Code>
    </details>
  );
}

/** What kind of storage or configuration it is, as its own JSON says. */
function typeOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : 'none';
}
