import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

const frameRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'flow-run/$flowRunId',
  component: lazyRouteComponent(() => import('./FlowRunPage'), 'FlowRunPage'),
});

const statesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./StatesTab'), 'StatesTab'),
});

const detailsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'details',
  component: lazyRouteComponent(() => import('./DetailsTab'), 'DetailsTab'),
});

/** A run's page: the frame with the state and the facts, and a child for each tab. */
export const flowRunRoute = frameRoute.addChildren([statesRoute, detailsRoute]);
