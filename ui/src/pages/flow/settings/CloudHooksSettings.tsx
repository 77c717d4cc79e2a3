import { HookList } from '~/pages/cloud-hooks/HookList';
import { useLoadedFlow } from '../useFlow';

/** The hooks that watch this flow. */
export function CloudHooksSettings() {
  const flow = useLoadedFlow();
  return flow === undefined ? null : <HookList versionGroupId={flow.version_group_id} />;
}
