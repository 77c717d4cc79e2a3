import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export const interactiveApiRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'api',
  component: lazyRouteComponent(() => import('./InteractiveApiPage'), 'InteractiveApiPage'),
});
