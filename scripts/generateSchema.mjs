// Writes media/schema from the types of the installed `openai` package. `--check` writes nothing and fails on drift.
//
//   realtime.schema.json       every event, item, session and tool with the documentation of each field
//   *.schema.json              doors into it: one payload each, for editors
//   payload.schema.json        payload files: events with waits and pauses (scripts/lib/payloadSchema.mjs)
//   check.json                 the same without words, in the form the validator wants (scripts/lib/checkSchema.mjs)
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { checkSchema } from './lib/checkSchema.mjs';
import { payloadSchema } from './lib/payloadSchema.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'media', 'schema');
const types = path.join(root, 'node_modules', 'openai', 'resources', 'realtime', 'realtime.d.ts');

/** What a session may carry: the unions of events, and what they leave out. */
const ROOTS = [
  'RealtimeClientEvent',
  'RealtimeServerEvent',
  'RealtimeTranslationClientEvent',
  'RealtimeTranslationServerEvent',
  'TranscriptionSessionUpdate',
  'TranscriptionSessionUpdatedEvent',
  'ResponseCreateEventWithReferencesParam',
  'RealtimeSessionCreateResponse',
  'RealtimeTranscriptionSessionCreateResponse',
];

/** Doors: a file's name and the definition it opens. */
const DOORS = {
  clientEvent: 'RealtimeClientEvent',
  serverEvent: 'RealtimeServerEvent',
  sessionUpdate: 'SessionUpdateEvent',
  responseCreate: 'ResponseCreateEventWithReferencesParam',
  session: 'RealtimeSessionCreateRequest',
  item: 'ConversationItem',
  tools: 'RealtimeToolsConfig',
};

/** All files as `name -> text`. */
async function generate() {
  const { version } = JSON.parse(await readFile(path.join(root, 'node_modules', 'openai', 'package.json'), 'utf8'));
  const generator = createGenerator({
    path: types,
    skipTypeCheck: true,
    // Live servers send fields that no type has.
    additionalProperties: true,
    topRef: true,
    sortProps: false,
  });
  const definitions = {};
  for (const name of ROOTS) Object.assign(definitions, generator.createSchema(name).definitions);
  const head = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: `Made by scripts/generateSchema.mjs from the types of openai ${version} (Apache-2.0). Do not edit.`,
  };
  const full = { ...head, anyOf: [ref('RealtimeClientEvent'), ref('RealtimeServerEvent')], definitions };
  const files = new Map([['realtime.schema.json', `${JSON.stringify(full, null, 1)}\n`]]);
  for (const [name, definition] of Object.entries(DOORS)) {
    if (!(definition in definitions)) throw new Error(`The package no longer has the type ${definition}.`);
    const door = { ...head, title: definition, $ref: `realtime.schema.json#/definitions/${definition}` };
    files.set(`${name}.schema.json`, `${JSON.stringify(door, null, 1)}\n`);
  }
  files.set('payload.schema.json', `${JSON.stringify({ ...head, ...payloadSchema(definitions) }, null, 1)}\n`);
  files.set('check.json', `${JSON.stringify(checkSchema(definitions))}\n`);
  return files;
}

function ref(name) {
  return { $ref: `#/definitions/${name}` };
}

const files = await generate();
if (process.argv.includes('--check')) {
  const drifted = [];
  for (const [name, text] of files) {
    const found = await readFile(path.join(folder, name), 'utf8').catch(() => '');
    if (found !== text) drifted.push(name);
  }
  if (drifted.length > 0) {
    console.error(`media/schema is not what the openai package's types give (${drifted.join(', ')}).`);
    console.error('Run: node scripts/generateSchema.mjs');
    process.exitCode = 1;
  }
} else {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) await writeFile(path.join(folder, name), text);
  console.log([...files].map(([name, text]) => `${name} ${text.length}`).join('\n'));
}
