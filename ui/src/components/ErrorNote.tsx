import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { ApiError, messageOf } from '~/api/errors';

export interface ErrorNoteProps {
  /** What could not be done: `The flows could not be loaded`. */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** Says what failed, why, and what to do about it. */
export function ErrorNote({ what, error, onRetry }: ErrorNoteProps) {
  const remedy = error instanceof ApiError ? error.remedy : 'Load the page again.';
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={what}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {messageOf(error)}
        </Text>
        <Text size="sm">{remedy}</Text>
        {onRetry === undefined ? null : (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={onRetry}
          >
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
