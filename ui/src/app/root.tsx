import { createRootRoute, createRoute, Outlet } from '@tanstack/react-router';
import { NotFound } from './NotFound';
import { RouteError } from './RouteError';
import { Shell } from './shell/Shell';

export const rootRoute = createRootRoute({
  component: Outlet,
  errorComponent: RouteError,
  notFoundComponent: () => (
    <Shell>
      <NotFound />
    </Shell>
  ),
});

/** Every page but the sign-in is inside the shell. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
});
