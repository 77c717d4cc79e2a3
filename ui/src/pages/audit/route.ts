import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export interface AuditSearch {
  /** Part of the name of a key. */
  readonly actor?: string;
  /** Part of an action, or of what it was done to: `delete`, `cloud_hook`. */
  readonly action?: string;
  /** From 1. */
  readonly page?: number;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'team/audit',
  validateSearch: (search: Record<string, unknown>): AuditSearch => {
    const actor = text(search['actor']);
    const action = text(search['action']);
    const page = search['page'];
    return {
      ...(actor !== undefined && { actor }),
      ...(action !== undefined && { action }),
      ...(typeof page === 'number' && Number.isInteger(page) && page > 1 && { page }),
    };
  },
  component: lazyRouteComponent(() => import('./AuditPage'), 'AuditPage'),
});
