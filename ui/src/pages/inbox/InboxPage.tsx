import { Button, Group, Pagination, SegmentedControl, Skeleton, Stack } from '@mantine/core';
import { IconChecks, IconInbox } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { InboxDocument } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useLiveQuery } from '~/api/useLiveQuery';
import { EmptyState } from '~/components/EmptyState';
import { ErrorNote } from '~/components/ErrorNote';
import { PageHeader } from '~/components/PageHeader';
import classes from './InboxPage.module.css';
import { Message } from './Message';
import { inboxRoute } from './route';
import { useReadAll } from './useReadAll';

const PAGE = 30;

/** What hooks of the type In-app have put here, what nobody has read first. */
export function InboxPage() {
  const { show, page = 1 } = inboxRoute.useSearch();
  const { data, error, refetch } = useLiveQuery(InboxDocument, {
    read: show === 'all' ? null : false,
    limit: PAGE,
    offset: (page - 1) * PAGE,
  });
  const count = data?.message_aggregate.aggregate.count ?? 0;
  const hasUnread = data?.message.some(({ read }) => !read) === true;
  return (
    <>
      <PageHeader
        title="Inbox"
        description="What hooks of the type In-app tell you here."
        actions={<Actions hasUnread={hasUnread} />}
      />
      {error === null ? null : (
        <ErrorNote what="The inbox could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : null
      ) : data.message.length === 0 ? (
        <NoMessages isAll={show === 'all'} />
      ) : (
        <ul className={classes['list']}>
          {data.message.map((message) => (
            <Message key={message.id} message={message} />
          ))}
        </ul>
      )}
      <Pages total={Math.ceil(count / PAGE)} />
    </>
  );
}

function Actions({ hasUnread }: { readonly hasUnread: boolean }) {
  const { show } = inboxRoute.useSearch();
  const navigate = inboxRoute.useNavigate();
  const readAll = useReadAll();
  const mayRead = useMay('member');
  return (
    <Group gap="xs">
      <SegmentedControl
        aria-label="Which messages"
        data={[
          { value: 'unread', label: 'Unread' },
          { value: 'all', label: 'All' },
        ]}
        value={show ?? 'unread'}
        onChange={(chosen) => void navigate({ search: chosen === 'all' ? { show: 'all' } : {} })}
      />
      <Button
        variant="default"
        leftSection={<IconChecks size={16} aria-hidden />}
        disabled={!hasUnread || !mayRead}
        loading={readAll.isPending}
        onClick={() => readAll.mutate()}
      >
        Mark all read
      </Button>
    </Group>
  );
}

function Pages({ total }: { readonly total: number }) {
  const { page = 1 } = inboxRoute.useSearch();
  const navigate = inboxRoute.useNavigate();
  return total <= 1 ? null : (
    <Pagination
      mt="md"
      total={total}
      value={page}
      onChange={(chosen) => void navigate({ search: (old) => ({ ...old, page: chosen }) })}
      getControlProps={(control) => ({ 'aria-label': `${control} page` })}
    />
  );
}

function Loading() {
  return (
    <Stack gap="xs" aria-busy aria-label="Loading the inbox">
      <Skeleton height={84} />
      <Skeleton height={84} />
      <Skeleton height={84} />
    </Stack>
  );
}

function NoMessages({ isAll }: { readonly isAll: boolean }) {
  return isAll ? (
    <EmptyState
      icon={IconInbox}
      title="No messages yet"
      action={<Link to="/team/cloud-hooks">Set up a hook</Link>}
    >
      A hook of the type In-app puts a message here for each run that matches.
    </EmptyState>
  ) : (
    <EmptyState
      icon={IconInbox}
      title="Everything is read"
      action={
        <Link to="/inbox" search={{ show: 'all' }}>
          Look at all messages
        </Link>
      }
    >
      New messages appear here by themselves.
    </EmptyState>
  );
}
