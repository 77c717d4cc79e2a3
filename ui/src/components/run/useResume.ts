import { SetTaskRunStatesDocument } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useChange } from '~/api/useChange';
import { tellRefused } from './notify';
import { stateJson } from './state-json';

/** Lets a paused task run go on. */
export function useResume(taskRunId: string): {
  readonly mayResume: boolean;
  readonly resume: () => void;
  readonly isGoing: boolean;
} {
  const mayResume = useMay('member');
  const { mutate, isPending } = useChange(SetTaskRunStatesDocument);
  const resume = () => {
    const state = stateJson('Resume', 'Resumed by hand.', { start_time: new Date().toISOString() });
    mutate(
      { input: { states: [{ task_run_id: taskRunId, state }] } },
      { onError: (error) => tellRefused('The task run could not be resumed', error) },
    );
  };
  return { mayResume, resume, isGoing: isPending };
}
