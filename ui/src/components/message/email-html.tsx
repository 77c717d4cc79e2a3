import { createElement, type ReactNode } from 'react';
import { safeHref } from './payload';

/** What an e-mail may be made of here; of anything else only what is inside is shown. */
const TAGS = new Set(
  'a b blockquote br code div em h1 h2 h3 hr i li ol p pre span strong table tbody td th thead tr u ul'.split(
    ' ',
  ),
);
const UNSEEN = new Set(['head', 'script', 'style', 'title', 'template', 'iframe', 'object']);
const EMPTY = new Set(['br', 'hr']);
const ATTRIBUTES: Readonly<Record<string, string>> = {
  align: 'align',
  cellpadding: 'cellPadding',
  cellspacing: 'cellSpacing',
  width: 'width',
};
/** The name that keeps the parser from applying styles, which the Content-Security-Policy forbids, and reports. */
const PARKED = 'data-style=';

/**
 * The HTML of an e-mail as elements. Its inline styles are set by script, one property at a time, which the
 * Content-Security-Policy allows where a style attribute is not; what could leave its place or load something is not.
 */
export function emailHtml(html: string): ReactNode {
  const parked = html.replace(/<style[\s\S]*?<\/style>/gi, '').replace(/\sstyle=/gi, ` ${PARKED}`);
  const { body } = new DOMParser().parseFromString(parked, 'text/html');
  return element(body, 'body');
}

function element(node: Node, key: string): ReactNode {
  if (node instanceof Text || node.nodeType === Node.TEXT_NODE) {
    return (node.textContent ?? '').replaceAll(` ${PARKED}`, ' style=');
  }
  if (node.nodeType !== Node.ELEMENT_NODE) {
    return null;
  }
  const source = node as Element;
  const name = source.localName;
  if (UNSEEN.has(name)) {
    return null;
  }
  const inTable = name === 'table' || name === 'tbody' || name === 'tr' || name === 'thead';
  const children = [...source.childNodes]
    // Space between the rows of a table is no content, and React says so.
    .filter((child) => !inTable || child.nodeType === Node.ELEMENT_NODE)
    .map((child, index) => element(child, `${key}.${index}`));
  const tag = TAGS.has(name) ? name : 'div';
  return createElement(tag, { key, ...properties(source) }, ...(EMPTY.has(tag) ? [] : [children]));
}

function properties(source: Element): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(ATTRIBUTES)) {
    const value = source.getAttribute(name);
    if (value !== null) {
      given[property] = value;
    }
  }
  const vertical = source.getAttribute('valign');
  const style = {
    ...(vertical === null ? {} : { verticalAlign: vertical }),
    ...inlineStyle(source.getAttribute('data-style') ?? ''),
  };
  const href = source.localName === 'a' ? safeHref(source.getAttribute('href') ?? undefined) : undefined;
  return { ...given, style, ...(href === undefined ? {} : { href, target: '_blank', rel: 'noreferrer' }) };
}

/** The declarations as React wants them: `font-size:14px` is `{fontSize: '14px'}`. */
export function inlineStyle(text: string): Record<string, string> {
  const declarations = text.split(';').flatMap((declaration): [string, string][] => {
    const colon = declaration.indexOf(':');
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration.slice(colon + 1).trim();
    const isHarmless = /^[a-z-]+$/.test(property) && property !== 'position' && !/url\(/i.test(value);
    return colon > 0 && isHarmless
      ? [[property.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]]
      : [];
  });
  return Object.fromEntries(declarations);
}
