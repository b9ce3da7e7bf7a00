/** The definitions the checks read, and how to find one's way in them along an event. */
import { dereference, validate } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import checks from '../../../media/schema/check.json';
import type { Side } from '../side';
import { isObject, type Json, type Path } from './json';

type Table = Record<Side, Record<string, string>>;
interface Checks {
  events: Table;
  translation: Table;
  definitions: Record<string, Schema>;
}

// Functions, so that a bundle that checks nothing leaves the definitions out.
function tables(): Checks {
  return checks as unknown as Checks;
}

/** A definition by the name of the official package's type. */
export function definitionNamed(name: string): Schema | undefined {
  const { definitions } = tables();
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}

type Lookup = ReturnType<typeof dereference>;
let resolved: Lookup | undefined;

/** Where references lead; resolved when first needed, since most who load the catalogue check nothing. */
export function lookup(): Lookup {
  const base = new URL('https://realtime-inspector.invalid/check.json');
  resolved ??= dereference({ definitions: tables().definitions }, Object.create(null) as Lookup, base);
  return resolved;
}

/** The definition for an event of that type; undefined for a type that has none. */
export function definitionOf(event: Json, type: string, from: Side): string | undefined {
  const table = (isTranslation(event) ? tables().translation : tables().events)[from];
  return Object.hasOwn(table, type) ? table[type] : undefined;
}

/** Whether it is about a translation session: one has no type of its own when the client configures it; its target language tells it. */
export function isTranslation(event: Json): boolean {
  const session = event['session'];
  if (!isObject(session)) return false;
  const audio = session['audio'];
  const output = isObject(audio) ? audio['output'] : undefined;
  return session['type'] === 'translation' || (isObject(output) && 'language' in output);
}

/** A field as the schema has it, and the definition it stands in. */
export interface SchemaField {
  schema: Schema;
  definition: string;
  required: boolean;
}

/** The fields known at a place of this very event; unions are followed along what the event itself holds. */
export function fieldsBelow(definition: string, event: unknown, path: Path): Map<string, SchemaField> {
  const root = definitionNamed(definition);
  const found = new Map<string, SchemaField>();
  if (root) collect({ schema: root, definition }, event, path, found);
  return found;
}

interface Part {
  schema: Schema;
  definition: string;
}

function collect(from: Part, value: unknown, path: Path, found: Map<string, SchemaField>): void {
  const [step, ...rest] = path;
  for (const part of partsOf(from, value)) {
    const { schema, definition } = part;
    if (step === undefined) {
      for (const [name, inner] of Object.entries(schema.properties ?? {})) {
        // The closed definition knows more of a field than the union that only looks at its telltale value.
        if (found.has(name) && schema.additionalProperties !== false) continue;
        const required = schema.required?.includes(name) ?? false;
        found.set(name, { schema: inner as Schema, definition, required });
      }
      continue;
    }
    const next: unknown = Array.isArray(value) ? schema.items : ownProperty(schema, String(step));
    if (isObject(next)) collect({ schema: next as Schema, definition }, valueAt(value, [step]), rest, found);
  }
}

function ownProperty(schema: Schema, name: string): unknown {
  const { properties } = schema;
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** A schema with those beside it that apply to this value. */
export function partsOf(part: Part, value: unknown): Part[] {
  const { schema } = part;
  const parts: Part[] = [part];
  if (schema.$ref) {
    const name = schema.$ref.slice('#/definitions/'.length);
    const target = definitionNamed(name);
    if (target) parts.push(...partsOf({ schema: target, definition: name }, value));
  }
  for (const inner of schema.allOf ?? []) parts.push(...partsOf({ ...part, schema: inner as Schema }, value));
  if (schema.if !== undefined) {
    const holds = value !== undefined && validate(value, schema.if as Schema, '7', lookup(), true).valid;
    const next: unknown = holds ? schema.then : schema.else;
    if (isObject(next)) parts.push(...partsOf({ ...part, schema: next as Schema }, value));
  }
  return parts;
}

/** The value at the end of a path; indexes of arrays may be text. */
export function valueAt(value: unknown, path: Path): unknown {
  let inner = value;
  for (const step of path) {
    if (Array.isArray(inner)) inner = (inner as unknown[])[Number(step)];
    else if (isObject(inner) && Object.hasOwn(inner, step)) inner = inner[step];
    else return undefined;
  }
  return inner;
}
