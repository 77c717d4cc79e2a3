import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFlag, IconPlayerPlay } from '@tabler/icons-react';
import { SetTaskRunStatesDocument } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useChange } from '~/api/useChange';
import { MarkAs } from '~/components/run/MarkAs';
import { taskRunName } from '~/components/run/names';
import { useResume } from '~/components/run/useResume';
import type { TaskRun } from './useTaskRun';

const MARKS = ['Success', 'Failed', 'Skipped', 'Cancelled', 'TimedOut', 'Pending'] as const;

/** What can be done with the task run by whoever is signed in. */
export function TaskRunActions({ taskRun }: { readonly taskRun: TaskRun }) {
  const mayChange = useMay('member');
  const [isMarking, { open, close }] = useDisclosure(false);
  const mark = useChange(SetTaskRunStatesDocument);
  const { resume, isGoing } = useResume(taskRun.id);
  if (!mayChange) {
    return null;
  }
  return (
    <>
      {taskRun.state === 'Paused' ? (
        <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={resume} loading={isGoing}>
          Resume
        </Button>
      ) : null}
      <Button variant="default" leftSection={<IconFlag size={16} aria-hidden />} onClick={open}>
        Mark as …
      </Button>
      <MarkAs
        what={taskRunName(taskRun.name, taskRun.task.name, taskRun.map_index)}
        states={MARKS}
        isOpen={isMarking}
        isSaving={mark.isPending}
        error={mark.error}
        onClose={close}
        onMark={(state) =>
          mark.mutate({ input: { states: [{ task_run_id: taskRun.id, state }] } }, { onSuccess: close })
        }
      />
    </>
  );
}
