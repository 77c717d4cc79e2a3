import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type InboxQuery, SetMessageReadDocument } from '~/api/generated/graphql';
import { useMay } from '~/api/session';
import { useChange } from '~/api/useChange';
import { StateBadge } from '~/components/StateBadge';
import { Time } from '~/components/Time';
import classes from './InboxPage.module.css';
import { withoutLink } from './without-link';

type Row = InboxQuery['message'][number];

/** A message with a link to the run it speaks of; to follow that link is to have read it. */
export function Message({ message }: { readonly message: Row }) {
  const { id, title, text, read, created, event } = message;
  const change = useChange(SetMessageReadDocument);
  const mayRead = useMay('member');
  const shown = withoutLink(text, message.content);
  const setRead = (isRead: boolean) => change.mutate({ messageId: id, read: isRead });
  return (
    <li className={classes['message']} data-unread={!read}>
      <div className={classes['head']}>
        {event?.state == null ? null : <StateBadge state={event.state} />}
        <h2 className={classes['title']}>{title}</h2>
        <span className={classes['when']}>
          <Time at={created} />
        </span>
      </div>
      {shown === '' || shown === title ? null : <p className={classes['text']}>{shown}</p>}
      <div className={classes['foot']}>
        {event?.flow_run == null ? null : (
          <Link
            to="/flow-run/$flowRunId"
            params={{ flowRunId: event.flow_run.id }}
            onClick={() => (read || !mayRead ? undefined : setRead(true))}
          >
            Open {event.flow_run.name}
          </Link>
        )}
        {event?.flow == null ? null : (
          <Link to="/flow/$flowGroupId" params={{ flowGroupId: event.flow.flow_group_id }}>
            {event.flow.name}
          </Link>
        )}
        <Button
          size="compact-sm"
          variant="subtle"
          disabled={!mayRead}
          loading={change.isPending}
          onClick={() => setRead(!read)}
          aria-label={`${read ? 'Mark as unread' : 'Mark as read'}: ${title}`}
        >
          {read ? 'Mark as unread' : 'Mark as read'}
        </Button>
      </div>
    </li>
  );
}
