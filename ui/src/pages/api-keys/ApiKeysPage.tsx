import '@mantine/dates/styles.layer.css';
import { Badge, Button, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { ApiKeysDocument, type ApiKeysQuery, DeleteApiKeyDocument } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useChange } from '~/api/useChange';
import { useLiveQuery } from '~/api/useLiveQuery';
import { confirm } from '~/components/confirm';
import { type Column, DataTable } from '~/components/DataTable';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { Id } from '~/components/Id';
import { PageHeader } from '~/components/PageHeader';
import { Time } from '~/components/Time';
import { useNow } from '~/components/useNow';
import { NewKey } from './NewKey';

type Key = ApiKeysQuery['auth_api_key'][number];

const askNew = (isFirst: boolean) => {
  const id = modals.open({
    title: 'New API key',
    // What is shown in it is shown once: a slip beside it must not lose it.
    closeOnClickOutside: false,
    children: <NewKey isFirst={isFirst} onClose={() => modals.close(id)} />,
  });
};

/** Who may reach the server: programs by a key in their configuration, people by signing in with one. */
export function ApiKeysPage() {
  const mayChange = useMay('admin');
  const { data, error, refetch } = useLiveQuery(ApiKeysDocument, {});
  const removal = useChange(DeleteApiKeyDocument);
  const askDelete = (key: Key) =>
    confirm({
      title: `Delete the key ${key.name}?`,
      text: 'Programs that use it are refused from now on, and whoever is signed in with it is signed out.',
      action: 'Delete key',
      isDangerous: true,
      onConfirm: () => removal.mutate({ keyId: key.id }),
    });
  const create = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => askNew(data?.auth_api_key.length === 0)}
      disabled={!mayChange}
    >
      New key
    </Button>
  );
  return (
    <>
      <PageHeader
        title="API keys"
        description="Programs send one with each request; people sign in with one."
        actions={create}
      />
      {removal.error === null ? null : <ErrorNote what="The key was not deleted" error={removal.error} />}
      {error === null ? null : (
        <ErrorNote what="The keys could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
      {data?.auth_api_key.length === 0 ? (
        <EmptyState icon={IconKey} title="No keys yet" action={create}>
          Without keys only this machine reaches the server, and whoever does may do everything. A server that
          listens to others needs them.
        </EmptyState>
      ) : error !== null && data === undefined ? null : (
        <DataTable
          label="API keys"
          columns={mayChange ? [...COLUMNS, deletion(askDelete)] : COLUMNS}
          rows={data?.auth_api_key}
          rowKey={({ id }) => id}
        />
      )}
    </>
  );
}

const COLUMNS: readonly Column<Key>[] = [
  { key: 'name', title: 'Name', isName: true, cell: ({ name }) => name },
  {
    key: 'role',
    title: 'Role',
    cell: ({ role }) => (
      <Badge variant="default" size="md">
        {role}
      </Badge>
    ),
  },
  { key: 'created', title: 'Made', cell: ({ created }) => <Time at={created} /> },
  { key: 'expires', title: 'Expires', cell: ({ expires_at }) => <Expiry at={expires_at} /> },
  { key: 'id', title: 'Id', cell: ({ id }) => <Id id={id} short /> },
];

function Expiry({ at }: { readonly at: string | null }) {
  const now = useNow();
  return at !== null && Date.parse(at) <= now.getTime() ? (
    <Text component="span" c="red" fw={500}>
      expired <Time at={at} />
    </Text>
  ) : (
    <Time at={at} none="never" />
  );
}

const deletion = (askDelete: (key: Key) => void): Column<Key> => ({
  key: 'delete',
  title: '',
  align: 'end',
  cell: (key) => (
    <Button
      size="compact-sm"
      variant="subtle"
      color="red"
      leftSection={<IconTrash size={14} aria-hidden />}
      onClick={() => askDelete(key)}
      aria-label={`Delete ${key.name}`}
    >
      Delete
    </Button>
  ),
});
