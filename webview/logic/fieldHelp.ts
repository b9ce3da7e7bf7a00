/** What is known of the field or event type at a place of an event's text. */
import {
  fieldDoc,
  fieldsAt,
  findEvent,
  type DocumentedSchema,
  type EventInfo,
  type KnownField,
} from '../../src/protocol';
import { placeAt, readLoosely, type JsonPath, type Stretch } from './jsonPlace';

/** What is said of a field. */
export interface FieldHelp {
  name: string;
  /** "string or object, required". */
  facts: string;
  /** Values it may have, as JSON writes them; empty when any. */
  values: string[];
  /** Official documentation; '' when there is none, or it has not been loaded. */
  doc: string;
}
/** What is said at a place, and of which stretch of the text. */
export type Help = Stretch & ({ kind: 'field'; field: FieldHelp } | { kind: 'event'; info: EventInfo });

/**
 * The event as the schema can follow it: a session of which the type is not written yet is taken for a `realtime` one,
 * which is what most are.
 */
export function readForSchema(text: string): Record<string, unknown> {
  return forSchema(readLoosely(text));
}
/** The same of an event that has been read. */
export function forSchema(event: Record<string, unknown>): Record<string, unknown> {
  const { session } = event;
  if (typeof session !== 'object' || session === null || Array.isArray(session) || 'type' in session) return event;
  return { ...event, session: { type: 'realtime', ...session } };
}

/** Help for the name or value at an offset; undefined when nothing is known of it. */
export function helpAt(
  text: string,
  offset: number,
  as: 'client' | 'server',
  docs?: DocumentedSchema,
): Help | undefined {
  const place = placeAt(text, offset);
  if (place === undefined || place.path.length === 0) return undefined;
  const event = readForSchema(text);
  const { path } = place;
  if (path.length === 1 && path[0] === 'type' && !place.isKey) {
    const type = event['type'];
    const info = typeof type === 'string' ? findEvent(type, as) : undefined;
    if (info !== undefined) return { kind: 'event', info, offset: place.offset, length: place.length };
  }
  const field = fieldHelp(event, as, path, docs);
  return field && { kind: 'field', field, offset: place.offset, length: place.length };
}

/** Help for the field at a path of an event; undefined when the schema does not know it. */
export function fieldHelp(
  event: Record<string, unknown>,
  as: 'client' | 'server',
  path: JsonPath,
  docs?: DocumentedSchema,
): FieldHelp | undefined {
  // An element of a list is what the list is.
  const named = path.slice(0, path.findLastIndex((step) => typeof step === 'string') + 1);
  const name = named.at(-1);
  if (name === undefined) return undefined;
  const known = fieldsAt(event, as, named.slice(0, -1)).find((field) => field.name === name);
  return known && describeField(known, docs);
}

/** A field in words. */
export function describeField(field: KnownField, docs?: DocumentedSchema): FieldHelp {
  const { name, required, types } = field;
  const values = (field.values.length > 0 ? field.values : field.elements).map((value) => JSON.stringify(value));
  const facts = [types.join(' or '), required ? 'required' : ''].filter((word) => word !== '').join(', ');
  return { name, facts, values, doc: docs === undefined ? '' : (fieldDoc(docs, field) ?? '') };
}
