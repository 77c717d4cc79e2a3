import { Group } from '@mantine/core';
import { ReplayAll } from './ReplayAll';
import { SelectionActions, type SelectionActionsProps } from './SelectionActions';
import { type DeliveryScope, type DeliverySearch, replayableFrom } from './search';

export interface ListActionsProps extends SelectionActionsProps {
  readonly deadCount: number;
  readonly scope: DeliveryScope;
  readonly search: DeliverySearch;
}

/** What can be done about the deliveries that are chosen; while none is, about all dead letters of the list. */
export function ListActions({ deadCount, scope, search, ...selection }: ListActionsProps) {
  const from = replayableFrom(scope, search, new Date());
  const isOffered = from !== undefined && selection.selected.length === 0 && deadCount > 0;
  return (
    <Group gap="xs">
      {isOffered ? <ReplayAll count={deadCount} hookId={scope.hookId ?? search.hook} from={from} /> : null}
      <SelectionActions {...selection} />
    </Group>
  );
}
