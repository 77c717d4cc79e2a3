import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';
import { logsSearch } from './logs-search';

const frameRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'flow-run/$flowRunId',
  component: lazyRouteComponent(() => import('./FlowRunPage'), 'FlowRunPage'),
});

const timelineRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./TimelineTab'), 'TimelineTab'),
});

const schematicRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'schematic',
  component: lazyRouteComponent(() => import('./SchematicTab'), 'SchematicTab'),
});

export const logsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'logs',
  validateSearch: logsSearch,
  component: lazyRouteComponent(() => import('./LogsTab'), 'LogsTab'),
});

const deliveriesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'deliveries',
  component: lazyRouteComponent(() => import('./DeliveriesTab'), 'DeliveriesTab'),
});

const statesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'states',
  component: lazyRouteComponent(() => import('./StatesTab'), 'StatesTab'),
});

const parametersRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'parameters',
  component: lazyRouteComponent(() => import('./ParametersTab'), 'ParametersTab'),
});

/** A run's page: the frame with the state and the facts, and a child for each tab. */
export const flowRunRoute = frameRoute.addChildren([
  timelineRoute,
  schematicRoute,
  logsRoute,
  statesRoute,
  parametersRoute,
  deliveriesRoute,
]);
