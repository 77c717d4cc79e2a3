import { ActionIcon, Indicator } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { UnreadCountDocument } from '~/api/generated/graphql';
import { useLiveQuery } from '~/api/useLiveQuery';

const MOST = 99;

/** How many messages of the inbox nobody has read yet. */
export function InboxLink() {
  const { data } = useLiveQuery(UnreadCountDocument, {}, { pollMs: 15_000 });
  const unread = data?.message_aggregate.aggregate.count ?? 0;
  return (
    <Indicator
      label={unread > MOST ? `${MOST}+` : unread}
      disabled={unread === 0}
      size={16}
      offset={6}
      color="red"
    >
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={`Inbox: ${unread} unread`}
        renderRoot={(props) => <Link to="/inbox" {...props} />}
      >
        <IconInbox size={18} aria-hidden />
      </ActionIcon>
    </Indicator>
  );
}
