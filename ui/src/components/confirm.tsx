import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import type { ReactNode } from 'react';

export interface Confirmation {
  readonly title: string;
  /** What will follow, and whether it can be undone. */
  readonly text: ReactNode;
  /** What the button says: a verb and its object, such as `Delete hook`. */
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly onConfirm: () => void;
}

/** Asks before what cannot be undone. */
export function confirm({ title, text, action, isDangerous = false, onConfirm }: Confirmation): void {
  modals.openConfirmModal({
    title,
    children: (
      <Text size="sm" component="div">
        {text}
      </Text>
    ),
    labels: { confirm: action, cancel: 'Keep as it is' },
    confirmProps: isDangerous ? { color: 'red' } : {},
    onConfirm,
  });
}
