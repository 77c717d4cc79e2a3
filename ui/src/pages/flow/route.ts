import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';
import { isGroup, isSince, type RunsGroup, type RunsSince } from './run-filters';

const frameRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'flow/$flowGroupId',
  component: lazyRouteComponent(() => import('./FlowPage'), 'FlowPage'),
});

const overviewRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./OverviewTab'), 'OverviewTab'),
});

const tasksRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'tasks',
  component: lazyRouteComponent(() => import('./TasksTab'), 'TasksTab'),
});

export interface FlowRunsSearch {
  readonly state?: RunsGroup;
  readonly since?: RunsSince;
  /** From 1. */
  readonly page?: number;
}

export const flowRunsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'runs',
  validateSearch: ({ state, since, page }: Record<string, unknown>): FlowRunsSearch => ({
    ...(isGroup(state) ? { state } : {}),
    ...(isSince(since) ? { since } : {}),
    ...(typeof page === 'number' && Number.isInteger(page) && page > 1 ? { page } : {}),
  }),
  component: lazyRouteComponent(() => import('./RunsTab'), 'RunsTab'),
});

const schematicRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'schematic',
  component: lazyRouteComponent(() => import('./SchematicTab'), 'SchematicTab'),
});

const versionsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'versions',
  component: lazyRouteComponent(() => import('./VersionsTab'), 'VersionsTab'),
});

const startRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'run',
  component: lazyRouteComponent(() => import('./run/RunTab'), 'RunTab'),
});

const settingsFrameRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: 'settings',
  component: lazyRouteComponent(() => import('./settings/SettingsTab'), 'SettingsTab'),
});

const generalRoute = createRoute({
  getParentRoute: () => settingsFrameRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./settings/GeneralSettings'), 'GeneralSettings'),
});

const cloudHooksRoute = createRoute({
  getParentRoute: () => settingsFrameRoute,
  path: 'cloud-hooks',
  component: lazyRouteComponent(() => import('./settings/CloudHooksSettings'), 'CloudHooksSettings'),
});

/** A flow's page: the frame with its name, and a child for each tab. */
export const flowRoute = frameRoute.addChildren([
  overviewRoute,
  tasksRoute,
  flowRunsRoute,
  schematicRoute,
  versionsRoute,
  startRoute,
  settingsFrameRoute.addChildren([generalRoute, cloudHooksRoute]),
]);
