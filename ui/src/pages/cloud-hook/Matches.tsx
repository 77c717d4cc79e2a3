import { Group, SegmentedControl, Skeleton, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { HookMatchesDocument, type HookMatchesQuery } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useLiveQuery } from '~/api/useLiveQuery';
import { ErrorNote } from '~/components/ErrorNote';
import { missing } from './field-errors';
import { type HookValues, newValues, previewInput } from './form';
import classes from './hook-form.module.css';
import { Kind, LatestMatches } from './LatestMatches';
import { Section } from './Section';
import { TYPING_MS } from './usePreview';

const DAYS = [1, 7, 30];
/** How many of the latest are listed. */
const SHOWN = 8;

/** How often the hook would have spoken, had it been there: before it is made, and too loud. */
export function Matches({ values }: { readonly values: HookValues }) {
  const [days, setDays] = useState(7);
  const [typed] = useDebouncedValue(values, TYPING_MS);
  const mayAsk = useMay('admin');
  const problems = missing(typed);
  const isReady = ['states', 'projectId', 'versionGroupId'].every((field) => problems[field] === undefined);
  // What it matches depends neither on its type nor on its words, and so these are not what is asked with.
  const { name, type, config, template, maxPerMinute, includeParameters } = newValues();
  const input = previewInput({ ...typed, name, type, config, template, maxPerMinute, includeParameters });
  const { data, error } = useLiveQuery(
    HookMatchesDocument,
    { input, days },
    { topic: null, enabled: mayAsk && isReady },
  );
  return mayAsk ? (
    <Section title="Would have matched" description="What it would have told lately, had it been there.">
      <SegmentedControl
        size="xs"
        className={classes['start'] ?? ''}
        aria-label="How far back"
        data={DAYS.map((count) => ({ value: String(count), label: count === 1 ? '1 day' : `${count} days` }))}
        value={String(days)}
        onChange={(value) => setDays(Number(value))}
      />
      {!isReady ? (
        <Text size="sm" c="dimmed">
          Choose states and flows first.
        </Text>
      ) : error !== null ? (
        <ErrorNote what="The dry run failed" error={error} />
      ) : data === undefined ? (
        <Skeleton height={120} />
      ) : (
        <Matched matches={data.cloud_hook_matches} days={days} />
      )}
    </Section>
  ) : null;
}

interface MatchedProps {
  readonly matches: HookMatchesQuery['cloud_hook_matches'];
  readonly days: number;
}

function Matched({ matches: { count, counts, latest }, days }: MatchedProps) {
  if (count === 0) {
    return <Text size="sm">Nothing: no event of these days fits.</Text>;
  }
  const aDay = count / days;
  return (
    <>
      <Text size="sm">
        <strong>{count.toLocaleString()}</strong> {count === 1 ? 'message' : 'messages'}
        {aDay >= 1 && days > 1 ? `, about ${Math.round(aDay).toLocaleString()} a day` : ''}
      </Text>
      <Group gap="md">
        {counts.map(({ kind, count: each }) => (
          <Group key={kind} gap={6}>
            <Kind kind={kind} />
            <Text size="sm" span>
              {each.toLocaleString()}
            </Text>
          </Group>
        ))}
      </Group>
      <LatestMatches matches={latest.slice(0, SHOWN)} />
    </>
  );
}
