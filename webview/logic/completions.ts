/** What may be written at a place of an event: fields and values of the schema, and ids of the session it is meant for. */
import { getLocation, parse, type Location } from 'jsonc-parser';
import { eventTemplate, fieldsAt, knownValues, type KnownField, type SessionState } from '../../src/protocol';
import { forSchema } from './fieldHelp';
import { valueAtPath, type JsonPath } from './jsonPlace';
import { placeInSteps } from './sequence';
import type { Proposal } from './proposal';
import { eventTypes, idFields, valueProposals } from './valueProposals';

/** Proposals, and the token (quotes included) that they replace. */
export interface Proposals {
  from: number;
  to: number;
  /** Where the typed part begins, after an opening quote. */
  typedFrom: number;
  list: Proposal[];
  /** Where a comma is missing before a new field; -1 for none. */
  commaAt: number;
}

/** Proposals at an offset; undefined where there are none. */
export function proposalsAt(
  text: string,
  offset: number,
  as: 'client' | 'server',
  state?: SessionState,
): Proposals | undefined {
  const empty = /^\s*([\w.]*)\s*$/.exec(text);
  if (empty !== null) return templateProposals(text, empty[1] ?? '', as);
  let location: Location;
  try {
    location = getLocation(text, offset);
  } catch {
    return undefined;
  }
  const token = tokenAt(text, offset, location);
  if (token === undefined) return undefined;
  const isKey = location.isAtPropertyKey || location.previousNode?.type === 'property';
  if (location.path.length === 0) return undefined;
  const { event, path, isStep, side = as } = placeInSteps(readAny(text), location.path);
  if (path.length === 0) return undefined;
  const seen = forSchema(event);
  const list = isKey
    ? fieldProposals(event, seen, side, path.slice(0, -1), hasColon(text, token.to), typedName(location), isStep)
    : valueProposals(seen, side, path, state);
  if (list.length === 0) return undefined;
  return { ...token, list, commaAt: isKey ? missingComma(text, token.from) : -1 };
}

/** The string or bare word that the cursor is in, empty between tokens; undefined behind a finished value. */
function tokenAt(text: string, offset: number, { previousNode }: Location) {
  if (previousNode && offset > previousNode.offset && offset <= previousNode.offset + previousNode.length) {
    const { offset: from } = previousNode;
    const to = from + previousNode.length;
    const quoted = text[from] === '"';
    const isClosed = quoted && to - from > 1 && text[to - 1] === '"';
    if (quoted && isClosed && offset === to) return undefined;
    return { from, to: quoted && !isClosed ? offset : to, typedFrom: quoted ? from + 1 : from };
  }
  const word = /[\w.-]*$/.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? '';
  const from = offset - word.length;
  // A value stands here already; what comes next is a comma.
  const before = text.slice(0, from).trimEnd().at(-1) ?? '';
  if (previousNode && previousNode.type !== 'property' && word === '' && !'{[,:'.includes(before)) return undefined;
  return { from, to: offset, typedFrom: from };
}

function hasColon(text: string, from: number): boolean {
  return /^\s*:/.test(text.slice(from, from + 200));
}

/** Behind what a comma has to stand before another field can; -1 when none is missing. */
function missingComma(text: string, from: number): number {
  const before = text.slice(0, from).trimEnd();
  return before === '' || '{,'.includes(before.at(-1) ?? '') ? -1 : before.length;
}

function typedName({ previousNode, path }: Location): string {
  return previousNode?.type === 'property' ? String(path.at(-1) ?? '') : '';
}

function fieldProposals(
  written: Record<string, unknown>,
  event: Record<string, unknown>,
  as: 'client' | 'server',
  path: JsonPath,
  hasValue: boolean,
  typed: string,
  isStep: boolean,
): Proposal[] {
  // As it is written: the schema is followed along a session type that may not stand there yet.
  const there = namesAt(written, path);
  there.delete(typed);
  const known =
    path.length === 0 && typeof event['type'] !== 'string' ? beginnings(there, isStep) : fieldsAt(event, as, path);
  return known
    .filter((field) => !there.has(field.name))
    .map((field) => {
      const { name, required, types } = field;
      const value = hasValue ? { text: '', cursor: 0, goesOn: false } : startOf(field, [...path, name]);
      const key = JSON.stringify(name);
      const insert = hasValue ? key : `${key}: ${value.text}`;
      return {
        kind: 'field' as const,
        label: name,
        detail: [types.join(' | '), required ? 'required' : ''].filter((word) => word !== '').join(', '),
        insert,
        cursor: hasValue ? insert.length : key.length + 2 + value.cursor,
        goesOn: value.goesOn,
        field,
      };
    })
    .toSorted((a, b) => rankOf(a.field) - rankOf(b.field));
}

/** What people write most, in the order they write it. */
const common = [
  ...['instructions', 'audio', 'input', 'output', 'output_modalities', 'turn_detection', 'format', 'voice'],
  ...['transcription', 'tools', 'tool_choice', 'name', 'description', 'parameters', 'text'],
];
/** Required fields come first, then the common ones, then all others as the official types have them. */
function rankOf({ name, required }: KnownField): number {
  if (required) return -1;
  const place = common.indexOf(name);
  return place < 0 ? common.length : place;
}
const fieldNamed = (name: string, type: string, required: boolean): KnownField => ({
  name,
  required,
  types: [type],
  values: [],
  elements: [],
  definition: '',
});
/** What comes first: an event's type; in a sequence, a wait or a pause may stand in its place. */
function beginnings(there: ReadonlySet<string>, isStep: boolean): KnownField[] {
  if (there.has('wait')) return [fieldNamed('timeoutMs', 'number', false)];
  if (there.has('delayMs')) return [];
  if (there.has('to') || there.has('event'))
    return [fieldNamed('to', 'string', false), fieldNamed('event', 'object', true)];
  const type = fieldNamed('type', 'string', true);
  return isStep ? [type, fieldNamed('wait', 'string', false), fieldNamed('delayMs', 'number', false)] : [type];
}

/** Every event as a whole, where nothing but the beginning of a name is written. */
function templateProposals(text: string, word: string, as: 'client' | 'server'): Proposals {
  const typedFrom = text.indexOf(word);
  const list = eventTypes(as).flatMap((one): Proposal[] => {
    const insert = eventTemplate(one.label, as);
    return insert === undefined ? [] : [{ ...one, kind: 'template', insert, cursor: insert.length }];
  });
  return { from: 0, to: text.length, typedFrom, list, commaAt: -1 };
}

function readAny(text: string): unknown {
  try {
    return parse(text, [], { allowTrailingComma: true }) as unknown;
  } catch {
    // The parser calls itself for each level.
    return {};
  }
}

function namesAt(event: Record<string, unknown>, path: JsonPath): Set<string> {
  const value = valueAtPath(event, path);
  return new Set(typeof value === 'object' && value !== null ? Object.keys(value) : []);
}

/** What a value of a field begins with, and where the cursor goes in it. */
function startOf(
  { name, types, values }: KnownField,
  path: JsonPath,
): { text: string; cursor: number; goesOn: boolean } {
  const only = values.length === 1 ? JSON.stringify(values[0]) : undefined;
  if (only !== undefined) return { text: only, cursor: only.length, goesOn: false };
  const usual = knownValues(path);
  const goesOn =
    values.length > 0 || name === 'type' || name === 'wait' || name === 'to' || idFields.has(name) || usual.length > 0;
  const [first] = types;
  // Of several kinds the cursor stands where any of them can be written.
  if (types.length > 1 || first === undefined)
    return goesOn && values.length > 0 ? inside('""', true) : { text: '', cursor: 0, goesOn: true };
  if (first === 'string') return inside('""', goesOn);
  if (first === 'object') return inside('{}', true);
  if (first === 'array') return inside('[]', true);
  return { text: '', cursor: 0, goesOn: first === 'boolean' || usual.length > 0 };
}
function inside(text: string, goesOn: boolean) {
  return { text, cursor: 1, goesOn };
}
