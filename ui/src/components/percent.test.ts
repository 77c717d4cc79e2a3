import { expect, test } from 'vitest';
import { percentText } from './percent';

test.each([
  [null, '–'],
  [1, '100 %'],
  [0.9999, '99 %'],
  [0.001, '1 %'],
  [0, '0 %'],
])('%s is %s', (share, text) => {
  expect(percentText(share)).toBe(text);
});
