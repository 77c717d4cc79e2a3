import { Alert, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { type Test_Cloud_Hook_Input, TestHookDocument, type TestHookMutation } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useChange } from '~/api/useChange';
import classes from './hook-form.module.css';
import { Section } from './Section';
import type { PreviewOf } from './usePreview';

export interface SendTestProps {
  readonly input: () => Test_Cloud_Hook_Input;
  /** What the test tells of: the same as the preview. */
  readonly of: PreviewOf;
  /** Called before; with false nothing is sent. */
  readonly prepare: () => boolean | Promise<boolean>;
  readonly label: string;
  readonly onError: (error: unknown) => void;
}

type Outcome = TestHookMutation['test_cloud_hook'];

/** Sends one message by the real path, and says what the provider answered, as it is. */
export function SendTest({ input, of, prepare, label, onError }: SendTestProps) {
  const test = useChange(TestHookDocument);
  const mayTest = useMay('admin');
  const [outcome, setOutcome] = useState<Outcome>();
  const send = async () => {
    setOutcome(undefined);
    if (!(await prepare())) {
      return;
    }
    try {
      const told = { flow_run_id: of.flowRunId, state_type: of.state };
      const answer = await test.mutateAsync({ input: { ...input(), ...told } });
      setOutcome(answer.test_cloud_hook);
    } catch (error) {
      onError(error);
    }
  };
  return mayTest ? (
    <Section
      title="Test"
      description="Sends the message above for real, marked as a test. It leaves no delivery."
    >
      <Button
        variant="default"
        className={classes['start'] ?? ''}
        leftSection={<IconSend size={16} aria-hidden />}
        loading={test.isPending}
        onClick={() => void send()}
      >
        {label}
      </Button>
      <div aria-live="polite">{outcome === undefined ? null : <TestOutcome outcome={outcome} />}</div>
    </Section>
  ) : null;
}

/** What each outcome means for whoever waits for messages. */
const MEANINGS: Readonly<Record<string, string>> = {
  accepted: 'The provider accepted it. Look whether it has arrived where you want it.',
  retry: 'Another attempt may help: a delivery would be tried again.',
  rejected: 'Refused for good: a delivery would be dead.',
  ambiguous: 'Sent, but not answered: it may have arrived. A delivery would be tried again.',
};

function TestOutcome({
  outcome: { success, outcome, status, answer, error },
}: {
  readonly outcome: Outcome;
}) {
  const Icon = success ? IconCircleCheck : IconAlertTriangle;
  return (
    <Alert
      color={success ? 'green' : 'red'}
      variant="light"
      icon={<Icon aria-hidden />}
      title={success ? 'Accepted' : outcome === null ? 'Nothing was sent' : `Not accepted: ${outcome}`}
    >
      <Stack gap={6}>
        {status === null ? null : (
          <Group gap="xs">
            <Badge variant="outline" color={success ? 'green' : 'red'}>
              {status}
            </Badge>
            <Text size="sm" c="dimmed" span>
              status
            </Text>
          </Group>
        )}
        {error === null ? null : <pre className={classes['answer']}>{error}</pre>}
        {answer === null || answer === '' ? null : <pre className={classes['answer']}>{answer}</pre>}
        {outcome === null ? null : <Text size="sm">{MEANINGS[outcome]}</Text>}
      </Stack>
    </Alert>
  );
}
