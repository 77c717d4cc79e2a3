import { IconMapOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '~/components/EmptyState';
import { PageHeader } from '~/components/PageHeader';

export interface NotFoundProps {
  /** What was looked for: `flow run`. */
  readonly what?: string;
}

/** For an address without a page, and for a page about something that is not there. */
export function NotFound({ what = 'page' }: NotFoundProps) {
  return (
    <>
      <PageHeader title={`No such ${what}`} />
      <EmptyState
        icon={IconMapOff}
        title={`There is no ${what} at this address`}
        action={<Link to="/flows">Look at all flows</Link>}
      >
        It may have been deleted, or belong to a tenant that you are not signed in to.
      </EmptyState>
    </>
  );
}
