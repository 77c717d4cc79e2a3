import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export const flowRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'flow/$flowGroupId',
  component: lazyRouteComponent(() => import('./FlowPage'), 'FlowPage'),
});
