import { Link } from '@tanstack/react-router';
import { Duration } from '../Duration';
import { inkOn, stateLook } from '../states';
import type { GanttRow } from './bars';
import classes from './Gantt.module.css';

/** A task run by its state and name, and how long it took: what is left of the bars. */
export function RowHead({ row: { run, isChild }, top }: { readonly row: GanttRow; readonly top: number }) {
  const { color, icon: Icon, word } = stateLook(run.state);
  return (
    <li className={classes['row']} style={{ insetBlockStart: top }} data-child={isChild}>
      <span className={classes['icon']} style={{ backgroundColor: color, color: inkOn(color) }} title={word}>
        <Icon size={11} stroke={2.5} role="img" aria-label={word} />
      </span>
      <Link to="/task-run/$taskRunId" params={{ taskRunId: run.id }} title={run.label}>
        {run.label}
      </Link>
      <span className={classes['took']}>
        <Duration from={run.start_time} to={run.end_time} />
      </span>
    </li>
  );
}
