import type { ErrorComponentProps } from '@tanstack/react-router';
import { ErrorNote } from '~/components/ErrorNote';

/** What is shown instead of a page that failed to render or to load its code. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  return <ErrorNote what="This page failed" error={error} onRetry={reset} />;
}
