// Writes src/api/generated/: a typed document for each operation in a .graphql file below src/, by the server's schema.
//
// The presets of graphql-codegen are called here and not by its command-line program, which would bring loaders for
// a dozen sources that this project does not have.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse, validate } from 'graphql';

const UI = fileURLToPath(new URL('..', import.meta.url));
const SCHEMA = join(UI, '../crates/server/schema.graphql');
const OUT = join(UI, 'src/api/generated/');

const CONFIG = {
  documentMode: 'string',
  enumsAsTypes: true,
  strictScalars: true,
  useTypeImports: true,
  scalars: { uuid: 'string', timestamptz: 'string', jsonb: 'unknown', JSON: 'unknown' },
};

async function readDocuments() {
  const files = await readdir(join(UI, 'src'), { recursive: true });
  const paths = files.filter((file) => file.endsWith('.graphql')).sort();
  return Promise.all(
    paths.map(async (path) => {
      const rawSDL = await readFile(join(UI, 'src', path), 'utf8');
      return { location: path, rawSDL, document: parse(rawSDL) };
    }),
  );
}

/** Names the file of each mistake, which graphql-codegen does not. */
function check(schema, documents) {
  const all = { kind: 'Document', definitions: documents.flatMap(({ document }) => document.definitions) };
  const fileOf = (error) => documents.find(({ rawSDL }) => rawSDL === error.source?.body)?.location;
  const mistakes = validate(schema, all).map((error) => `src/${fileOf(error)}: ${error.toString()}`);
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('\n\n'));
  }
}

const text = await readFile(SCHEMA, 'utf8');
const schemaAst = buildSchema(text);
const documents = await readDocuments();
check(schemaAst, documents);
const outputs = await preset.buildGeneratesSection({
  baseOutputDir: OUT,
  schema: parse(text),
  schemaAst,
  documents,
  config: CONFIG,
  presetConfig: { fragmentMasking: false },
  plugins: [],
  pluginMap: {},
});
for (const output of outputs) {
  // gql.ts maps the text of an operation to its document, for those who write operations into their code.
  if (!output.filename.endsWith('graphql.ts')) {
    continue;
  }
  await mkdir(dirname(output.filename), { recursive: true });
  await writeFile(output.filename, await codegen(output));
}
