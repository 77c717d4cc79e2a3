import { Button, Group, Stack, Text } from '@mantine/core';
import { IconArchive, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { ArchiveFlowDocument, DeleteFlowDocument } from '~/api/generated/graphql';
import { useChange } from '~/api/useChange';
import { confirm } from '~/components/confirm';
import { ErrorNote } from '~/components/ErrorNote';
import { Panel } from '~/components/Panel';
import type { FlowSettingsProps } from './Switches';

/** Putting the newest version aside, and deleting it. */
export function DangerZone({ flow, mayChange }: FlowSettingsProps) {
  const archive = useChange(ArchiveFlowDocument);
  const remove = useChange(DeleteFlowDocument);
  const navigate = useNavigate();
  const name = `version ${flow.version} of ${flow.name}`;

  const askArchive = () =>
    confirm({
      title: `Archive ${name}?`,
      text: 'It makes no new runs, and its schedule ends. What it ran stays. A new version may be registered at any time.',
      action: 'Archive flow',
      onConfirm: () => archive.mutate({ flowId: flow.id }),
    });
  const askDelete = () =>
    confirm({
      title: `Delete ${name}?`,
      text: 'Its runs, their logs and their states are deleted with it. This cannot be undone.',
      action: 'Delete flow',
      isDangerous: true,
      onConfirm: () =>
        remove.mutate({ flowId: flow.id }, { onSuccess: () => void navigate({ to: '/flows' }) }),
    });

  const error = archive.error ?? remove.error;
  return (
    <Panel title="Archive or delete">
      <Stack gap="sm">
        <Text c="dimmed" size="sm">
          This is about version {flow.version} alone; earlier ones are archived already.
        </Text>
        {error === null ? null : <ErrorNote what="The flow stays as it is" error={error} />}
        <Group>
          <Button
            variant="default"
            leftSection={<IconArchive size={16} aria-hidden />}
            disabled={!mayChange || flow.archived}
            loading={archive.isPending}
            onClick={askArchive}
          >
            {flow.archived ? 'Archived' : 'Archive'}
          </Button>
          <Button
            variant="outline"
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            disabled={!mayChange}
            loading={remove.isPending}
            onClick={askDelete}
          >
            Delete
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}
