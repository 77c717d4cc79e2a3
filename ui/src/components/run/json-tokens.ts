export interface Token {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'plain';
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g;

/** Cuts JSON into pieces by what they are; together they are the text again. */
export function tokensOf(json: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of json.matchAll(TOKEN)) {
    const [whole, string, colon] = match;
    if (match.index > end) {
      tokens.push({ kind: 'plain', text: json.slice(end, match.index), at: end });
    }
    const text = string ?? whole;
    tokens.push({ kind: kindOf(whole, string, colon), text, at: match.index });
    end = match.index + text.length;
  }
  if (end < json.length) {
    tokens.push({ kind: 'plain', text: json.slice(end), at: end });
  }
  return tokens;
}

function kindOf(whole: string, string: string | undefined, colon: string | undefined): Token['kind'] {
  if (string !== undefined) {
    return colon === undefined ? 'string' : 'key';
  }
  return /^[tfn]/.test(whole) ? 'word' : 'number';
}
