import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Validator, type Schema } from '@cfworker/json-schema';
import { isObject, type Json } from '../../../src/simulator/wire';

type Side = 'client' | 'server';

interface Definition {
  $ref?: string;
  required?: string[];
  anyOf?: Definition[];
  properties?: { type?: { const?: string } };
}

const file = fileURLToPath(new URL('../../../media/schema/realtime.schema.json', import.meta.url));
const schema = JSON.parse(readFileSync(file, 'utf8')) as { definitions: Record<string, Definition> };
// The published type wants a key whose own documentation says that it is there only when the session was made over HTTP.
const flat = schema.definitions['TranscriptionSessionUpdatedEvent.Session'];
if (flat) delete flat.required;

const UNIONS: Record<Side, string[]> = {
  server: ['RealtimeServerEvent', 'RealtimeTranslationServerEvent'],
  client: ['RealtimeClientEvent', 'RealtimeTranslationClientEvent'],
};
/** Events that stand beside the unions. */
const ALONE = { server: 'TranscriptionSessionUpdatedEvent', client: 'TranscriptionSessionUpdate' };

/** Definitions of the published types, by the end that sends an event and its type. */
const byType = new Map<string, string[]>();
for (const side of ['server', 'client'] as const) {
  const members = UNIONS[side].flatMap((union) => schema.definitions[union]?.anyOf ?? []);
  const names = members.map(({ $ref = '' }) => decodeURIComponent($ref.replace('#/definitions/', '')));
  for (const name of new Set([...names, ALONE[side]])) {
    const type = schema.definitions[name]?.properties?.type?.const;
    if (type === undefined) throw new Error(`${name} has no type of its own`);
    byType.set(`${side} ${type}`, [...(byType.get(`${side} ${type}`) ?? []), name]);
  }
}

const validators = new Map<string, Validator>();
function validator(name: string): Validator {
  let made = validators.get(name);
  if (!made) {
    const $ref = `#/definitions/${encodeURIComponent(name)}`;
    const whole = { $schema: 'http://json-schema.org/draft-07/schema#', $ref, definitions: schema.definitions };
    made = new Validator(whole as unknown as Schema, '7', true);
    validators.set(name, made);
  }
  return made;
}

/** Names of the definitions that an event of that type may be of. */
export function definitionsOf(type: string, from: Side): string[] {
  return byType.get(`${from} ${type}`) ?? [];
}

/** What the generated schema says against an event; empty when it is of one of the definitions with its type. */
export function schemaProblems(event: Json, from: Side): string[] {
  const names = definitionsOf(String(event['type']), from);
  if (names.length === 0) return [`no definition of ${String(event['type'])}`];
  const problems: string[] = [];
  for (const name of names) {
    const { valid, errors } = validator(name).validate(from === 'server' ? withoutNulls(event) : event);
    if (valid) return [];
    const leaves = errors.filter(({ keyword }) => !/^(\$ref|properties|items|anyOf|oneOf|allOf|if)$/.test(keyword));
    problems.push(...leaves.map(({ instanceLocation, error }) => `${name} ${instanceLocation}: ${error}`));
  }
  return problems;
}

/** The live service writes null for fields that the published types only leave out, e.g. `status_details`. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const there = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(there.map(([name, inner]) => [name, withoutNulls(inner)]));
}
