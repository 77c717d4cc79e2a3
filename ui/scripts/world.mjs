// Runs tests/world/cli.ts, which is TypeScript, by Vite's module runner: Node 20 cannot by itself.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const entry = fileURLToPath(new URL('../tests/world/cli.ts', import.meta.url));
const { module } = await runnerImport(entry, { configFile: false, logLevel: 'error' });
await module.main(process.argv.slice(2));
