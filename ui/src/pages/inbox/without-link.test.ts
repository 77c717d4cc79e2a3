import { expect, test } from 'vitest';
import { withoutLink } from './without-link';

const LINK = 'https://campana.example/flow-run/1';

test('the line that is the link is left out, and only that', () => {
  const text = `It failed.\nSee ${LINK} for more.\n${LINK}\n`;
  expect(withoutLink(text, { link: LINK })).toBe(`It failed.\nSee ${LINK} for more.`);
});

test.each([null, {}, { link: null }, 'x'])('with the content %j nothing is left out', (content) => {
  expect(withoutLink(`a\n${LINK}`, content)).toBe(`a\n${LINK}`);
});
