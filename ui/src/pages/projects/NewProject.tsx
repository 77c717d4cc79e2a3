import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { CreateProjectDocument } from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import { ErrorNote } from '~/components/ErrorNote';

/** The form in the dialogue that makes a project. */
export function NewProject({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const creation = useChange(CreateProjectDocument);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    creation.mutate({ name: name.trim(), description: description.trim() || null }, { onSuccess: onClose });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          required
          data-autofocus
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          value={description}
          onChange={({ currentTarget }) => setDescription(currentTarget.value)}
        />
        {creation.error === null ? null : (
          <ErrorNote what="The project was not made" error={creation.error} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={creation.isPending} disabled={name.trim() === ''}>
            Make project
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
