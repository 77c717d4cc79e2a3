import { Breadcrumbs, Group, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './PageHeader.module.css';

export interface PageHeaderProps {
  readonly title: string;
  /** Links to what the page is a part of, outermost first. */
  readonly parents?: readonly ReactNode[];
  /** Beside the title: a state, a version. */
  readonly beside?: ReactNode;
  /** One line below the title. */
  readonly description?: ReactNode;
  /** Buttons, at the end of the row; below the title where the page is narrow. */
  readonly actions?: ReactNode;
}

/** The head of every page; names the browser's tab too. */
export function PageHeader({ title, parents = [], beside, description, actions }: PageHeaderProps) {
  useDocumentTitle(`${title} · Campana`);
  return (
    <header className={classes['header']}>
      {parents.length === 0 ? null : (
        <Breadcrumbs component="nav" aria-label="Breadcrumbs" className={classes['parents'] ?? ''}>
          {parents}
        </Breadcrumbs>
      )}
      <div className={classes['row']}>
        <Group gap="sm" className={classes['title'] ?? ''}>
          <Title order={1}>{title}</Title>
          {beside}
        </Group>
        {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
      </div>
      {description === undefined ? null : (
        <Text c="dimmed" component="div">
          {description}
        </Text>
      )}
    </header>
  );
}
