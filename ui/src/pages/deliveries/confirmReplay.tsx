import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState } from 'react';

/** Asks which message is to be sent again: the stored one, or one made by the hook's template of now. */
export function confirmReplay(count: number, onConfirm: (rerender: boolean) => void): void {
  const id = modals.open({
    title: count === 1 ? 'Replay the delivery?' : `Replay ${count} deliveries?`,
    children: (
      <ReplayForm
        count={count}
        onCancel={() => modals.close(id)}
        onConfirm={(rerender) => {
          modals.close(id);
          onConfirm(rerender);
        }}
      />
    ),
  });
}

interface ReplayFormProps {
  readonly count: number;
  readonly onCancel: () => void;
  readonly onConfirm: (rerender: boolean) => void;
}

function ReplayForm({ count, onCancel, onConfirm }: ReplayFormProps) {
  const [rerender, setRerender] = useState('no');
  return (
    <Stack>
      <Text size="sm">
        {count === 1 ? 'It is' : 'They are'} sent again under the same idempotency key, so that a receiver who
        has the message already can tell.
      </Text>
      <Radio.Group label="Which message" value={rerender} onChange={setRerender}>
        <Stack gap="xs" mt="xs">
          <Radio value="no" label="As it was sent before" />
          <Radio value="yes" label="Made anew, by the hook's template of now" />
        </Stack>
      </Radio.Group>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          Keep as it is
        </Button>
        <Button onClick={() => onConfirm(rerender === 'yes')}>Replay</Button>
      </Group>
    </Stack>
  );
}
