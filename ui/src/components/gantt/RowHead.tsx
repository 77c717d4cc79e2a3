import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { Took } from '../run/Took';
import { inkOn, stateLook } from '../states';
import type { GanttRow } from './bars';
import classes from './Gantt.module.css';

export interface RowHeadProps {
  readonly row: GanttRow;
  /** Where it is and how high, in pixels. */
  readonly top: number;
  readonly height: number;
}

/** A task run by its state and name, and how long it took: what is left of the bars. */
export const RowHead = memo(function RowHead({ row: { run, isChild }, top, height }: RowHeadProps) {
  const { color, icon: Icon, word } = stateLook(run.state);
  return (
    <li className={classes['row']} style={{ insetBlockStart: top, blockSize: height }} data-child={isChild}>
      <span className={classes['icon']} style={{ backgroundColor: color, color: inkOn(color) }} title={word}>
        <Icon size={11} stroke={2.5} role="img" aria-label={word} />
      </span>
      <Link to="/task-run/$taskRunId" params={{ taskRunId: run.id }} title={run.label}>
        {run.label}
      </Link>
      <span className={classes['took']}>
        <Took run={run} />
      </span>
    </li>
  );
});
