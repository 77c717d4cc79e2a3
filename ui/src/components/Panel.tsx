import { Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './Panel.module.css';

export interface PanelProps {
  readonly title: string;
  /** Beside the title: how many there are. */
  readonly beside?: ReactNode;
  /** At the end of the title's row: a link to all of it. */
  readonly more?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page with a title and a border of its own. */
export function Panel({ title, beside, more, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes['panel']} aria-labelledby={id}>
      <header className={classes['head']}>
        <Title order={2} id={id}>
          {title}
        </Title>
        {beside}
        <span className={classes['more']}>{more}</span>
      </header>
      {children}
    </section>
  );
}
