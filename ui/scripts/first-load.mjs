// Says what the first page weighs, compressed, and fails when that is more than a phone on call should wait for.
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 400;
/** What `/` loads: the entry, and the page that the router loads at once. */
const ROOTS = ['index.html', 'src/pages/dashboard/DashboardPage.tsx'];

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const manifest = JSON.parse(await readFile(`${dist}.vite/manifest.json`, 'utf8'));
// The server embeds all of dist/, and nobody needs the list there.
await rm(`${dist}.vite`, { recursive: true });

const files = new Set(['index.html']);
const seen = new Set();
function collect(key) {
  const chunk = manifest[key];
  if (chunk === undefined || seen.has(key)) {
    return;
  }
  seen.add(key);
  files.add(chunk.file);
  for (const css of chunk.css ?? []) {
    files.add(css);
  }
  for (const imported of chunk.imports ?? []) {
    collect(imported);
  }
}
for (const root of ROOTS) {
  collect(root);
}

let total = 0;
for (const file of files) {
  total += gzipSync(await readFile(dist + file)).length;
}
const kilobytes = Math.ceil(total / 1000);
process.stdout.write(
  `first load: ${kilobytes} kB compressed in ${files.size} files (limit ${LIMIT_KB} kB)\n`,
);
if (kilobytes > LIMIT_KB) {
  process.exitCode = 1;
}
