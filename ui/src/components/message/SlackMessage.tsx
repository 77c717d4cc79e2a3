import { IconBell } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './message.module.css';
import { type JsonObject, objectAt, objectsAt, textAt } from './payload';
import { slackText } from './slack-text';

/** A message in a channel of Slack: a text, and attachments with a bar of the state's colour. */
export function SlackMessage({ message }: { readonly message: JsonObject }) {
  return (
    <div className={classes['slack']}>
      <span className={classes['avatar']} aria-hidden>
        <IconBell size={20} />
      </span>
      <div>
        <div className={classes['sender']}>
          <strong>Campana</strong> <span className={classes['app']}>APP</span>
        </div>
        {mrkdwn(textAt(message, 'text'))}
        {objectsAt(message, 'blocks').map(keyed)}
        {objectsAt(message, 'attachments').map((attachment) => (
          <div
            key={JSON.stringify(attachment)}
            className={classes['attachment']}
            style={{ borderColor: textAt(attachment, 'color') }}
          >
            {mrkdwn(textAt(attachment, 'text'))}
            {objectsAt(attachment, 'blocks').map(keyed)}
          </div>
        ))}
      </div>
    </div>
  );
}

function keyed(block: JsonObject): ReactNode {
  return <Block key={JSON.stringify(block)} block={block} />;
}

function Block({ block }: { readonly block: JsonObject }) {
  const fields = objectsAt(block, 'fields');
  const elements = objectsAt(block, 'elements');
  switch (block['type']) {
    case 'divider':
      return <hr />;
    case 'context':
    case 'actions':
      return (
        <div className={classes['small']}>
          {elements.map((element) =>
            mrkdwn(textAt(element, 'text') ?? textAt(objectAt(element, 'text'), 'text')),
          )}
        </div>
      );
    default:
      return (
        <>
          {mrkdwn(textAt(objectAt(block, 'text'), 'text'))}
          {fields.length === 0 ? null : (
            <div className={classes['fields']}>{fields.map((field) => mrkdwn(textAt(field, 'text')))}</div>
          )}
        </>
      );
  }
}

function mrkdwn(text: string | undefined): ReactNode {
  return text === undefined ? null : (
    <div key={text} className={classes['text']}>
      {slackText(text)}
    </div>
  );
}
