import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Time } from '~/components/Time';
import { DeliveryStatus } from '~/pages/deliveries/DeliveryStatus';
import type { Delivery } from './DeliveryPage';
import classes from './delivery.module.css';

/** What became of the delivery, why, and what comes next: what one opens the page for. */
export function Outcome({ delivery }: { readonly delivery: Delivery }) {
  const { status, reason } = delivery;
  return (
    <div className={classes['outcome']} data-status={status}>
      <DeliveryStatus delivery={delivery} size="lg" />
      {reason === null || status === 'delivered' ? null : <pre className={classes['reason']}>{reason}</pre>}
      <div className={classes['next']}>{next(delivery)}</div>
      {delivery.digest === null ? null : (
        <div>
          Told by{' '}
          <Link to="/delivery/$deliveryId" params={{ deliveryId: delivery.digest.id }}>
            a digest
          </Link>{' '}
          of several changes.
        </div>
      )}
    </div>
  );
}

function next(delivery: Delivery): ReactNode {
  const { status, finished, due_at: due, give_up_at: end, failing_destination: place } = delivery;
  switch (status) {
    case 'delivered':
      return (
        <>
          The provider accepted it <Time at={finished} />.
        </>
      );
    case 'dead':
      return (
        <>
          Given up <Time at={finished} />. It is not tried again by itself: mend the cause, then replay it.
        </>
      );
    case 'cancelled':
      return (
        <>
          Cancelled <Time at={finished} />, by a person or because its hook was deleted.
        </>
      );
    default:
      if (delivery.attempt_started_at !== null) {
        return (
          <>
            Being sent since <Time at={delivery.attempt_started_at} />.
          </>
        );
      }
      return (
        <>
          Next try <Time at={laterOf(due, place?.paused_until)} />; given up <Time at={end} /> at the latest.
          {place?.paused_until == null ? null : ' Its destination as a whole fails, and is paused.'}
        </>
      );
  }
}

function laterOf(due: string, pausedUntil: string | null | undefined): string {
  return pausedUntil != null && Date.parse(pausedUntil) > Date.parse(due) ? pausedUntil : due;
}
