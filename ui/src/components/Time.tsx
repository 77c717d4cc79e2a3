import { Tooltip } from '@mantine/core';
import classes from './Time.module.css';
import { exactTime, relativeTime } from './times';
import { useNow } from './useNow';

export interface TimeProps {
  /** An ISO timestamp; null for what has not happened. */
  readonly at: string | null | undefined;
  /** What to say when there is none. */
  readonly none?: string;
  /** Shows the exact time at once, where there is room for it. */
  readonly exact?: boolean;
}

/** How long ago it was; when exactly, in the reader's zone, on hover and focus. */
export function Time({ at, none = '–', exact = false }: TimeProps) {
  const now = useNow(!exact);
  if (at === null || at === undefined) {
    return <span>{none}</span>;
  }
  const date = new Date(at);
  if (exact) {
    return <time dateTime={at}>{exactTime(date)}</time>;
  }
  return (
    <Tooltip label={exactTime(date)} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time is for those without a mouse too */}
      <time dateTime={at} tabIndex={0} className={classes['time']}>
        {relativeTime(date, now)}
      </time>
    </Tooltip>
  );
}
