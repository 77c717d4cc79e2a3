import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';
import { validateDeliverySearch } from './search';

export const deliveriesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'deliveries',
  validateSearch: validateDeliverySearch,
  component: lazyRouteComponent(() => import('./DeliveriesPage'), 'DeliveriesPage'),
});
