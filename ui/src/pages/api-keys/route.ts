import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export const apiKeysRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'team/api-keys',
  component: lazyRouteComponent(() => import('./ApiKeysPage'), 'ApiKeysPage'),
});
