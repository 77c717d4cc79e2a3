import { StateBadge } from '../StateBadge';
import classes from './message.module.css';
import { type JsonObject, safeHref, textAt } from './payload';

/** A message in the inbox of this UI. */
export function InboxMessage({ message }: { readonly message: JsonObject }) {
  const state = textAt(message, 'state');
  const href = safeHref(textAt(message, 'link'));
  return (
    <div className={classes['card']}>
      <div className={classes['headline']}>{textAt(message, 'title') ?? 'Message'}</div>
      {state === undefined ? null : <StateBadge state={state} />}
      <div className={classes['text']}>{textAt(message, 'text')}</div>
      {href === undefined ? null : (
        <div className={classes['links']}>
          <a href={href}>Open the run</a>
        </div>
      )}
    </div>
  );
}
