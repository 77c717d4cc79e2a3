import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';
import { isPeriod, type Period } from './periods';

export interface DashboardSearch {
  /** How far back to look; a day unless said. */
  readonly period?: Period;
  /** The id of a project. */
  readonly project?: string;
}

export const dashboardRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  validateSearch: ({ period, project }: Record<string, unknown>): DashboardSearch => ({
    ...(isPeriod(period) ? { period } : {}),
    ...(typeof project === 'string' && project !== '' ? { project } : {}),
  }),
  component: lazyRouteComponent(() => import('./DashboardPage'), 'DashboardPage'),
});
