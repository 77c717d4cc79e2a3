import { ActionIcon, Group, Tooltip, useComputedColorScheme } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  IconArrowLeft,
  IconArrowRight,
  IconArrowsHorizontal,
  IconZoomIn,
  IconZoomOut,
  type TablerIcon,
} from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { useNow } from '../useNow';
import { type GanttRow, rangeOf } from './bars';
import { type Chart, createChart, draw, rowAt, zoomOf, zoomTo } from './draw';
import classes from './Gantt.module.css';
import { RowHead } from './RowHead';
import { AXIS_PX, rowHeight } from './sizes';
import { moved, WHOLE, type Window, zoomed } from './zoom';

export interface GanttProps {
  readonly rows: readonly GanttRow[];
  readonly onOpen: (taskRunId: string) => void;
}

const BUTTONS: readonly {
  readonly label: string;
  readonly icon: TablerIcon;
  readonly to: (window: Window) => Window;
}[] = [
  { label: 'Zoom in', icon: IconZoomIn, to: (window) => zoomed(window, 0.5) },
  { label: 'Zoom out', icon: IconZoomOut, to: (window) => zoomed(window, 2) },
  { label: 'Earlier', icon: IconArrowLeft, to: (window) => moved(window, -0.5) },
  { label: 'Later', icon: IconArrowRight, to: (window) => moved(window, 0.5) },
  { label: 'The whole time', icon: IconArrowsHorizontal, to: () => WHOLE },
];

/**
 * Task runs over time. The names are links in a list, which keys and screen readers reach; the bars beside them are
 * drawn into a canvas that shows as much as is in view, so that thousands of rows cost no more than a screenful.
 */
export function Gantt({ rows, onOpen }: GanttProps) {
  const isCoarse = useMediaQuery('(pointer: coarse)', undefined, { getInitialValueInEffect: false });
  const rowPx = rowHeight(isCoarse === true);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    scrollMargin: AXIS_PX,
    overscan: 8,
  });
  const height = virtualizer.scrollRect?.height ?? 0;
  const chart = useChart(rows, rowPx, virtualizer.scrollOffset ?? 0, height, onOpen);
  return (
    <section aria-label="Timeline">
      <Group gap={4} justify="flex-end" mb={6}>
        {BUTTONS.map(({ label, icon: Icon, to }) => (
          <Tooltip key={label} label={label}>
            <ActionIcon
              variant="default"
              aria-label={label}
              onClick={() => chart.current !== null && zoomTo(chart.current, to(zoomOf(chart.current)))}
            >
              <Icon size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ))}
      </Group>
      <div ref={scroller} className={classes['scroller']} data-dense>
        <div className={classes['head']} style={{ blockSize: AXIS_PX }}>
          Task run
        </div>
        <ul
          className={classes['list']}
          style={{ blockSize: virtualizer.getTotalSize() }}
          aria-label="Task runs"
        >
          {virtualizer.getVirtualItems().map(({ index }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <RowHead key={row.run.id} row={row} top={index * rowPx} height={rowPx} />
            );
          })}
        </ul>
        <div className={classes['chart']} style={{ blockSize: height }} ref={chart.ref} aria-hidden />
      </div>
    </section>
  );
}

/** Keeps a canvas in step with what is in view. */
function useChart(
  rows: readonly GanttRow[],
  rowPx: number,
  scrolled: number,
  height: number,
  onOpen: (taskRunId: string) => void,
) {
  const scheme = useComputedColorScheme('light');
  const isRunning = rows.some(({ bars }) => bars.some(({ to }) => to === undefined));
  const now = useNow(isRunning).getTime();
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const current = useRef<Chart | null>(null);
  const open = useRef(onOpen);
  open.current = onOpen;

  useEffect(() => {
    if (element === null) {
      return;
    }
    const chart = createChart(element);
    current.current = chart;
    chart.on('click', ({ dataIndex }) => {
      const row = rowAt(chart, dataIndex);
      if (row !== undefined) {
        open.current(row.run.id);
      }
    });
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.dispose();
      current.current = null;
    };
  }, [element]);

  useEffect(() => {
    if (element === null || current.current === null || height <= AXIS_PX) {
      return;
    }
    const first = Math.max(0, Math.floor(scrolled / rowPx));
    const last = Math.ceil((scrolled + height) / rowPx);
    draw(current.current, {
      rows: rows.slice(first, last),
      first,
      rowPx,
      view: [scrolled, scrolled + height - AXIS_PX],
      range: rangeOf(rows, now),
      now,
      scheme,
    });
  }, [element, rows, rowPx, scrolled, height, now, scheme]);

  return Object.assign(current, { ref: setElement });
}
