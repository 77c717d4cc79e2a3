import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMay } from '~/api/session';

export interface CreateHookLinkProps {
  /** The flow that the hook is to watch, in all its versions; unless given, every flow. */
  readonly versionGroupId?: string | undefined;
}

/** To the form of a new hook, for those who may make one. */
export function CreateHookLink({ versionGroupId }: CreateHookLinkProps) {
  const mayCreate = useMay('admin');
  return mayCreate ? (
    <Button
      renderRoot={(props) => (
        <Link
          to="/team/cloud-hooks/new"
          search={versionGroupId === undefined ? {} : { flow: versionGroupId }}
          {...props}
        />
      )}
      leftSection={<IconPlus size={16} aria-hidden />}
    >
      Create hook
    </Button>
  ) : null;
}
