import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { HookScopesDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';

/** Links to where a hook is listed: with all others, and in the settings of the one flow that it watches. */
export function useHookParents(versionGroupId: string | null): readonly ReactNode[] {
  const { data } = useLiveQuery(HookScopesDocument, {}, { enabled: versionGroupId !== null });
  const flow = data?.flow.find((one) => one.version_group_id === versionGroupId);
  return [
    <Link key="hooks" to="/team/cloud-hooks">
      Cloud Hooks
    </Link>,
    ...(flow === undefined
      ? []
      : [
          <Link
            key="flow"
            to="/flow/$flowGroupId/settings/cloud-hooks"
            params={{ flowGroupId: flow.flow_group_id }}
          >
            {flow.name}
          </Link>,
        ]),
  ];
}
