import { Badge } from '@mantine/core';
import { Facts } from '../Facts';
import classes from './message.module.css';
import { type JsonObject, objectAt, objectsAt, safeHref, textAt } from './payload';

const SEVERITY_COLORS: Readonly<Record<string, string>> = {
  critical: 'red.9',
  error: 'red.7',
  warning: 'yellow.7',
  info: 'blue.7',
};

/** An incident of PagerDuty, or the event that resolves one. */
export function PagerDutyIncident({ message }: { readonly message: JsonObject }) {
  const payload = objectAt(message, 'payload');
  const severity = textAt(payload, 'severity') ?? 'error';
  const isResolve = message['event_action'] === 'resolve';
  const details = Object.entries(objectAt(payload, 'custom_details'));
  return (
    <div className={classes['card']}>
      <div className={classes['badges']}>
        {isResolve ? (
          <Badge color="green.8">Resolved</Badge>
        ) : (
          <>
            <Badge color="red.8">Triggered</Badge>
            <Badge color={SEVERITY_COLORS[severity] ?? 'gray'}>{severity}</Badge>
          </>
        )}
      </div>
      <div className={classes['headline']}>
        {textAt(payload, 'summary') ?? 'The incident with this key is resolved.'}
      </div>
      <Facts
        facts={(['source', 'component', 'group', 'class'] as const).flatMap((key) => {
          const value = textAt(payload, key);
          return value === undefined
            ? []
            : [{ label: `${key.charAt(0).toUpperCase()}${key.slice(1)}`, value }];
        })}
      />
      {details.length === 0 ? null : (
        <table className={classes['details']}>
          <tbody>
            {details.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name.replaceAll('_', ' ')}</th>
                <td>{typeof value === 'string' ? value : JSON.stringify(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className={classes['links']}>
        {objectsAt(message, 'links').map((link) => {
          const href = safeHref(textAt(link, 'href'));
          return href === undefined ? null : (
            <a key={href} href={href} target="_blank" rel="noreferrer">
              {textAt(link, 'text') ?? href}
            </a>
          );
        })}
      </div>
      <div className={classes['small']}>
        Incidents with the key <code>{textAt(message, 'dedup_key')}</code> are one.
      </div>
    </div>
  );
}
