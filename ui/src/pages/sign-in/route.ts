import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '~/app/root';

export interface SignInSearch {
  /** Where to go afterwards: a path of this server. */
  readonly next?: string;
}

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: 'sign-in',
  validateSearch: ({ next }: Record<string, unknown>): SignInSearch =>
    typeof next === 'string' && isOwnPath(next) ? { next } : {},
  component: lazyRouteComponent(() => import('./SignInPage'), 'SignInPage'),
});

/** A link to the sign-in page must not lead anywhere else afterwards: `//evil.example` is a host. */
export function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])/.test(path);
}
