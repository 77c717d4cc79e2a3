import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export interface ProjectsSearch {
  /** Part of a project's name. */
  readonly name?: string;
}

export const projectsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'projects',
  validateSearch: ({ name }: Record<string, unknown>): ProjectsSearch =>
    typeof name === 'string' && name !== '' ? { name } : {},
  component: lazyRouteComponent(() => import('./ProjectsPage'), 'ProjectsPage'),
});
