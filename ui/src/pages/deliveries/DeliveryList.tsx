import { useState } from 'react';
import { DeliveryTable } from './DeliveryTable';
import type { DeliveryScope, DeliverySearch } from './search';

/** The deliveries of a hook, of a flow run with its task runs, or of a task run, inside of its page. */
export function DeliveryList(scope: DeliveryScope) {
  const [search, setSearch] = useState<DeliverySearch>({});
  return <DeliveryTable scope={scope} search={search} onSearch={setSearch} />;
}
