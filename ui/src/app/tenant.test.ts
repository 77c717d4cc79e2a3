import { expect, test } from 'vitest';
import { firstWords, tenantPrefix } from './tenant';

const PAGES = firstWords(['/', '/flows', '/flow/$flowGroupId', '/flow-run/$flowRunId/details']);

test.each([
  ['/', ''],
  ['/flows', ''],
  ['/flow-run/1/details', ''],
  ['/acme', '/acme'],
  ['/acme/flow-run/1', '/acme'],
])('the tenant of %s is "%s"', (path, prefix) => {
  expect(tenantPrefix(path, PAGES)).toBe(prefix);
});
