import { Group, Text } from '@mantine/core';
import { IconWebhook } from '@tabler/icons-react';
import { CloudHooksDocument, HookScopesDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';
import { DataTable } from '~/components/DataTable';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { CreateHookLink } from './CreateHookLink';
import { hookColumns } from './columns';

export interface HookListProps {
  /** The flow, in all its versions, whose hooks are shown; unless given, those of all. */
  readonly versionGroupId?: string;
}

/** Hooks with how their last delivery went: all there are, or those that hear of one flow, its own first. */
export function HookList({ versionGroupId }: HookListProps) {
  const scopes = useLiveQuery(HookScopesDocument, {});
  const flow = scopes.data?.flow.find((one) => one.version_group_id === versionGroupId);
  const { data, error, refetch } = useLiveQuery(
    CloudHooksDocument,
    { where: heardOf(versionGroupId, flow?.project.id) },
    { enabled: versionGroupId === undefined || scopes.data !== undefined },
  );
  const hooks = data?.cloud_hook.toSorted(
    (a, b) => Number(b.version_group_id !== null) - Number(a.version_group_id !== null),
  );
  const failure = error ?? scopes.error;
  const isOfFlow = versionGroupId !== undefined;
  return (
    <>
      {isOfFlow && hooks !== undefined && hooks.length > 0 ? (
        <Group justify="space-between" mb="sm">
          <Text c="dimmed">The hooks that hear of this flow, its own first.</Text>
          <CreateHookLink versionGroupId={versionGroupId} />
        </Group>
      ) : null}
      {failure === null ? null : (
        <ErrorNote what="The hooks could not be loaded" error={failure} onRetry={() => void refetch()} />
      )}
      {hooks?.length === 0 ? (
        <NoHooks versionGroupId={versionGroupId} flowName={flow?.name} />
      ) : failure !== null && hooks === undefined ? null : (
        <DataTable
          label="Cloud Hooks"
          columns={hookColumns(scopes.data?.flow ?? [])}
          rows={isOfFlow ? hooks : data?.cloud_hook}
          rowKey={(hook) => hook.id}
        />
      )}
    </>
  );
}

/** Hooks of the flow itself, of its project, and of everything. */
function heardOf(versionGroupId: string | undefined, projectId: string | undefined) {
  if (versionGroupId === undefined) {
    return {};
  }
  const ofProject = projectId === undefined ? [] : [{ project_id: { _eq: projectId } }];
  return {
    _and: [
      { _or: [{ version_group_id: { _eq: versionGroupId } }, { version_group_id: { _is_null: true } }] },
      { _or: [{ project_id: { _is_null: true } }, ...ofProject] },
    ],
  };
}

interface NoHooksProps {
  readonly versionGroupId: string | undefined;
  readonly flowName: string | undefined;
}

function NoHooks({ versionGroupId, flowName }: NoHooksProps) {
  const scope = flowName === undefined ? '' : ` --flow '${flowName.replaceAll("'", "'\\''")}'`;
  return (
    <EmptyState
      icon={IconWebhook}
      title={versionGroupId === undefined ? 'No hooks yet' : 'No hook hears of this flow yet'}
      command={`campana hook create --type SLACK_WEBHOOK --name on-call --states FAILED${scope}`}
      action={<CreateHookLink versionGroupId={versionGroupId} />}
    >
      A hook is a standing order to the server: whenever a run takes one of these states, send a message
      there. Create one here, or in a terminal, which asks for the URL.
    </EmptyState>
  );
}
