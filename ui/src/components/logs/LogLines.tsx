import { useVirtualizer } from '@tanstack/react-virtual';
import { type UIEvent, useEffect, useRef } from 'react';
import { LogRow } from './LogRow';
import classes from './LogView.module.css';
import type { LogLine } from './useLogs';

export interface LogLinesProps {
  readonly lines: readonly LogLine[];
  /** The name of a task run. */
  readonly labelOf: (taskRunId: string) => string | undefined;
  readonly search: string;
  /** The line that the search is at. */
  readonly current: number | undefined;
  readonly isFollowing: boolean;
  readonly onFollow: (isFollowing: boolean) => void;
  readonly isWrapped: boolean;
}

const LINE_PX = 21;
/** So near to the end counts as there. */
const NEAR_PX = 40;

/** The lines themselves, of which only those in view are elements. */
export function LogLines(props: LogLinesProps) {
  const { lines, labelOf, search, current, isFollowing, onFollow, isWrapped } = props;
  const scroller = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => lines[index]?.seq ?? index,
    overscan: 20,
  });

  useEffect(() => {
    if (isFollowing && lines.length > 0) {
      virtualizer.scrollToIndex(lines.length - 1, { align: 'end' });
    }
  }, [isFollowing, lines, virtualizer]);
  useEffect(() => {
    if (current !== undefined) {
      onFollow(false);
      virtualizer.scrollToIndex(current, { align: 'center' });
    }
  }, [current, onFollow, virtualizer]);

  const lastTop = useRef(0);
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent<HTMLElement>) => {
    // Whoever scrolls up wants to read, and not to be taken away.
    const isUp = scrollTop < lastTop.current && scrollHeight - clientHeight - scrollTop > NEAR_PX;
    lastTop.current = scrollTop;
    if (isUp && isFollowing) {
      onFollow(false);
    }
  };

  return (
    <section
      ref={scroller}
      className={classes['scroller']}
      data-wrapped={isWrapped}
      onScroll={onScroll}
      aria-label="Lines"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys too
      tabIndex={0}
    >
      <div className={classes['lines']} style={{ blockSize: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          return line === undefined ? null : (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className={classes['place']}
              style={{ transform: `translateY(${start}px)` }}
            >
              <LogRow
                line={line}
                label={line.task_run_id === null ? undefined : labelOf(line.task_run_id)}
                search={search}
                isCurrent={index === current}
              />
            </div>
          );
        })}
      </div>
    </section>
  );
}
