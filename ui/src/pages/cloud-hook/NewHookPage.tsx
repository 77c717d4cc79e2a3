import { notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import { CreateHookDocument } from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import { PageHeader } from '~/components/PageHeader';
import { createInput, newValues } from './form';
import { HookForm } from './HookForm';
import { newHookRoute } from './route';
import { useHookParents } from './useHookParents';

export function NewHookPage() {
  const { flow } = newHookRoute.useSearch();
  const navigate = newHookRoute.useNavigate();
  const initial = useMemo(() => newValues(flow), [flow]);
  const parents = useHookParents(flow ?? null);
  const create = useChange(CreateHookDocument);
  return (
    <>
      <PageHeader title="New hook" parents={parents} />
      <HookForm
        initial={initial}
        testInput={(values) => ({ input: createInput(values) })}
        onSave={async (values) => {
          const { create_cloud_hook: made } = await create.mutateAsync({ input: createInput(values) });
          notifications.show({
            color: 'green',
            message: 'The hook is made: it hears of every change from now on.',
          });
          await navigate({ to: '/team/cloud-hooks/$hookId', params: { hookId: made.id } });
        }}
      />
    </>
  );
}
