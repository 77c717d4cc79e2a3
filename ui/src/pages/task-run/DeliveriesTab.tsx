import { DeliveryList } from '~/pages/deliveries/DeliveryList';
import { taskRunRoute } from './route';

/** Whom the task run was told to, and how that went. */
export function DeliveriesTab() {
  const { taskRunId } = taskRunRoute.useParams();
  return <DeliveryList taskRunId={taskRunId} />;
}
