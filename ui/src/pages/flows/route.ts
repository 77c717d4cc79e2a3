import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export interface FlowsSearch {
  /** Part of a flow's name. */
  readonly name?: string;
  /** The id of a project. */
  readonly project?: string;
}

export const flowsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'flows',
  validateSearch: ({ name, project }: Record<string, unknown>): FlowsSearch => ({
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    ...(typeof project === 'string' ? { project } : {}),
  }),
  component: lazyRouteComponent(() => import('./FlowsPage'), 'FlowsPage'),
});
