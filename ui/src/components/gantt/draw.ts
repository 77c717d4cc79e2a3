import { CustomChart } from 'echarts/charts';
import { DataZoomInsideComponent, GridComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { stateLook } from '../states';
import { durationText, exactTime } from '../times';
import type { Bar, GanttRow } from './bars';
import { AXIS_PX } from './sizes';

echarts.use([CustomChart, GridComponent, TooltipComponent, DataZoomInsideComponent, CanvasRenderer]);

export type Chart = echarts.ECharts;

const HEIGHT_PX: Readonly<Record<Bar['kind'], number>> = { attempt: 16, span: 6, wait: 4 };
/** However short it was, it can be seen and clicked. */
const MIN_WIDTH_PX = 4;

/** Of no state: that children are there says nothing of how they fare. */
const SPAN_COLOR = '#868e96';

/** The colours of axes and text; the canvas does not know the theme's variables. */
const INKS = {
  light: { text: '#5c6370', line: '#e9ecef', surface: '#ffffff', strong: '#1a1b1e' },
  dark: { text: '#a3a8b0', line: '#373a40', surface: '#25262b', strong: '#e6e8eb' },
} as const;

export interface Scene {
  /** The rows that can be seen, and the place of the first among all. */
  readonly rows: readonly GanttRow[];
  readonly first: number;
  readonly rowPx: number;
  /** What of all rows' height is in view, in pixels. */
  readonly view: readonly [number, number];
  /** The first and last moment of the whole run. */
  readonly range: readonly [number, number];
  readonly now: number;
  readonly scheme: 'light' | 'dark';
}

interface Item {
  /** Beginning, end, and the row's middle in pixels. */
  readonly value: readonly [number, number, number];
  readonly row: GanttRow;
  readonly bar: Bar;
}

export function createChart(element: HTMLElement): Chart {
  return echarts.init(element, undefined, { renderer: 'canvas' });
}

/** Draws what can be seen; where somebody has zoomed to stays. */
export function draw(chart: Chart, scene: Scene): void {
  const { view, range, scheme } = scene;
  const ink = INKS[scheme];
  const items = itemsOf(scene);
  chart.setOption(
    {
      animation: false,
      grid: { left: 8, right: 16, top: AXIS_PX, bottom: 0 },
      xAxis: {
        type: 'time',
        position: 'top',
        min: range[0],
        max: range[1],
        axisLabel: { color: ink.text, hideOverlap: true },
        axisLine: { lineStyle: { color: ink.line } },
        splitLine: { show: true, lineStyle: { color: ink.line } },
      },
      yAxis: { type: 'value', show: false, inverse: true, min: view[0], max: view[1] },
      dataZoom: [
        {
          type: 'inside',
          filterMode: 'none',
          zoomOnMouseWheel: 'ctrl',
          moveOnMouseMove: true,
          preventDefaultMouseMove: false,
          minValueSpan: 50,
        },
      ],
      tooltip: {
        trigger: 'item',
        // As text in the canvas: as HTML it would need inline styles, which the Content-Security-Policy refuses.
        renderMode: 'richText',
        confine: true,
        backgroundColor: ink.surface,
        borderColor: ink.line,
        textStyle: { color: ink.strong, fontSize: 12 },
        formatter: ({ dataIndex }: { dataIndex: number }) => tooltipOf(items[dataIndex], scene.now),
      },
      series: [
        {
          type: 'custom',
          clip: true,
          encode: { x: [0, 1], y: 2 },
          data: items.map(({ value }) => value),
          renderItem: (params: { dataIndex: number }, api: DrawApi) => shapeOf(items[params.dataIndex], api),
        },
      ],
    },
    { lazyUpdate: true },
  );
  placesOf.set(chart, items);
}

/** What ECharts offers to those who draw by themselves, as far as it is used here. */
interface DrawApi {
  coord: (value: readonly number[]) => readonly [number, number];
}

const placesOf = new WeakMap<Chart, readonly Item[]>();

/** The row of the bar that was clicked. */
export function rowAt(chart: Chart, dataIndex: number): GanttRow | undefined {
  return placesOf.get(chart)?.[dataIndex]?.row;
}

function itemsOf({ rows, first, rowPx, now }: Scene): Item[] {
  return rows.flatMap((row, index) =>
    row.bars.map((bar): Item => {
      const middle = (first + index + 0.5) * rowPx;
      return { value: [bar.from, bar.to ?? Math.max(now, bar.from), middle], row, bar };
    }),
  );
}

function shapeOf(item: Item | undefined, api: DrawApi) {
  if (item === undefined) {
    return null;
  }
  const [from, to, middle] = item.value;
  const [x, y] = api.coord([from, middle]);
  const [end] = api.coord([to, middle]);
  const height = HEIGHT_PX[item.bar.kind];
  return {
    type: 'rect',
    shape: { x, y: y - height / 2, width: Math.max(end - x, MIN_WIDTH_PX), height, r: 2 },
    style: { fill: item.bar.kind === 'span' ? SPAN_COLOR : stateLook(item.bar.state).color },
    emphasis: { style: { opacity: 0.8 } },
  };
}

function tooltipOf(item: Item | undefined, now: number): string {
  if (item === undefined) {
    return '';
  }
  const { row, bar } = item;
  const { word } = stateLook(bar.state);
  const took = durationText((bar.to ?? now) - bar.from);
  const what = bar.kind === 'wait' ? `waited ${took} to be tried again` : `${word}, ${took}`;
  return `${row.run.label}\n${what}\n${exactTime(new Date(bar.from))}`;
}

/** What of the whole time is in view, in percent. */
export function zoomOf(chart: Chart): readonly [number, number] {
  const { dataZoom } = chart.getOption() as { dataZoom?: readonly { start: number; end: number }[] };
  const [zoom] = dataZoom ?? [];
  return [zoom?.start ?? 0, zoom?.end ?? 100];
}

export function zoomTo(chart: Chart, [start, end]: readonly [number, number]): void {
  chart.dispatchAction({ type: 'dataZoom', start, end });
}
