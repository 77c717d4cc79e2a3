import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export interface NewHookSearch {
  /** The version group of the flow that the hook is to watch. */
  readonly flow?: string;
}

export const newHookRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'team/cloud-hooks/new',
  validateSearch: ({ flow }: Record<string, unknown>): NewHookSearch =>
    typeof flow === 'string' || typeof flow === 'number' ? { flow: String(flow) } : {},
  component: lazyRouteComponent(() => import('./NewHookPage'), 'NewHookPage'),
});

export const hookRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'team/cloud-hooks/$hookId',
  component: lazyRouteComponent(() => import('./HookPage'), 'HookPage'),
});
