import { ActionIcon, Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconFlag, IconPlayerStop, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { execute } from '~/api/execute';
import {
  CancelFlowRunDocument,
  DeleteFlowRunDocument,
  SetFlowRunStateDocument,
} from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useChange } from '~/api/useChange';
import { confirm } from '~/components/confirm';
import { MarkAs } from '~/components/run/MarkAs';
import { tellDone, tellRefused } from '~/components/run/notify';
import { isFinished } from '~/components/states';
import { canRestart } from './restart';
import { flowRunRoute } from './route';
import type { FlowRun } from './useFlowRun';
import { useRestart } from './useRestart';

/** What people mark runs as that nobody reports about any more. */
const MARKS = ['Success', 'Failed', 'Cancelled', 'Skipped', 'TimedOut', 'Scheduled'] as const;

/** What can be done with the run by whoever is signed in. */
export function RunActions({ run }: { readonly run: FlowRun }) {
  const mayChange = useMay('member');
  return mayChange ? <Actions run={run} /> : null;
}

function Actions({ run }: { readonly run: FlowRun }) {
  const [isMarking, { open, close }] = useDisclosure(false);
  const mark = useChange(SetFlowRunStateDocument);
  const cancel = useCancel(run);
  const restart = useRestartAction(run);
  const remove = useDelete(run);
  return (
    <>
      {canRestart(run.state) ? (
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={restart.ask}
          loading={restart.isGoing}
        >
          Restart from failed
        </Button>
      ) : null}
      {isFinished(run.state) || run.state === 'Cancelling' ? null : (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          onClick={cancel.ask}
          loading={cancel.isGoing}
        >
          Cancel
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconFlag size={16} aria-hidden />} onClick={open}>
            Mark as …
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <MarkAs
        what={run.name}
        states={MARKS}
        isOpen={isMarking}
        isSaving={mark.isPending}
        error={mark.error}
        onClose={close}
        onMark={(state) =>
          mark.mutate({ input: { states: [{ flow_run_id: run.id, state }] } }, { onSuccess: close })
        }
      />
    </>
  );
}

interface Action {
  readonly ask: () => void;
  readonly isGoing: boolean;
}

function useCancel(run: FlowRun): Action {
  const { mutate, isPending } = useChange(CancelFlowRunDocument);
  const cancel = () =>
    mutate({ id: run.id }, { onError: (error) => tellRefused('The run could not be cancelled', error) });
  const ask = () =>
    confirm({
      title: `Cancel ${run.name}?`,
      text: 'A run that waits ends at once; one that runs is asked to stop, which takes up to half a minute.',
      action: 'Cancel the run',
      isDangerous: true,
      onConfirm: cancel,
    });
  return { ask, isGoing: isPending };
}

function useRestartAction(run: FlowRun): Action {
  const { mutate, isPending } = useRestart(run.id, run.flow.id);
  const restart = () =>
    mutate(undefined, {
      onSuccess: (count) =>
        tellDone('Restarted', `${count} task runs will run again; an agent takes the run.`),
      onError: (error) => tellRefused('The run could not be restarted', error),
    });
  const ask = () =>
    confirm({
      title: `Restart ${run.name}?`,
      text: 'Task runs that failed, and all below them, become Pending, and the run is scheduled for now. What has succeeded does not run again.',
      action: 'Restart the run',
      onConfirm: restart,
    });
  return { ask, isGoing: isPending };
}

function useDelete(run: FlowRun): () => void {
  const navigate = flowRunRoute.useNavigate();
  const queries = useQueryClient();
  // What follows is said here and not at the call: by then the page may know that its run is gone, and be another.
  const { mutate: remove } = useMutation({
    mutationFn: () => execute(DeleteFlowRunDocument, { id: run.id }),
    onSuccess: async () => {
      await navigate({ to: '/flow/$flowGroupId', params: { flowGroupId: run.flow.flow_group_id } });
      await queries.invalidateQueries();
    },
    onError: (error) => tellRefused('The run could not be deleted', error),
  });
  return () =>
    confirm({
      title: `Delete ${run.name}?`,
      text: 'Its task runs and its log go with it, and cannot be brought back. What hooks owe because of it is still delivered.',
      action: 'Delete the run',
      isDangerous: true,
      onConfirm: () => remove(),
    });
}
