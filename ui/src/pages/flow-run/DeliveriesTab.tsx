import { DeliveryList } from '~/pages/deliveries/DeliveryList';
import { flowRunRoute } from './route';

/** Whom the run was told to, and how that went. */
export function DeliveriesTab() {
  const { flowRunId } = flowRunRoute.useParams();
  return <DeliveryList flowRunId={flowRunId} />;
}
