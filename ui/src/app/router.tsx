import { createRouter } from '@tanstack/react-router';
import { routeTree } from './routes';
import { firstWords, tenantPrefix } from './tenant';

/** The router for the page that is being opened, with the tenant's slug before every path if that one has it. */
export function createAppRouter(pathname: string) {
  const options = { routeTree, defaultPreload: 'intent', scrollRestoration: true } as const;
  const router = createRouter(options);
  const basepath = tenantPrefix(pathname, firstWords(Object.keys(router.routesByPath)));
  if (basepath !== '') {
    router.update({ ...router.options, basepath });
  }
  return router;
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}
