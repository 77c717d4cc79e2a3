import { defineConfig } from 'vitest/config';

/** The stories in a real browser; see tests/. A file has a browser, and mostly a server, of its own. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/world.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['verbose'],
  },
});
