/** Values that may be written at a place of an event: of the schema, usual ones, and ids of the session it is meant for. */
import { CATALOGUE, expectedConfig, fieldsAt, knownValues, type SessionState } from '../../src/protocol';
import { valueAtPath, type JsonPath } from './jsonPlace';
import type { Proposal } from './proposal';

/** Values for the field (or element of a list) at a path. */
export function valueProposals(
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
  if (named.length === 1 && name === 'wait') return eventTypes('server');
  if (named.length === 1 && name === 'to' && event['type'] === undefined)
    return [plain('value', 'server', 'as the client'), plain('value', 'client', 'as the server')];
  const ids = isElement ? [] : idProposals(event, named, state);
  // Its own value may be what tells the members of a union apart: without it all of them are possible.
  const holder = named.slice(0, -1);
  const without = removeAt(event, named);
  const field = [...fieldsAt(without, as, holder), ...fieldsAt(event, as, holder)].find((one) => one.name === name);
  const values = field === undefined ? [] : isElement ? field.elements : field.values;
  const isBoolean = !isElement && field?.types.includes('boolean') === true;
  const all = [...new Set([...values, ...(isBoolean ? [true, false] : [])])];
  const hidden = new Set(isElement ? elementsAt(event, named) : []);
  const known = isElement ? [] : knownValues(named, modelOf(state)).filter(({ value }) => !all.includes(value));
  return [
    ...ids,
    ...all
      .filter((value) => !hidden.has(value))
      .map((value) => plain('value', String(value), '', JSON.stringify(value))),
    ...known.map(({ value, note }) => plain('value', String(value), note, JSON.stringify(value))),
  ]
    .map((proposal) => (name === 'voice' ? withLock(proposal, state) : proposal))
    .toSorted((a, b) => Number(isRefused(a)) - Number(isRefused(b)));
}

const refusedWord = 'refused: the model has spoken';
const isRefused = ({ detail }: Proposal) => detail === refusedWord;

/** Once the model has spoken only the voice it has is taken. */
function withLock(proposal: Proposal, state: SessionState | undefined): Proposal {
  if (state?.spoken !== true) return proposal;
  const now = voiceOf(state);
  if (now === undefined) return proposal;
  return { ...proposal, detail: proposal.label === now ? 'in effect, and fixed' : refusedWord };
}
function voiceOf(state: SessionState): string | undefined {
  const config = expectedConfig(state);
  const voice = valueAtPath(config, ['audio', 'output', 'voice']) ?? valueAtPath(config, ['voice']);
  return typeof voice === 'string' ? voice : undefined;
}
function modelOf(state: SessionState | undefined): string | undefined {
  const model = state?.config?.['model'];
  return typeof model === 'string' ? model : undefined;
}

function plain(kind: Proposal['kind'], label: string, detail: string, insert = JSON.stringify(label)): Proposal {
  return { kind, label, detail, insert, cursor: insert.length, goesOn: false };
}

/** All events of one end, those of today first. */
export function eventTypes(as: 'client' | 'server'): Proposal[] {
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

/** Fields that hold an id of the session. */
export const idFields = new Set(['item_id', 'previous_item_id', 'call_id', 'response_id', 'approval_request_id']);
/** The latest are what one means. */
const mostIds = 50;

function idProposals(event: Record<string, unknown>, path: JsonPath, state: SessionState | undefined): Proposal[] {
  const name = String(path.at(-1));
  if (state === undefined) return [];
  if (path.at(-2) === 'tool_choice' && name === 'name') return toolNames(event, state);
  if (!idFields.has(name)) return [];
  const newest = <T>(list: readonly T[]) => list.slice(-mostIds).toReversed();
  switch (name) {
    case 'call_id':
      return newest(state.calls).map(({ call, name: tool }) => plain('id', call, `${tool}, waits`));
    case 'response_id': {
      const running = state.responses.map(({ id }) => id);
      const ended = new Set(state.items.flatMap(({ response }) => (response === undefined ? [] : [response])));
      for (const id of running) ended.delete(id);
      return [
        ...newest(running).map((id) => plain('id', id, 'running')),
        ...newest([...ended]).map((id) => plain('id', id, 'ended')),
      ];
    }
    case 'approval_request_id':
      return newest(state.items.filter((item) => item.type === 'mcp_approval_request')).map(({ id, item }) =>
        plain('id', id, words(item['server_label'], item['name'])),
      );
    default: {
      // Only what the model has spoken can be cut.
      const isCut = event['type'] === 'conversation.item.truncate';
      const items = isCut
        ? state.items.filter(({ type, item }) => type === 'message' && item['role'] === 'assistant')
        : state.items;
      return [
        ...newest(items).map(({ id, type, item }) => plain('id', id, words(type, item['role'], saidIn(item)))),
        ...(name === 'previous_item_id' ? [plain('id', 'root', 'the beginning')] : []),
      ];
    }
  }
}

/** Functions the session has, and those the event itself brings. */
function toolNames(event: Record<string, unknown>, state: SessionState): Proposal[] {
  const lists = [valueAtPath(event, ['session', 'tools']), valueAtPath(expectedConfig(state), ['tools'])];
  const names = lists
    .flatMap((list): unknown[] => (Array.isArray(list) ? list : []))
    .map((tool) => valueAtPath(tool, ['name']))
    .filter((name) => typeof name === 'string');
  return [...new Set(names)].map((name) => plain('id', name, 'function'));
}

/** The first words of an item, so that it can be told from others. */
function saidIn(item: Record<string, unknown>): string {
  const { content, name, output } = item;
  const parts: unknown[] = Array.isArray(content) ? content : [];
  const said = parts
    .map((part) => valueAtPath(part, ['text']) ?? valueAtPath(part, ['transcript']))
    .find((text) => typeof text === 'string');
  const text = said ?? name ?? output;
  if (typeof text !== 'string') return '';
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
function words(...parts: unknown[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join(', ');
}
