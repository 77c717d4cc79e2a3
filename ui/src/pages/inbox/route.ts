import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export interface InboxSearch {
  /** Also what has been read; what has not comes first. */
  readonly show?: 'all';
  /** From 1. */
  readonly page?: number;
}

export const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'inbox',
  validateSearch: ({ show, page }: Record<string, unknown>): InboxSearch => ({
    ...(show === 'all' ? { show } : {}),
    ...(typeof page === 'number' && Number.isInteger(page) && page > 1 ? { page } : {}),
  }),
  component: lazyRouteComponent(() => import('./InboxPage'), 'InboxPage'),
});
