import type { TestProject } from 'vitest/node';
import { fillWorld, type World } from '../world/fill';
import { startServer } from '../world/start';

declare module 'vitest' {
  interface ProvidedContext {
    /** The program `campana`, for stories that need a server of their own. */
    campana: string;
    /** A server with a believable week, for stories that only look. */
    world: World & { readonly url: string };
  }
}

/** Starts what all stories share, before the first and until the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const campana = process.env['CAMPANA_PROGRAM'];
  if (campana === undefined) {
    throw new Error('say in CAMPANA_PROGRAM which `campana` to test; `cargo xtask test --only browser` does');
  }
  const server = await startServer({ campana });
  const icon = await fetch(new URL('/campana.svg', server.url));
  if (icon.headers.get('content-type')?.startsWith('image/') !== true) {
    await server.stop();
    throw new Error(`${campana} has no web UI in it: \`cargo xtask ui\`, and build it again`);
  }
  project.provide('campana', campana);
  project.provide('world', { url: server.url, ...(await fillWorld(server.url, server.receivers)) });
  return server.stop;
}
