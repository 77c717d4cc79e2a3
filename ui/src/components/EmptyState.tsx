import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { CopyCommand } from './CopyCommand';

export interface EmptyStateProps {
  readonly icon: TablerIcon;
  /** That there is nothing: `No runs yet`. */
  readonly title: string;
  /** What to do next. */
  readonly children: ReactNode;
  readonly command?: string;
  /** A button or link. */
  readonly action?: ReactNode;
}

/** What a page shows while there is nothing to show: what to do so that there is. */
export function EmptyState({ icon: Icon, title, children, command, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap="sm" py="xl" px="md" ta="center">
      <ThemeIcon variant="light" color="gray" size={48} radius="xl" aria-hidden>
        <Icon size={26} />
      </ThemeIcon>
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text c="dimmed" maw={520} component="div">
        {children}
      </Text>
      {command === undefined ? null : <CopyCommand command={command} />}
      {action}
    </Stack>
  );
}
