import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { exactTime } from '../times';
import { pieces } from './filter';
import classes from './LogView.module.css';
import type { LogLine } from './useLogs';

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});

export interface LogRowProps {
  readonly line: LogLine;
  /** The name of the task run that wrote it; `undefined` for the flow's own. */
  readonly label: string | undefined;
  readonly search: string;
  readonly isCurrent: boolean;
}

/** One line of a log: when, how important, who, what. */
export const LogRow = memo(function LogRow({ line, label, search, isCurrent }: LogRowProps) {
  const at = new Date(line.timestamp);
  return (
    <div className={classes['line']} data-level={line.level} data-current={isCurrent}>
      <time dateTime={line.timestamp} title={exactTime(at)}>
        {clock.format(at)}
      </time>
      <span className={classes['level']}>{line.level}</span>
      <span className={classes['source']}>
        {line.task_run_id === null || label === undefined ? (
          <span title={line.name ?? ''}>{line.name ?? 'flow'}</span>
        ) : (
          <Link to="/task-run/$taskRunId" params={{ taskRunId: line.task_run_id }} title={label}>
            {label}
          </Link>
        )}
      </span>
      <span className={classes['message']}>
        {pieces(line.message, search).map(({ text, isMatch, at: place }) =>
          isMatch ? <mark key={place}>{text}</mark> : text,
        )}
      </span>
    </div>
  );
});
