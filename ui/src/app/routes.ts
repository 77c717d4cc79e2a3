import { dashboardRoute } from '~/pages/dashboard/route';
import { flowRoute } from '~/pages/flow/route';
import { flowRunRoute } from '~/pages/flow-run/route';
import { flowsRoute } from '~/pages/flows/route';
import { signInRoute } from '~/pages/sign-in/route';
import { rootRoute, shellRoute } from './root';

/** Every page has a line here; what it is made of is loaded when it is opened. */
export const routeTree = rootRoute.addChildren([
  signInRoute,
  shellRoute.addChildren([dashboardRoute, flowRoute, flowRunRoute, flowsRoute]),
]);
