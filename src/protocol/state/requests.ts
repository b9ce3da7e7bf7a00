/** What the client sent and the server has not answered: how an answer finds it, and how a refusal undoes it. */
import { at, isObject, type Json } from '../validate/json';
import { callOf, type PendingCall } from './items';
import type { ItemRequest, Request, SessionState } from './sessionState';

/** So many creates are on their way at most; older ones were taken, or refused without a word. */
const MOST_CREATES = 500;

/** The marks by which an answer is told to be this one's. */
export function requestOf(event: Json): Request {
  const id = event['event_id'];
  return typeof id === 'string' ? { eventId: id } : {};
}

/** A create is sent. An output counts as given from here on: the server's word follows within a round trip. */
export function createSent(state: SessionState, event: Json): SessionState {
  const { item } = event;
  if (!isObject(item)) return state;
  const id = item['id'];
  const call = outputOf(item);
  const isFirst = call !== undefined && !state.answered.includes(call);
  const waited = state.calls.find((known) => known.call === call);
  const create: ItemRequest = {
    ...requestOf(event),
    ...(typeof id === 'string' ? { id } : {}),
    type: String(item['type']),
    marks: marksOf(item),
    ...(isFirst ? { answers: { call, ...(waited ? { waited } : {}) } } : {}),
  };
  return answered({ ...state, creates: [...state.creates, create].slice(-MOST_CREATES) }, item);
}

/** The server tells of a new item: a create that fits it was taken. */
export function createTaken(state: SessionState, item: unknown): SessionState {
  if (state.creates.length === 0 || !isObject(item)) return state;
  const id = item['id'];
  const marks = marksOf(item);
  const own = state.creates.findIndex((create) => create.id !== undefined && create.id === id);
  const index =
    own >= 0
      ? own
      : state.creates.findIndex(
          (create) => create.id === undefined && create.type === item['type'] && create.marks === marks,
        );
  if (index < 0) return state;
  // Events are handled in order, so those before it are done with; only the word about an output may come late.
  const before = state.creates.slice(0, index).filter((create) => create.answers);
  return { ...state, creates: [...before, ...state.creates.slice(index + 1)] };
}

/** An item is in the conversation, or about to be: a function call it answers waits no longer. */
export function answered(state: SessionState, item: unknown): SessionState {
  const call = outputOf(item);
  if (call === undefined || state.answered.includes(call)) return state;
  return {
    ...state,
    answered: [...state.answered, call],
    calls: state.calls.filter((known) => known.call !== call),
  };
}

/**
 * Takes back what an `error` of the server refuses: the request with the event id that it names, else the oldest of those
 * its code, parameter or message speak of. An error about anything else changes nothing. What a client asks to delete, cut
 * or cancel is not in the state before the server says so, so a refusal of these has nothing to undo.
 */
export function refused(state: SessionState, event: Json): SessionState {
  const error = readError(event);
  const find = <T extends Request>(requests: readonly T[], fits: (request: T) => boolean): number => {
    if (error.eventId !== undefined) return requests.findIndex((one) => one.eventId === error.eventId);
    // The service names the event id where there is one, so those without are meant first.
    const nameless = requests.findIndex((one) => one.eventId === undefined && fits(one));
    return nameless >= 0 ? nameless : requests.findIndex(fits);
  };
  const without = <T extends Request>(requests: readonly T[], isMeant: boolean): readonly T[] => {
    const index = find(requests, () => isMeant);
    return index < 0 ? requests : requests.toSpliced(index, 1);
  };
  const next: SessionState = {
    ...state,
    updates: without(state.updates, isAboutUpdate(error)),
    asked: without(state.asked, isAboutResponse(error)),
    input: { ...state.input, taken: without(state.input.taken, error.code === 'input_audio_buffer_commit_empty') },
  };
  return createRefused(
    next,
    find(state.creates, (create) => isAboutCreate(error, create)),
  );
}

function createRefused(state: SessionState, index: number): SessionState {
  const create = state.creates[index];
  if (!create) return state;
  const next = { ...state, creates: state.creates.toSpliced(index, 1) };
  const { answers } = create;
  if (!answers) return next;
  // Its arguments may have been completed meanwhile.
  const told = state.items.find((item) => item.type === 'function_call' && at(item.item, 'call_id') === answers.call);
  const call = (told && callOf(told.item, told.response)) ?? answers.waited;
  const calls = call ? inOrder(state, call) : state.calls;
  return { ...next, calls, answered: state.answered.filter((known) => known !== answers.call) };
}

/** The calls that wait with one more, oldest first: in the order of their items. */
function inOrder({ calls, items }: SessionState, call: PendingCall): readonly PendingCall[] {
  const place = (one: PendingCall): number => items.findIndex((item) => item.id === one.item);
  const own = place(call);
  const later = calls.findIndex((one) => place(one) > own);
  return calls.toSpliced(later < 0 ? calls.length : later, 0, call);
}

interface ErrorWords {
  eventId?: string;
  code: string;
  param: string;
  message: string;
}

function readError(event: Json): ErrorWords {
  const text = (name: string): string => {
    const found = at(event, 'error', name);
    return typeof found === 'string' ? found : '';
  };
  const eventId = text('event_id');
  return {
    ...(eventId === '' ? {} : { eventId }),
    code: text('code'),
    param: text('param'),
    message: text('message').slice(0, 1000),
  };
}

/** Whether a parameter as the service writes it (`item.content[0].type`) is that field or inside it. */
function isIn({ param }: ErrorWords, field: string): boolean {
  return param === field || param.startsWith(`${field}.`) || param.startsWith(`${field}[`);
}

function isAboutUpdate(error: ErrorWords): boolean {
  return (
    isIn(error, 'session') ||
    error.code === 'cannot_update_voice' ||
    // Of a session of another kind; it has no parameter.
    /session update event/i.test(error.message)
  );
}

function isAboutResponse(error: ErrorWords): boolean {
  return (
    isIn(error, 'response') ||
    error.code === 'conversation_already_has_active_response' ||
    error.code === 'item_reference_invalid_item_id'
  );
}

function isAboutCreate(error: ErrorWords, create: ItemRequest): boolean {
  const { code, message } = error;
  if (code === 'invalid_tool_call_id') {
    if (create.type !== 'function_call_output') return false;
    const named = /'([^']+)'/.exec(message)?.[1];
    return named === undefined || create.marks === named;
  }
  if (isIn(error, 'item') || isIn(error, 'previous_item_id') || code.startsWith('item_create_')) return true;
  return create.type === 'mcp_approval_response' && /^MCP approval request/i.test(message);
}

function outputOf(item: unknown): string | undefined {
  const call = at(item, 'call_id');
  return at(item, 'type') === 'function_call_output' && typeof call === 'string' ? call : undefined;
}

/** What an item keeps when the server tells it back: enough to know one's own again, whatever else it fills in. */
function marksOf(item: Json): string {
  const { role, content } = item;
  const call = item['call_id'] ?? item['approval_request_id'];
  if (typeof call === 'string') return call;
  const parts = Array.isArray(content) ? content.slice(0, 20).map((part) => String(at(part, 'type'))) : [];
  return [typeof role === 'string' ? role : '', ...parts].join(' ');
}
