import { Alert, Stack } from '@mantine/core';
import { useMay } from '~/api/session';
import { useLoadedFlow } from '../useFlow';
import { DangerZone } from './DangerZone';
import { Defaults } from './Defaults';
import { Switches } from './Switches';

/** What holds for all versions of the flow, and what can be done to it as a whole. */
export function GeneralSettings() {
  const flow = useLoadedFlow();
  const mayChange = useMay('member');
  return flow === undefined ? null : (
    <Stack maw={760}>
      {mayChange ? null : <Alert color="gray">Your key may look, but not change anything.</Alert>}
      <Switches flow={flow} mayChange={mayChange} />
      <Defaults key={flow.flow_group_id} flow={flow} mayChange={mayChange} />
      <DangerZone flow={flow} mayChange={mayChange} />
    </Stack>
  );
}
