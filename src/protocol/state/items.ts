/** The conversation as the server has it: items in their order, each with what is known of it. */
import { at, isObject, type Json } from '../validate/json';

/** An item of the conversation. */
export interface ItemState {
  id: string;
  /** `message`, `function_call`, ... */
  type: string;
  /** The item as last told, without audio bytes. */
  item: Json;
  /** The response that made it. */
  response?: string;
  /** Audio of it so far, ms: of the answer as generated, of the user as heard between start and end of speech. */
  audioMs: number;
  /** Where it was cut, ms. */
  truncatedMs?: number;
}

/** A function call that waits for its output. */
export interface PendingCall {
  call: string;
  name: string;
  /** JSON as the model wrote it; '' until it is complete. */
  arguments: string;
  item: string;
  response?: string;
}

/** Adds an item, or updates it when it is there. `previous` as in `conversation.item.added`. */
export function placeItem(items: readonly ItemState[], value: unknown, previous: unknown): readonly ItemState[] {
  const item = withoutAudio(value);
  const id = item?.['id'];
  if (!item || typeof id !== 'string' || id === '') return items;
  if (items.some((known) => known.id === id)) return updateItem(items, item);
  const type = item['type'];
  const state: ItemState = { id, type: typeof type === 'string' ? type : '', item, audioMs: 0 };
  // Null is the place at the root, which is also that of the very first.
  const at = previous === null ? 0 : items.findIndex((known) => known.id === previous) + 1;
  if (at === 0 && previous !== null) return [...items, state];
  return [...items.slice(0, at), state, ...items.slice(at)];
}

/** Takes over what is told of an item that is there already; any other is left out. Its place does not change. */
export function updateItem(items: readonly ItemState[], value: unknown, response?: string): readonly ItemState[] {
  const item = withoutAudio(value);
  if (!item) return items;
  return change(items, item['id'], (known) => ({
    ...known,
    item: { ...known.item, ...keepTranscripts(known, item) },
    ...(response === undefined ? {} : { response }),
  }));
}

/** Changes the one item of that id. */
export function change(
  items: readonly ItemState[],
  id: unknown,
  how: (item: ItemState) => ItemState,
): readonly ItemState[] {
  const index = typeof id === 'string' ? items.findIndex((known) => known.id === id) : -1;
  const known = items[index];
  if (!known) return items;
  return items.with(index, how(known));
}

/** A cut: audio after that time is gone, and so is the transcript of the part. */
export function truncateItem(items: readonly ItemState[], event: Json): readonly ItemState[] {
  const { audio_end_ms: end, content_index: index } = event;
  return change(items, event['item_id'], (known) => ({
    ...known,
    ...(typeof end === 'number' ? { truncatedMs: end } : {}),
    item: changePart(known.item, index, (part) => {
      const { transcript: _, ...rest } = part;
      return rest;
    }),
  }));
}

/** What the user said, once it is written down. */
export function transcribeItem(items: readonly ItemState[], event: Json): readonly ItemState[] {
  const { transcript, content_index: index } = event;
  if (typeof transcript !== 'string') return items;
  return change(items, event['item_id'], (known) => ({
    ...known,
    item: changePart(known.item, index, (part) => ({ ...part, transcript })),
  }));
}

function changePart(item: Json, index: unknown, how: (part: Json) => Json): Json {
  const { content } = item;
  if (!Array.isArray(content) || typeof index !== 'number') return item;
  return { ...item, content: content.map((part: unknown, i) => (i === index && isObject(part) ? how(part) : part)) };
}

/** Item events carry a null transcript even after it was told by its own event. */
function keepTranscripts(known: ItemState, item: Json): Json {
  const { content } = item;
  const before = known.item['content'];
  if (!Array.isArray(content) || !Array.isArray(before)) return item;
  return {
    ...item,
    content: content.map((part: unknown, index) => {
      const old: unknown = before[index];
      if (!isObject(part) || !isObject(old)) return part;
      return part['transcript'] === null && typeof old['transcript'] === 'string'
        ? { ...part, transcript: old['transcript'] }
        : part;
    }),
  };
}

function withoutAudio(value: unknown): Json | undefined {
  if (!isObject(value)) return undefined;
  const { content } = value;
  if (!Array.isArray(content)) return value;
  return {
    ...value,
    content: content.map((part: unknown) => {
      if (!isObject(part) || !Object.hasOwn(part, 'audio')) return part;
      const { audio: _, ...rest } = part;
      return rest;
    }),
  };
}

/** The call an item of type `function_call` makes; undefined for any other. */
export function callOf(value: unknown, response?: string): PendingCall | undefined {
  const call = at(value, 'call_id');
  if (at(value, 'type') !== 'function_call' || typeof call !== 'string') return undefined;
  const text = (name: string): string => {
    const found = at(value, name);
    return typeof found === 'string' ? found : '';
  };
  return {
    call,
    name: text('name'),
    arguments: text('arguments'),
    item: text('id'),
    ...(response === undefined ? {} : { response }),
  };
}
