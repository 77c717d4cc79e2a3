import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

/** The hooks of all flows. */
export const cloudHooksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'team/cloud-hooks',
  component: lazyRouteComponent(() => import('./CloudHooksPage'), 'CloudHooksPage'),
});
