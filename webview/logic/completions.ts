/** What may be written at a place of an event: fields and values of the schema, and ids of the session it is meant for. */
import { getLocation, type Location } from 'jsonc-parser';
import { CATALOGUE, fieldsAt, type KnownField, type SessionState } from '../../src/protocol';
import { readForSchema } from './fieldHelp';
import { readLoosely, valueAtPath, type JsonPath } from './jsonPlace';

/** One thing that may be written. */
export interface Proposal {
  kind: 'field' | 'value' | 'id' | 'event';
  /** What is shown and matched with what is typed: a name or a string without its quotes. */
  label: string;
  /** A few words beside it. */
  detail: string;
  /** JSON that is put in the place of the token. */
  insert: string;
  /** Where in `insert` the cursor goes. */
  cursor: number;
  /** A value is to follow: ask for proposals again. */
  goesOn: boolean;
  /** Of a field: what it is, for its documentation. */
  field?: KnownField;
}
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
  const event = readForSchema(text);
  const list = isKey
    ? fieldProposals(text, event, as, location.path.slice(0, -1), hasColon(text, token.to), typedName(location))
    : valueProposals(event, as, location.path, state);
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
  text: string,
  event: Record<string, unknown>,
  as: 'client' | 'server',
  path: JsonPath,
  hasValue: boolean,
  typed: string,
): Proposal[] {
  // As it is written: the schema is followed along a session type that may not stand there yet.
  const there = namesAt(readLoosely(text), path);
  there.delete(typed);
  // Before the type is known there is one thing to write.
  const known = path.length === 0 && typeof event['type'] !== 'string' ? [typeField] : fieldsAt(event, as, path);
  return known
    .filter((field) => !there.has(field.name))
    .map((field) => {
      const { name, required, types } = field;
      const value = hasValue ? { text: '', cursor: 0, goesOn: false } : startOf(field);
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
const typeField: KnownField = {
  name: 'type',
  required: true,
  types: ['string'],
  values: [],
  elements: [],
  definition: '',
};

function namesAt(event: Record<string, unknown>, path: JsonPath): Set<string> {
  const value = valueAtPath(event, path);
  return new Set(typeof value === 'object' && value !== null ? Object.keys(value) : []);
}

/** What a value of a field begins with, and where the cursor goes in it. */
function startOf({ name, types, values }: KnownField): { text: string; cursor: number; goesOn: boolean } {
  const only = values.length === 1 ? JSON.stringify(values[0]) : undefined;
  if (only !== undefined) return { text: only, cursor: only.length, goesOn: false };
  const goesOn = values.length > 0 || name === 'type' || idFields.has(name);
  const [first] = types;
  if (types.length > 1 || first === undefined)
    return goesOn ? inside('""', true) : { text: '', cursor: 0, goesOn: true };
  if (first === 'string') return inside('""', goesOn);
  if (first === 'object') return inside('{}', true);
  if (first === 'array') return inside('[]', true);
  return { text: '', cursor: 0, goesOn: first === 'boolean' };
}
function inside(text: string, goesOn: boolean) {
  return { text, cursor: 1, goesOn };
}

function valueProposals(
  event: Record<string, unknown>,
  as: 'client' | 'server',
  path: JsonPath,
  state: SessionState | undefined,
): Proposal[] {
  const isElement = typeof path.at(-1) === 'number';
  const named = isElement ? path.slice(0, -1) : path;
  const name = named.at(-1);
  if (typeof name !== 'string') return [];
  if (named.length === 1 && name === 'type') return eventTypes(as);
  const ids = isElement ? [] : idProposals(name, state);
  // Its own value may be what tells the members of a union apart: without it all of them are possible.
  const holder = named.slice(0, -1);
  const without = removeAt(event, named);
  const field = [...fieldsAt(without, as, holder), ...fieldsAt(event, as, holder)].find((one) => one.name === name);
  const values = field === undefined ? [] : isElement ? field.elements : field.values;
  const isBoolean = !isElement && field?.types.includes('boolean') === true;
  const all = [...new Set([...values, ...(isBoolean ? [true, false] : [])])];
  const hidden = new Set(isElement ? elementsAt(event, named) : []);
  return [
    ...ids,
    ...all
      .filter((value) => !hidden.has(value))
      .map((value) => plain('value', String(value), '', JSON.stringify(value))),
  ];
}

function plain(kind: Proposal['kind'], label: string, detail: string, insert = JSON.stringify(label)): Proposal {
  return { kind, label, detail, insert, cursor: insert.length, goesOn: false };
}

function eventTypes(as: 'client' | 'server'): Proposal[] {
  const order = { ga: 0, translation: 1, legacy: 2, retired: 3 } as const;
  return CATALOGUE.filter((info) => info.from === as)
    .toSorted((a, b) => order[a.status] - order[b.status])
    .map((info) => plain('event', info.type, info.status === 'ga' ? '' : info.status));
}

/** The event without the value at a path, of which only the holders are copied. */
function removeAt(value: unknown, path: JsonPath): Record<string, unknown> {
  const [step, ...rest] = path;
  if (typeof value !== 'object' || value === null || step === undefined) return {};
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string | number, unknown>;
  if (rest.length === 0) delete copy[step];
  else copy[step] = removeAt(copy[step], rest);
  return copy;
}

function elementsAt(event: Record<string, unknown>, path: JsonPath): unknown[] {
  const value = valueAtPath(event, path);
  return Array.isArray(value) ? value : [];
}

const idFields = new Set(['item_id', 'previous_item_id', 'call_id', 'response_id', 'approval_request_id']);
/** The latest are what one means. */
const mostIds = 50;

function idProposals(name: string, state: SessionState | undefined): Proposal[] {
  if (!idFields.has(name) || state === undefined) return [];
  const newest = <T>(list: readonly T[]) => list.slice(-mostIds).toReversed();
  switch (name) {
    case 'call_id':
      return newest(state.calls).map(({ call, name: tool }) => plain('id', call, tool));
    case 'response_id':
      return newest(state.responses).map(({ id }) => plain('id', id, 'running'));
    case 'approval_request_id':
      return newest(state.items.filter((item) => item.type === 'mcp_approval_request')).map(({ id }) =>
        plain('id', id, ''),
      );
    default:
      return [
        ...newest(state.items).map(({ id, type, item }) =>
          plain('id', id, [type, String(item['role'] ?? '')].filter((word) => word !== '').join(', ')),
        ),
        ...(name === 'previous_item_id' ? [plain('id', 'root', 'the beginning')] : []),
      ];
  }
}
