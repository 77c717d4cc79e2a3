import { expect, test } from 'vitest';
import { isOwnPath } from './route';

test.each(['/flows', '/flow-run/1?tab=2', '/'])('%s is a page of this server', (path) => {
  expect(isOwnPath(path)).toBe(true);
});

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', ''])(
  '%s leads elsewhere',
  (path) => {
    expect(isOwnPath(path)).toBe(false);
  },
);
