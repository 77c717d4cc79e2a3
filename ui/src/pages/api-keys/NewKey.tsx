import { Alert, Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import type { UseMutationResult } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ApiError } from '~/api/errors';
import {
  CreateApiKeyDocument,
  type CreateApiKeyMutation,
  type CreateApiKeyMutationVariables,
} from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import { CopyCommand } from '~/components/CopyCommand';
import { ErrorNote } from '~/components/ErrorNote';

const ROLES = [
  { value: 'viewer', label: 'Viewer', description: 'Reads' },
  {
    value: 'member',
    label: 'Member',
    description: 'Also runs flows and reads secrets: for agents, flows, and whoever is on call',
  },
  {
    value: 'admin',
    label: 'Admin',
    description: 'Also manages hooks, keys and secrets, and reads the audit',
  },
] as const;

export interface NewKeyProps {
  /** Whether there is none yet: from then on the server asks everybody for one. */
  readonly isFirst: boolean;
  readonly onClose: () => void;
}

/** The form in the dialogue that makes a key; once made, the key in its place, this one time. */
export function NewKey({ isFirst, onClose }: NewKeyProps) {
  const creation = useChange(CreateApiKeyDocument);
  return creation.data === undefined ? (
    <Form creation={creation} isFirst={isFirst} onClose={onClose} />
  ) : (
    <Stack>
      <Alert color="yellow" title="Copy the key now">
        It is shown this once: the server keeps only its hash.
      </Alert>
      <CopyCommand command={creation.data.create_api_key.key} />
      <Text size="sm" c="dimmed">
        A program finds it in the variable <code>CAMPANA_API_KEY</code>.
      </Text>
      <Button onClick={onClose}>I have copied it</Button>
    </Stack>
  );
}

interface FormProps extends NewKeyProps {
  readonly creation: UseMutationResult<CreateApiKeyMutation, ApiError, CreateApiKeyMutationVariables>;
}

function Form({ creation, isFirst, onClose }: FormProps) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<string>(isFirst ? 'admin' : 'member');
  const [expiry, setExpiry] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const expires = expiry === null ? {} : { expires_at: new Date(expiry).toISOString() };
    creation.mutate({ input: { name: name.trim(), role, ...expires } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {isFirst ? (
          <Alert color="yellow">
            This is the first key: from now on the server asks everybody for one. Sign in with it.
          </Alert>
        ) : null}
        <TextInput
          label="Name"
          description="By which people know it, also in the audit"
          required
          data-autofocus
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Radio.Group label="Role" value={role} onChange={setRole}>
          <Stack gap="xs" mt={6}>
            {ROLES.map((choice) => (
              <Radio key={choice.value} {...choice} />
            ))}
          </Stack>
        </Radio.Group>
        <DateTimePicker
          label="Expires"
          placeholder="Never"
          clearable
          minDate={new Date()}
          value={expiry}
          onChange={setExpiry}
        />
        {creation.error === null ? null : <ErrorNote what="The key was not made" error={creation.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={creation.isPending} disabled={name.trim() === ''}>
            Make key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
