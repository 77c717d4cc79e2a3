import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './hook-form.module.css';

export interface SectionProps {
  readonly title: string;
  readonly description: string;
  readonly children: ReactNode;
}

/** A part of what stands beside the form. */
export function Section({ title, description, children }: SectionProps) {
  return (
    <section className={classes['section']} aria-label={title}>
      <div>
        <Title order={2} size="h3">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {description}
        </Text>
      </div>
      {children}
    </section>
  );
}
