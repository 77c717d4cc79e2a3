import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import classes from './Activity.module.css';
import type { Activity } from './activity';
import { mountChart, optionOf } from './chart';
import type { Period } from './periods';

export interface ActivityChartProps {
  readonly period: Period;
  readonly parts: Activity;
}

/** Runs over time; the numbers above it say in words what it shows. */
export default function ActivityChart({ period, parts }: ActivityChartProps) {
  const scheme = useComputedColorScheme();
  const canvas = useRef<HTMLDivElement>(null);
  useEffect(
    () => (canvas.current === null ? undefined : mountChart(canvas.current, optionOf(parts, period, scheme))),
    [parts, period, scheme],
  );
  return <div ref={canvas} className={classes['canvas']} role="img" aria-label="Runs over time, by state" />;
}
