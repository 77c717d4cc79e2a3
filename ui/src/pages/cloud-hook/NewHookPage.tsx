import { notifications } from '@mantine/notifications';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { CreateHookDocument } from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import { PageHeader } from '~/components/PageHeader';
import { createInput, newValues } from './form';
import { HookForm } from './HookForm';
import { newHookRoute } from './route';

export function NewHookPage() {
  const { flow } = newHookRoute.useSearch();
  const navigate = newHookRoute.useNavigate();
  const initial = useMemo(() => newValues(flow), [flow]);
  const create = useChange(CreateHookDocument);
  return (
    <>
      <PageHeader
        title="New hook"
        parents={[
          <Link key="hooks" to="/team/cloud-hooks">
            Cloud Hooks
          </Link>,
        ]}
      />
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
