import { Link } from '@tanstack/react-router';
import classes from './RunStrip.module.css';
import { stateLook } from './states';
import { durationText, exactTime } from './times';

export interface RunStripRun {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly scheduled_start_time: string;
  readonly start_time: string | null;
  readonly end_time: string | null;
}

export interface RunStripProps {
  /** Oldest first. */
  readonly runs: readonly RunStripRun[];
  /** How many places the strip has, so that strips of several rows line up. */
  readonly places: number;
  /** What the runs are of, for those who do not see the strip. */
  readonly label: string;
}

const MIN_HEIGHT = 0.3;

/** The last runs as bars in the colours of their states, as high as the run was long; each leads to its run. */
export function RunStrip({ runs, places, label }: RunStripProps) {
  const longest = Math.max(1, ...runs.map(lengthOf));
  const free = Math.max(0, places - runs.length);
  return (
    <ul
      className={classes['strip']}
      aria-label={label}
      style={{ gridTemplateColumns: `repeat(${places}, 1fr)` }}
    >
      {Array.from({ length: free }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places are told apart by nothing else
        <li key={place} className={classes['free']} aria-hidden />
      ))}
      {runs.map((run) => {
        const { color, word } = stateLook(run.state);
        const height = MIN_HEIGHT + (1 - MIN_HEIGHT) * (lengthOf(run) / longest);
        const title = titleOf(run, word);
        return (
          <li key={run.id}>
            <Link
              to="/flow-run/$flowRunId"
              params={{ flowRunId: run.id }}
              className={classes['bar'] ?? ''}
              title={title}
              aria-label={title}
            >
              <span style={{ backgroundColor: color, blockSize: `${Math.round(height * 100)}%` }} />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

function lengthOf({ start_time, end_time }: RunStripRun): number {
  if (start_time === null) {
    return 0;
  }
  return (end_time === null ? Date.now() : Date.parse(end_time)) - Date.parse(start_time);
}

function titleOf(run: RunStripRun, word: string): string {
  const took = run.start_time === null ? '' : `, ${durationText(lengthOf(run))}`;
  return `${run.name}: ${word}${took}, ${exactTime(new Date(run.start_time ?? run.scheduled_start_time))}`;
}
