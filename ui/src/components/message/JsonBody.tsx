import classes from './message.module.css';

/** The parts of indented JSON that have a colour of their own: names, texts, numbers, words. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;

/** JSON, indented and coloured; any other text as it is. */
export function JsonBody({ text }: { readonly text: string }) {
  const shown = indented(text);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled by keys too
    <pre className={classes['json']} tabIndex={0}>
      <code>{shown === undefined ? text : coloured(shown)}</code>
    </pre>
  );
}

function indented(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

function coloured(json: string) {
  const parts: React.ReactNode[] = [];
  let end = 0;
  for (const match of json.matchAll(TOKEN)) {
    const [whole, text, colon] = match;
    const kind = text === undefined ? 'number' : colon === undefined ? 'string' : 'name';
    parts.push(
      json.slice(end, match.index),
      <span key={match.index} data-kind={kind}>
        {text ?? whole}
      </span>,
      colon,
    );
    end = match.index + whole.length;
  }
  parts.push(json.slice(end));
  return parts;
}
