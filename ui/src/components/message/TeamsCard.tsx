import type { ReactNode } from 'react';
import classes from './message.module.css';
import { type JsonObject, objectAt, objectsAt, safeHref, textAt } from './payload';

/** An adaptive card in a channel of Teams, of the kinds of elements that Campana sends. */
export function TeamsCard({ message }: { readonly message: JsonObject }) {
  const [attachment = {}] = objectsAt(message, 'attachments');
  const card = objectAt(attachment, 'content');
  return (
    <div className={classes['card']}>
      {objectsAt(card, 'body').map(keyed)}
      <div className={classes['links']}>
        {objectsAt(card, 'actions').map((action) => {
          const href = safeHref(textAt(action, 'url'));
          return href === undefined ? null : (
            <a key={href} href={href} target="_blank" rel="noreferrer" className={classes['button']}>
              {textAt(action, 'title') ?? href}
            </a>
          );
        })}
      </div>
    </div>
  );
}

function keyed(element: JsonObject): ReactNode {
  return <Element key={JSON.stringify(element)} element={element} />;
}

function Element({ element }: { readonly element: JsonObject }) {
  switch (element['type']) {
    case 'Container':
      return (
        <div className={classes['container']} data-style={textAt(element, 'style')}>
          {objectsAt(element, 'items').map(keyed)}
        </div>
      );
    case 'RichTextBlock':
      return <div className={classes['text']}>{objectsAt(element, 'inlines').map(run)}</div>;
    case 'FactSet':
      return (
        <table className={classes['details']}>
          <tbody>
            {objectsAt(element, 'facts').map((fact) => (
              <tr key={JSON.stringify(fact)}>
                <th scope="row">{textAt(fact, 'title')}</th>
                <td>{textAt(fact, 'value')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      );
    default:
      return <div className={classes['text']}>{textAt(element, 'text')}</div>;
  }
}

function run(inline: JsonObject): ReactNode {
  const text = textAt(inline, 'text') ?? '';
  const href = safeHref(textAt(objectAt(inline, 'selectAction'), 'url'));
  const shown = inline['fontType'] === 'Monospace' ? <code>{text}</code> : text;
  const weighed = inline['weight'] === 'Bolder' ? <strong>{shown}</strong> : shown;
  return (
    <span key={JSON.stringify(inline)}>
      {href === undefined ? (
        weighed
      ) : (
        <a href={href} target="_blank" rel="noreferrer">
          {weighed}
        </a>
      )}
    </span>
  );
}
