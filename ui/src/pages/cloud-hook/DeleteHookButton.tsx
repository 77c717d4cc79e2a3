import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '~/api/errors';
import { execute } from '~/api/execute';
import { DeleteHookDocument } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { confirm } from '~/components/confirm';
import { hookRoute } from './route';

export interface DeleteHookButtonProps {
  readonly hook: { readonly id: string; readonly name: string };
}

export function DeleteHookButton({ hook: { id, name } }: DeleteHookButtonProps) {
  const mayDelete = useMay('admin');
  const navigate = hookRoute.useNavigate();
  const queries = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const act = async () => {
    setIsBusy(true);
    try {
      await execute(DeleteHookDocument, { id });
      // First away from here, so that nobody reads that there is no such hook.
      await navigate({ to: '/team/cloud-hooks' });
      await queries.invalidateQueries();
    } catch (error) {
      setIsBusy(false);
      notifications.show({ color: 'red', title: `${name} could not be deleted`, message: messageOf(error) });
    }
  };
  return mayDelete ? (
    <Button
      variant="default"
      leftSection={<IconTrash size={16} aria-hidden />}
      loading={isBusy}
      onClick={() =>
        confirm({
          title: `Delete ${name}?`,
          text: 'What it has not delivered is cancelled. This cannot be undone; to pause it, switch it off.',
          action: 'Delete hook',
          isDangerous: true,
          onConfirm: () => void act(),
        })
      }
    >
      Delete
    </Button>
  ) : null;
}
