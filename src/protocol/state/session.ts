/**
 * What a session has come to after any prefix of its events: pure and incremental. `advance` gives the next state and never
 * changes the one before, so any of them may be kept; a delta costs the same however long the session is.
 */
import { dialectOfSession } from '../dialects';
import type { Side } from '../side';
import { at, isObject, type Json } from '../validate/json';
import { callOf, change, placeItem, transcribeItem, truncateItem, updateItem } from './items';
import { base64Length, bytesPerMs, mergeSession } from './merge';
import { answered, createSent, createTaken, refused, requestOf } from './requests';
import { NEW_SESSION, type SessionState } from './sessionState';

export { NEW_SESSION, type ActiveResponse, type SessionState } from './sessionState';

/** The state after one more event. Whatever is malformed or unknown changes nothing; never throws. */
export function advance(state: SessionState, event: Json, from: Side): SessionState {
  return from === 'client' ? clientSent(state, event) : serverSent(state, event);
}

/**
 * The state after one more piece of audio of so many bytes, decoded: what `advance` does with an append of the client, or
 * with an audio delta of the server for `item`. For those who know the length without the text.
 */
export function advanceAudio(state: SessionState, from: Side, bytes: number, item = ''): SessionState {
  if (from === 'client') {
    const { input } = state;
    const ms = bytes / bytesPerMs(expectedConfig(state), 'input');
    return { ...state, input: { ...input, bufferedMs: input.bufferedMs + ms, totalMs: input.totalMs + ms } };
  }
  const ms = bytes / bytesPerMs(state.config, 'output');
  if (state.voice?.item === item) return { ...state, spoken: true, voice: { item, ms: state.voice.ms + ms } };
  return { ...settle(state), spoken: true, voice: { item, ms } };
}

/** The configuration with the updates that are still on their way, as the server will have it if it takes them. */
export function expectedConfig(state: SessionState): Json | undefined {
  const { config, updates } = state;
  if (config === undefined && updates.length === 0) return undefined;
  return updates.reduce((merged, update) => mergeSession(merged, update.session, state.initial), config ?? {});
}

/** Audio that a commit sent now would take, ms: what was appended since the last commit or clear was sent. */
export function committableMs(state: SessionState): number {
  return Math.max(0, state.input.bufferedMs - state.input.taken.reduce((sum, taken) => sum + taken.ms, 0));
}

/** Audio generated of an item so far, ms. */
export function generatedMs(state: SessionState, item: string): number {
  const known = state.items.find((one) => one.id === item)?.audioMs ?? 0;
  return known + (state.voice?.item === item ? state.voice.ms : 0);
}

function clientSent(state: SessionState, event: Json): SessionState {
  const { input } = state;
  switch (event['type']) {
    case 'session.update':
    case 'transcription_session.update': {
      const { session } = event;
      return isObject(session) ? { ...state, updates: [...state.updates, { ...requestOf(event), session }] } : state;
    }
    case 'input_audio_buffer.append':
      return advanceAudio(state, 'client', base64Length(event['audio']));
    case 'input_audio_buffer.commit':
    case 'input_audio_buffer.clear':
      return {
        ...state,
        input: { ...input, taken: [...input.taken, { ...requestOf(event), ms: committableMs(state) }] },
      };
    case 'response.create': {
      const inConversation = at(event, 'response', 'conversation') !== 'none';
      return { ...state, asked: [...state.asked, { ...requestOf(event), inConversation }] };
    }
    case 'conversation.item.create':
      return createSent(state, event);
    default:
      return state;
  }
}

function serverSent(state: SessionState, event: Json): SessionState {
  const { input } = state;
  switch (event['type']) {
    case 'session.created':
      return configured({ ...NEW_SESSION, updates: state.updates }, event);
    case 'session.updated':
    case 'transcription_session.updated':
      return configured({ ...state, updates: state.updates.slice(1) }, event);
    case 'error':
      return refused(state, event);
    case 'input_audio_buffer.speech_started': {
      const { item_id: item, audio_start_ms: startMs } = event;
      if (typeof item !== 'string' || typeof startMs !== 'number') return state;
      return { ...state, input: { ...input, speaking: true, speech: { item, startMs } } };
    }
    case 'input_audio_buffer.speech_stopped': {
      const { item_id: item, audio_end_ms: endMs } = event;
      const { speech } = input;
      if (!speech || speech.item !== item || typeof endMs !== 'number') {
        return { ...state, input: { ...input, speaking: false } };
      }
      return { ...state, input: { ...input, speaking: false, speech: { ...speech, endMs } } };
    }
    case 'input_audio_buffer.committed':
      return committed(state);
    case 'input_audio_buffer.cleared': {
      const [first, ...taken] = input.taken;
      const left = first ? input.bufferedMs - first.ms : 0;
      return { ...state, input: { ...input, bufferedMs: Math.max(0, left), speaking: false, taken } };
    }
    case 'conversation.item.added':
    case 'conversation.item.created':
      return added(state, event);
    case 'conversation.item.done':
    case 'conversation.item.retrieved': {
      const items = updateItem(state.items, event['item']);
      // A server that sends no `added` still tells of the item here; the place it names is not to be trusted then.
      if (items === state.items && event['type'] === 'conversation.item.done') return added(state, event, true);
      return withCall({ ...state, items }, event['item']);
    }
    case 'conversation.item.deleted':
      return deleted(state, event['item_id']);
    case 'conversation.item.truncated':
      return { ...settle(state), items: truncateItem(settle(state).items, event) };
    case 'conversation.item.input_audio_transcription.completed':
      return { ...state, items: transcribeItem(state.items, event) };
    case 'response.created':
      return begun(state, event['response']);
    case 'response.done': {
      const id = at(event, 'response', 'id');
      const settled = settle(state);
      return { ...settled, responses: settled.responses.filter((response) => response.id !== id) };
    }
    case 'response.output_item.added':
    case 'response.output_item.done': {
      const response = event['response_id'];
      const id = typeof response === 'string' ? response : undefined;
      const next = { ...state, items: updateItem(state.items, event['item'], id) };
      return withCall(next, event['item'], id);
    }
    case 'response.output_audio.delta':
    case 'response.audio.delta':
      return spoken(state, event);
    case 'response.output_audio.done':
    case 'response.audio.done':
      return settle(state);
    default:
      return state;
  }
}

function configured(state: SessionState, event: Json): SessionState {
  const { session } = event;
  if (!isObject(session)) return state;
  const dialect = state.dialect ?? dialectOfSession(event);
  const initial = event['type'] === 'session.created' ? { initial: session } : {};
  return { ...state, config: session, ...initial, ...(dialect === undefined ? {} : { dialect }) };
}

function committed(state: SessionState): SessionState {
  const { input } = state;
  const { speech } = input;
  const [first, ...taken] = input.taken;
  // Turn detection takes the audio up to the end of speech; what came after it waits for the next turn.
  const byServer = speech?.endMs !== undefined && !first;
  const left = byServer
    ? Math.min(input.bufferedMs, Math.max(0, input.totalMs - (speech.endMs ?? 0)))
    : first
      ? input.bufferedMs - first.ms
      : 0;
  return { ...state, input: { ...input, bufferedMs: Math.max(0, left), speaking: false, taken } };
}

function added(state: SessionState, event: Json, atEnd = false): SessionState {
  const { item, previous_item_id: previous } = event;
  let items = placeItem(state.items, item, atEnd ? undefined : previous);
  const { speech } = state.input;
  if (speech?.endMs !== undefined && at(item, 'id') === speech.item) {
    const { startMs, endMs } = speech;
    items = change(items, speech.item, (known) => ({ ...known, audioMs: Math.max(0, endMs - startMs) }));
  }
  const next = { ...createTaken(state, item), items, spoken: state.spoken || isSpeech(item) };
  return withCall(next, item);
}

function isSpeech(item: unknown): boolean {
  const content = at(item, 'content');
  return Array.isArray(content) && content.some((part) => at(part, 'type') === 'output_audio');
}

function deleted(state: SessionState, id: unknown): SessionState {
  return {
    ...state,
    items: state.items.filter((item) => item.id !== id),
    calls: state.calls.filter((call) => call.item !== id),
  };
}

/** Keeps the list of calls that wait: added by the model, taken off by an output. */
function withCall(state: SessionState, item: unknown, response?: string): SessionState {
  const call = callOf(item, response);
  if (!call) return answered(state, item);
  if (state.answered.includes(call.call)) return state;
  const index = state.calls.findIndex((known) => known.call === call.call);
  if (index < 0) return { ...state, calls: [...state.calls, call] };
  return { ...state, calls: state.calls.with(index, { ...state.calls[index], ...call }) };
}

function begun(state: SessionState, response: unknown): SessionState {
  const id = at(response, 'id');
  if (typeof id !== 'string') return state;
  // Some servers leave the field out; only an explicit null means outside.
  const inConversation = at(response, 'conversation_id') !== null;
  const index = state.asked.findIndex((one) => one.inConversation === inConversation);
  return {
    ...state,
    asked: index < 0 ? state.asked : state.asked.toSpliced(index, 1),
    responses: [...state.responses, { id, inConversation, asked: index >= 0 }],
    lastResponse: id,
  };
}

function spoken(state: SessionState, event: Json): SessionState {
  const item = event['item_id'];
  return typeof item === 'string' ? advanceAudio(state, 'server', base64Length(event['delta']), item) : state;
}

/** Adds the audio of the answer being spoken to its item. */
function settle(state: SessionState): SessionState {
  const { voice, ...rest } = state;
  if (!voice) return state;
  const items = change(state.items, voice.item, (known) => ({ ...known, audioMs: known.audioMs + voice.ms }));
  return { ...rest, items };
}
