import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '~/app/root';

export const deliveryRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: 'delivery/$deliveryId',
  component: lazyRouteComponent(() => import('./DeliveryPage'), 'DeliveryPage'),
});
