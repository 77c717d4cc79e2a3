import { Button, Group, Modal, Select, Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ApiError } from '~/api/errors';
import { ErrorNote } from '../ErrorNote';
import { stateLook } from '../states';
import { stateJson } from './state-json';

export interface MarkAsProps {
  /** What is marked: `the flow run busy-bee`. */
  readonly what: string;
  /** The names of the states that it may be marked as. */
  readonly states: readonly string[];
  readonly isOpen: boolean;
  readonly isSaving: boolean;
  readonly error: ApiError | null;
  readonly onMark: (state: Readonly<Record<string, unknown>>) => void;
  readonly onClose: () => void;
}

/** Says by hand what state a run is in: that of a run that nobody reports about any more, say. */
export function MarkAs({ what, states, isOpen, isSaving, error, onMark, onClose }: MarkAsProps) {
  const form = useForm({ mode: 'uncontrolled', initialValues: { state: states[0] ?? '', message: '' } });
  const mark = form.onSubmit(({ state, message }) =>
    onMark(stateJson(state, message.trim() === '' ? `Marked as ${stateLook(state).word} by hand.` : message)),
  );
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Mark ${what}`}>
      <form onSubmit={mark}>
        <Stack>
          <Select
            label="As"
            allowDeselect={false}
            data={states.map((name) => ({ value: name, label: stateLook(name).word }))}
            {...form.getInputProps('state')}
          />
          <Textarea
            label="Message"
            description="Why; it stands in the history, and in the messages that hooks send."
            autosize
            minRows={2}
            {...form.getInputProps('message')}
          />
          {error === null ? null : <ErrorNote what="The state was not taken" error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Keep as it is
            </Button>
            <Button type="submit" loading={isSaving}>
              Mark
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
