// Runs `main` of a module of the tests, which are TypeScript, by Vite's module runner: Node 20 cannot by itself.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const [entry, ...args] = process.argv.slice(2);
const { module } = await runnerImport(resolve(entry), { configFile: false, logLevel: 'error' });
await module.main(args);
