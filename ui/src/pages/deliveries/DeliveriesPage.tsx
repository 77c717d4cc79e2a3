import { PageHeader } from '~/components/PageHeader';
import { DeliveryFilters } from './DeliveryFilters';
import { DeliveryTable } from './DeliveryTable';
import { deliveriesRoute } from './route';
import type { DeliverySearch } from './search';

/** Every message that was owed, with what became of it. What is filtered by is in the address. */
export function DeliveriesPage() {
  const search = deliveriesRoute.useSearch();
  const navigate = deliveriesRoute.useNavigate();
  const change = (next: DeliverySearch) => void navigate({ search: next, replace: true });
  return (
    <>
      <PageHeader title="Deliveries" description="Every message that hooks owed, and what became of it." />
      <DeliveryFilters search={search} onChange={change} />
      <DeliveryTable scope={{}} search={search} onSearch={change} />
    </>
  );
}
