import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Time } from '~/components/Time';
import { DeliveryStatus } from '~/pages/deliveries/DeliveryStatus';
import { isBeingSent, isHeldBack, nextTryAt } from '~/pages/deliveries/next-try';
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
  const { status, finished } = delivery;
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
      return isBeingSent(delivery) ? (
        <>
          Being sent since <Time at={delivery.attempt_started_at} />.
        </>
      ) : (
        <>
          Next try <Time at={nextTryAt(delivery)} />; given up <Time at={delivery.give_up_at} /> at the
          latest.
          {isHeldBack(delivery) ? ' Its destination as a whole fails, and is paused until then.' : ''}
        </>
      );
  }
}
