import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Panel } from '~/components/Panel';
import { percentText } from '~/components/percent';
import classes from './Activity.module.css';
import { countsOf, GROUPS, type Activity as Parts, successShare } from './activity';
import type { Period } from './periods';

/** Charts weigh as much as the rest of the page: what the page says does not wait for them. */
const ActivityChart = lazy(() => import('./ActivityChart'));

export interface ActivityProps {
  readonly period: Period;
  /** `undefined` while the first answer is awaited. */
  readonly parts: Parts | undefined;
}

/** How many runs there were, when, and what became of them. */
export function Activity({ period, parts }: ActivityProps) {
  const counts = countsOf(parts ?? []);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <Panel title="Runs">
      <dl className={classes['numbers']} aria-busy={parts === undefined}>
        <div>
          <dt>All</dt>
          <dd>{parts === undefined ? '–' : all}</dd>
        </div>
        <div>
          <dt>Success rate</dt>
          <dd>{percentText(successShare(counts))}</dd>
        </div>
        {GROUPS.map(({ group, label, color }) => (
          <div key={group}>
            <dt>
              <span className={classes['swatch']} style={{ backgroundColor: color }} />
              {label}
            </dt>
            <dd>{parts === undefined ? '–' : counts[group]}</dd>
          </div>
        ))}
      </dl>
      <div className={classes['chart']}>
        {parts === undefined ? (
          <Skeleton height="100%" />
        ) : (
          <Suspense fallback={<Skeleton height="100%" />}>
            <ActivityChart period={period} parts={parts} />
          </Suspense>
        )}
      </div>
    </Panel>
  );
}
