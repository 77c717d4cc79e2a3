import { apiKeysRoute } from '~/pages/api-keys/route';
import { auditRoute } from '~/pages/audit/route';
import { hookRoute, newHookRoute } from '~/pages/cloud-hook/route';
import { cloudHooksRoute } from '~/pages/cloud-hooks/route';
import { dashboardRoute } from '~/pages/dashboard/route';
import { deliveriesRoute } from '~/pages/deliveries/route';
import { deliveryRoute } from '~/pages/delivery/route';
import { flowRoute } from '~/pages/flow/route';
import { flowRunRoute } from '~/pages/flow-run/route';
import { flowsRoute } from '~/pages/flows/route';
import { inboxRoute } from '~/pages/inbox/route';
import { interactiveApiRoute } from '~/pages/interactive-api/route';
import { projectRoute } from '~/pages/project/route';
import { projectsRoute } from '~/pages/projects/route';
import { signInRoute } from '~/pages/sign-in/route';
import { taskRunRoute } from '~/pages/task-run/route';
import { rootRoute, shellRoute } from './root';

/** Every page has a line here; what it is made of is loaded when it is opened. */
export const routeTree = rootRoute.addChildren([
  signInRoute,
  shellRoute.addChildren([
    apiKeysRoute,
    auditRoute,
    cloudHooksRoute, //
    dashboardRoute,
    deliveriesRoute,
    deliveryRoute,
    flowRoute,
    flowRunRoute,
    flowsRoute,
    inboxRoute,
    interactiveApiRoute,
    projectRoute,
    projectsRoute,
    taskRunRoute,
    hookRoute,
    newHookRoute,
  ]),
]);
