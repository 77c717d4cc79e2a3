import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Plugin, ProxyOptions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` sends what is not the UI's own. */
const SERVER = process.env['CAMPANA_SERVER'] ?? 'http://127.0.0.1:4200';

/** The server admits pages of its own origin alone, and so the proxy presents them as such. */
const toServer: ProxyOptions = {
  target: SERVER,
  changeOrigin: true,
  ws: true,
  headers: { origin: SERVER },
};

/** GraphiQL's styles carry fonts as data: URLs, which the Content-Security-Policy refuses; the page has its own. */
const withoutEmbeddedFonts: Plugin = {
  name: 'without-embedded-fonts',
  enforce: 'pre',
  transform: {
    filter: { id: /graphiql\/dist\/style\.css$/ },
    handler: (code) => code.replaceAll(/@font-face\s*\{[^}]*\}/g, ''),
  },
};

/** What pages are made of; not the charts, the canvas and the editor, which few of them have. */
const COMMON = /[\\/](src|node_modules[\\/]@(mantine[\\/](core|form)|tabler|tanstack))[\\/]/;

export default defineConfig({
  plugins: [withoutEmbeddedFonts, react()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2023',
    // Those that know light-dark(), which would otherwise be rewritten into something that Mantine's switch does not reach.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The Content-Security-Policy admits no scripts or fonts from data: URLs.
    assetsInlineLimit: 0,
    // React Flow, the charts and the editor are chunks of their own, which only their pages load.
    chunkSizeWarningLimit: 800,
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every page needs is one file, and what several need is another: a browser that waits for forty small
        // files waits longer than for one that has a little too much in it.
        codeSplitting: {
          groups: [
            { name: 'base', tags: ['$initial'], priority: 1 },
            { name: 'common', test: COMMON, minShareCount: 4 },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/graphql': toServer,
      '/session': toServer,
      '/health': toServer,
      // A GET of /sign-in is the UI's page; a POST is the server's.
      '/sign-in': {
        ...toServer,
        bypass: (request) => (request.method === 'GET' ? '/index.html' : undefined),
      },
      '/sign-out': toServer,
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    env: { TZ: 'Europe/Paris' },
  },
});
