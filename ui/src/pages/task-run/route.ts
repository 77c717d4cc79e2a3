import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';
import { logsSearch } from '~/pages/flow-run/logs-search';

const frameRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'task-run/$taskRunId',
  component: lazyRouteComponent(() => import('./TaskRunPage'), 'TaskRunPage'),
});

const overviewRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./OverviewTab'), 'OverviewTab'),
});

export const logsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'logs',
  validateSearch: logsSearch,
  component: lazyRouteComponent(() => import('./LogsTab'), 'LogsTab'),
});

const statesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'states',
  component: lazyRouteComponent(() => import('./StatesTab'), 'StatesTab'),
});

const deliveriesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'deliveries',
  component: lazyRouteComponent(() => import('./DeliveriesTab'), 'DeliveriesTab'),
});

/** A task run's page: the frame with the state and the facts, and a child for each tab. */
export const taskRunRoute = frameRoute.addChildren([overviewRoute, logsRoute, statesRoute, deliveriesRoute]);
