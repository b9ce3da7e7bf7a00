/** The fields an event may have at a place, for completion and help. Their documentation is a file of its own. */
import type { Schema } from '@cfworker/json-schema';
import { findEvent } from './catalogue';
import { ownWords } from './fieldWords';
import type { Side } from './side';
import { definitionOf, fieldsBelow, partsOf } from './validate/definitions';
import type { Json, Path } from './validate/json';

/** A field that may stand at a place. */
export interface KnownField {
  name: string;
  required: boolean;
  /** JSON types it may have; empty when any. */
  types: string[];
  /** The values it may have, where they can be listed. */
  values: unknown[];
  /** Of an array: the values its elements may have, where they can be listed. */
  elements: unknown[];
  /** The official type it belongs to: the key to its documentation. */
  definition: string;
}

/** `media/schema/realtime.schema.json`, read and parsed by whoever wants the words. */
export interface DocumentedSchema {
  definitions: Record<string, { description?: string; properties?: Record<string, { description?: string }> }>;
}

/** The fields known at that place of an event, in the order of the official types; empty where nothing is known. */
export function fieldsAt(event: Json, from: Side, path: Path = []): KnownField[] {
  const type = event['type'];
  if (typeof type !== 'string') return [];
  const definition = definitionOf(event, type, from);
  if (definition === undefined) return [];
  const fields = [...fieldsBelow(definition, event, path)].map(([name, { schema, definition: home, required }]) => {
    const parts = partsOf({ schema, definition: home }, undefined).map((part) => part.schema);
    const types = [...new Set(parts.flatMap((part) => part.type ?? []).filter((one) => one !== 'null'))];
    const elements = parts.flatMap((part) =>
      typeof part.items === 'object' && !Array.isArray(part.items)
        ? valuesOf(partsOf({ schema: part.items as Schema, definition: home }, undefined).map((one) => one.schema))
        : [],
    );
    return { name, required, types: [...types], values: valuesOf(parts), elements, definition: home };
  });
  if (path.length > 0) return fields;
  // What the types lack but live events have.
  const more = Object.keys(findEvent(type, from)?.fields ?? {}).filter(
    (name) => !fields.some((one) => one.name === name),
  );
  const extra = { required: false, types: ['string'], values: [], elements: [], definition };
  return [...fields, ...more.map((name) => ({ name, ...extra }))];
}

function valuesOf(parts: readonly Schema[]): unknown[] {
  return parts.flatMap((part): unknown[] => part.enum ?? []).filter((value) => value !== null);
}

/** What the official package says of a field, else what else is known of it; undefined for nothing. Some Markdown is in it. */
export function fieldDoc(docs: DocumentedSchema, field: KnownField): string | undefined {
  // An echoed session is the session asked for, and what the server adds.
  const homes = [
    field.definition,
    field.definition.replace(/Echo$/, 'CreateRequest'),
    field.definition.replace(/Echo$/, 'CreateResponse'),
  ];
  for (const home of homes) {
    const properties = Object.hasOwn(docs.definitions, home) ? docs.definitions[home]?.properties : undefined;
    const text = properties && Object.hasOwn(properties, field.name) ? properties[field.name]?.description : undefined;
    if (text !== undefined) return text;
  }
  return homes.map((home) => ownWords(home, field.name)).find((words) => words !== undefined);
}
