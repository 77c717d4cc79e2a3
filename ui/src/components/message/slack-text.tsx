import { Fragment, type ReactNode } from 'react';
import { safeHref } from './payload';

/** What Slack's mrkdwn has: code blocks, code, links, bold, italic, struck out; the first that fits counts. */
const TOKEN =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^<>|\s]+)(?:\|([^<>]*))?>|\*([^*\n]+)\*|(?<=^|\s)_([^_\n]+)_(?=$|\s)|~([^~\n]+)~/g;

/** Slack's mrkdwn as elements; a message cannot bring any markup of its own. */
export function slackText(text: string): ReactNode {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(unescaped(text.slice(end, match.index)), element(match));
    end = match.index + match[0].length;
  }
  parts.push(unescaped(text.slice(end)));
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text are made anew together
  return parts.map((part, index) => <Fragment key={index}>{part}</Fragment>);
}

function element([whole, block, code, target, label, bold, italic, struck]: RegExpMatchArray): ReactNode {
  if (block !== undefined) {
    return <pre>{unescaped(block)}</pre>;
  }
  if (code !== undefined) {
    return <code>{unescaped(code)}</code>;
  }
  if (target !== undefined) {
    return link(target, label, whole);
  }
  if (bold !== undefined) {
    return <strong>{slackText(bold)}</strong>;
  }
  return italic === undefined ? <s>{slackText(struck ?? '')}</s> : <em>{slackText(italic)}</em>;
}

function link(target: string, label: string | undefined, whole: string): ReactNode {
  const href = safeHref(unescaped(target));
  return href === undefined ? (
    unescaped(whole)
  ) : (
    <a href={href} target="_blank" rel="noreferrer">
      {unescaped(label ?? target)}
    </a>
  );
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
