import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export const projectRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'project/$projectId',
  component: lazyRouteComponent(() => import('./ProjectPage'), 'ProjectPage'),
});
