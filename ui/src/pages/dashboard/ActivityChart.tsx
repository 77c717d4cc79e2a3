import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { type Activity, countsOf, GROUPS } from './activity';
import { type Period, tickText } from './periods';

export interface ActivityChartProps {
  readonly period: Period;
  readonly parts: Activity;
}

const SERIES = GROUPS.map(({ group, label, color }) => ({ name: group, label, color }));

/** Bars, one for each part of the time; the numbers above it say in words what it shows. */
export default function ActivityChart({ period, parts }: ActivityChartProps) {
  const data = parts.map((part) => ({ at: tickText(period, new Date(part.since)), ...countsOf([part]) }));
  return (
    <BarChart
      h="100%"
      data={data}
      dataKey="at"
      type="stacked"
      series={SERIES}
      gridAxis="y"
      tickLine="none"
      maxBarWidth={36}
      fillOpacity={1}
      barProps={{ isAnimationActive: false }}
      xAxisProps={{ minTickGap: 24, interval: 'preserveStartEnd' }}
      yAxisProps={{ width: 34, allowDecimals: false }}
      barChartProps={{ accessibilityLayer: true }}
    />
  );
}
