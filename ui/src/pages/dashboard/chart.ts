import { BarChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { type Activity, countsOf, GROUPS } from './activity';
import { type Period, tickText } from './periods';

echarts.use([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

export type Scheme = 'light' | 'dark';

/** The colours of axes and text; the canvas does not know the theme's variables. */
const INKS = {
  light: { text: '#5c6370', line: '#e9ecef', surface: '#ffffff', strong: '#1a1b1e' },
  dark: { text: '#a3a8b0', line: '#373a40', surface: '#25262b', strong: '#e6e8eb' },
} as const;

/** Draws into the element, as wide as it is at any time, until the returned function is called. */
export function mountChart(element: HTMLElement, option: Readonly<Record<string, unknown>>): () => void {
  const chart = echarts.init(element, undefined, { renderer: 'canvas' });
  chart.setOption(option);
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(element);
  return () => {
    observer.disconnect();
    chart.dispose();
  };
}

/** Bars, one for each part of the time, with the groups on top of each other. */
export function optionOf(parts: Activity, period: Period, scheme: Scheme) {
  const ink = INKS[scheme];
  const counts = parts.map((part) => countsOf([part]));
  return {
    animation: false,
    grid: { left: 0, right: 8, top: 10, bottom: 0, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category',
      data: parts.map(({ since }) => tickText(period, new Date(since))),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: ink.line } },
      axisLabel: { color: ink.text, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      // There is no half a run.
      minInterval: 1,
      axisLabel: { color: ink.text },
      splitLine: { lineStyle: { color: ink.line } },
    },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      // As text in the canvas: as HTML it would need inline styles, which the Content-Security-Policy refuses.
      renderMode: 'richText',
      confine: true,
      backgroundColor: ink.surface,
      borderColor: ink.line,
      textStyle: { color: ink.strong, fontSize: 12 },
      formatter: ([first]: readonly { dataIndex: number }[]) => tooltipOf(parts, period, first?.dataIndex),
    },
    series: GROUPS.map(({ group, label, color }) => ({
      type: 'bar',
      name: label,
      stack: 'runs',
      color,
      barMaxWidth: 36,
      barMinWidth: 3,
      data: counts.map((count) => count[group]),
    })),
  };
}

/** When, and how many of each group there are of which there are any. */
export function tooltipOf(parts: Activity, period: Period, index: number | undefined): string {
  const part = index === undefined ? undefined : parts[index];
  if (part === undefined) {
    return '';
  }
  const counts = countsOf([part]);
  const lines = GROUPS.filter(({ group }) => counts[group] > 0).map(
    ({ group, label }) => `${label}: ${counts[group]}`,
  );
  const times = `${tickText(period, new Date(part.since))} – ${tickText(period, new Date(part.until))}`;
  return [times, ...(lines.length === 0 ? ['No runs'] : lines)].join('\n');
}
