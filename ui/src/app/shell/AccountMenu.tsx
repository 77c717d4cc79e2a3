import { ActionIcon, Menu, Text } from '@mantine/core';
import { IconLogout, IconUser } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { signOut, useSession } from '~/api/session';

/** Who one is to the server, and the way out. */
export function AccountMenu() {
  const { data: session } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();

  const leave = async () => {
    await signOut();
    queries.clear();
    await navigate({ to: '/sign-in' });
  };

  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={36} aria-label="Account">
          <IconUser size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {session === undefined ? null : (
          <>
            <Menu.Label>{session.tenant.name}</Menu.Label>
            <Text size="sm" px="sm" pb="xs">
              {session.hasKey
                ? `Signed in with the key ${session.name}, of the role ${session.role}.`
                : 'This server needs no keys: whoever reaches it may do everything.'}
            </Text>
          </>
        )}
        {session?.hasKey === true ? (
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void leave()}>
            Sign out
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
