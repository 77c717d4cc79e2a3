import { Skeleton, Stack, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import { CloudHookDocument, type CloudHookQuery, UpdateHookDocument } from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import { useLiveQuery } from '~/api/useLiveQuery';
import { NotFound } from '~/app/NotFound';
import { ErrorNote } from '~/components/ErrorNote';
import { PageHeader } from '~/components/PageHeader';
import { HookSwitch } from '~/pages/cloud-hooks/HookSwitch';
import { DeliveryList } from '~/pages/deliveries/DeliveryList';
import { channelOf } from './channels';
import { DeleteHookButton } from './DeleteHookButton';
import { updateInput, valuesOf } from './form';
import { HookForm } from './HookForm';
import { hookRoute } from './route';
import { useHookParents } from './useHookParents';

export function HookPage() {
  const { hookId } = hookRoute.useParams();
  const { data, error, refetch } = useLiveQuery(CloudHookDocument, { id: hookId });
  if (data === undefined) {
    return error === null ? (
      <Stack aria-busy aria-label="Loading the hook">
        <Skeleton height={56} width="50%" />
        <Skeleton height={480} />
      </Stack>
    ) : (
      <ErrorNote what="The hook could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  return data.cloud_hook_by_pk === null ? (
    <NotFound what="hook" />
  ) : (
    <Hook key={hookId} hook={data.cloud_hook_by_pk} />
  );
}

type SavedHook = NonNullable<CloudHookQuery['cloud_hook_by_pk']>;

function Hook({ hook }: { readonly hook: SavedHook }) {
  const parents = useHookParents(hook.version_group_id);
  const update = useChange(UpdateHookDocument);
  const initial = useMemo(() => valuesOf(hook), [hook]);
  return (
    <>
      <PageHeader
        title={hook.name}
        parents={parents}
        description={`${channelOf(hook.type).label} hook`}
        actions={
          <>
            <HookSwitch hook={hook} label={hook.active ? 'On' : 'Off'} />
            <DeleteHookButton hook={hook} />
          </>
        }
      />
      <HookForm
        isSaved
        initial={initial}
        testInput={() => ({ cloud_hook_id: hook.id })}
        onSave={async (values) => {
          await update.mutateAsync({ input: updateInput(hook.id, values) });
          notifications.show({ color: 'green', message: 'The hook is saved.' });
        }}
      />
      <Title order={2} mt="xl" mb="sm">
        Deliveries
      </Title>
      <DeliveryList hookId={hook.id} />
    </>
  );
}
