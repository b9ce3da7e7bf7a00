/** What a client sends to bring a new session as far as another one had come: its configuration, then its conversation. */
import { isObject, type Json } from '../validate/json';
import type { ItemState } from './items';
import { expectedConfig, type SessionState } from './session';

/** Events to send, in their order, and in words what of the session cannot be had again by any. */
export interface Beginning {
  /** A `session.update` first, where the configuration is known; then a `conversation.item.create` for each item. */
  events: Json[];
  lost: string[];
}

/** Fields of a session that the server adds to what it was asked for. */
const SERVER_ONLY: ReadonlySet<string> = new Set(['id', 'object', 'expires_at', 'client_secret']);

/**
 * The configuration as a client asks for it: without what only servers say, and without null, which says as much as nothing but for
 * turn detection, where it means none.
 */
export function askedConfig(config: Json): Json {
  const asked = withoutNull(config) as Json;
  return Object.fromEntries(Object.entries(asked).filter(([name]) => !SERVER_ONLY.has(name)));
}

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name, inner]) => inner !== null || name === 'turn_detection');
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNull(inner)]));
}

/**
 * Items keep their ids, which a client may choose, so that what is sent later still means them. Sound is in no item that is told
 * of: what was said goes as the words it was written down as. What has none, or only servers can make, is lost.
 */
export function beginningOf(state: SessionState): Beginning {
  const config = expectedConfig(state);
  const events: Json[] = [];
  const lost: string[] = [];
  if (config === undefined) lost.push('the configuration, which the trace does not tell');
  else {
    // The model is that of the address, and cannot be changed.
    const { model: _, ...session } = askedConfig(config);
    events.push({ type: 'session.update', session });
  }
  for (const item of state.items) {
    const made = itemToCreate(item);
    if (typeof made === 'string') lost.push(`${item.type || 'item'} ${item.id}: ${made}`);
    else events.push({ type: 'conversation.item.create', item: made });
  }
  if (state.creates.length > 0) lost.push(`${state.creates.length} items that were sent and not taken yet`);
  if (state.responses.length > 0) lost.push('the rest of the answer that was under way');
  if (state.input.bufferedMs > 0)
    lost.push(`${(state.input.bufferedMs / 1000).toFixed(1)} s of sound that was sent and no item yet`);
  return { events, lost };
}

/** The item as a client creates it, or why it cannot. */
function itemToCreate({ id, type, item, truncatedMs }: ItemState): Json | string {
  const { call_id: call, name, arguments: args, output } = item;
  switch (type) {
    case 'message': {
      const { role, content } = item;
      const parts = (Array.isArray(content) ? content : []).map((part) => partToCreate(part, role));
      const known = parts.filter((part) => part !== undefined);
      if (known.length > 0) return { id, type, role, content: known };
      return truncatedMs === undefined
        ? 'what was said is not known in words'
        : `it was cut at ${Math.round(truncatedMs)} ms, and what was heard of it is not known in words`;
    }
    case 'function_call':
      return typeof call === 'string' && typeof args === 'string' && args !== ''
        ? { id, type, call_id: call, name, arguments: args }
        : 'its arguments were not complete';
    case 'function_call_output':
      return typeof call === 'string' && typeof output === 'string'
        ? { id, type, call_id: call, output }
        : 'its output is not known';
    default:
      return 'only a server makes such items';
  }
}

function partToCreate(part: unknown, role: unknown): Json | undefined {
  if (!isObject(part)) return undefined;
  const { type, text, transcript, image_url: image } = part;
  if (type === 'input_image' && typeof image === 'string') return part;
  const words = typeof text === 'string' && text !== '' ? text : transcript;
  if (typeof words !== 'string' || words === '') return undefined;
  // Of the beta's answers the parts are `text` and `audio`; since then they are `output_text` and `output_audio`.
  const isBeta = type === 'text' || type === 'audio';
  return { type: role !== 'assistant' ? 'input_text' : isBeta ? 'text' : 'output_text', text: words };
}
