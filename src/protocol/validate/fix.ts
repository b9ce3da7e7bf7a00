/** Rewrites that set a mistake right. */
import { BETA_CONTENT, BETA_FORMATS, BETA_SESSION_FIELDS } from '../shapes';
import { isObject, type Json, type Path } from './json';

/** A rewrite of the whole event: what it does, for a menu, and how. `edit` may change its argument, a copy. */
export interface Edit {
  title: string;
  edit(event: Json): Json;
}

/** Puts a value in place of another. */
export function replaceAt(title: string, path: Path, value: unknown): Edit {
  return { title, edit: (event) => changeHolder(event, path, (holder, name) => set(holder, name, value)) };
}

/** Takes fields out of the object at a place. */
export function removeFields(title: string, path: Path, names: readonly string[]): Edit {
  return {
    title,
    edit: (event) => {
      let holder: unknown = event;
      for (const step of path) holder = inner(holder, step);
      if (isObject(holder)) for (const name of names) delete holder[name];
      return event;
    },
  };
}

/** Gives a field of the object at a place another name; it keeps its value and its place among the others. */
export function renameField(title: string, path: Path, from: string, to: string): Edit {
  return {
    title,
    edit: (event) => {
      let holder: unknown = event;
      for (const step of path) holder = inner(holder, step);
      if (!isObject(holder)) return event;
      const fields = Object.entries(holder);
      for (const [name] of fields) delete holder[name];
      for (const [name, value] of fields) {
        // Not an assignment: a field may be called `__proto__`.
        const property = { value, enumerable: true, configurable: true, writable: true };
        Object.defineProperty(holder, name === from ? to : name, property);
      }
      return event;
    },
  };
}

function changeHolder(event: Json, path: Path, change: (holder: unknown, name: string | number) => void): Json {
  let holder: unknown = event;
  for (const step of path.slice(0, -1)) holder = inner(holder, step);
  const last = path.at(-1);
  if (last !== undefined) change(holder, last);
  return event;
}

function inner(holder: unknown, step: string | number): unknown {
  if (Array.isArray(holder)) return (holder as unknown[])[Number(step)];
  return isObject(holder) && Object.hasOwn(holder, step) ? holder[step] : undefined;
}

function set(holder: unknown, name: string | number, value: unknown): void {
  if (Array.isArray(holder)) (holder as unknown[])[Number(name)] = value;
  else if (isObject(holder)) holder[name] = value;
}

/** The rewrite from the beta interface to the current one. */
export const TO_GA: Edit = { title: 'Rewrite for the current interface', edit: rewriteToGa };

/**
 * An event of the beta interface in the current one's words: flat session and response fields go where they live now,
 * formats become objects, `session.type` is filled in, content types are renamed. What has no successor is left out.
 * Anything that is current already stays. The argument may be changed.
 */
export function rewriteToGa(event: Json): Json {
  const type = event['type'];
  const { session, response, item } = event;
  if (type === 'transcription_session.update' && isObject(session)) {
    return { ...event, type: 'session.update', session: { ...nest(session), type: 'transcription' } };
  }
  if (type === 'session.update' && isObject(session)) {
    const { type: kind, ...rest } = nest(session);
    return { ...event, session: { type: kind ?? 'realtime', ...rest } };
  }
  if (type === 'response.create' && isObject(response)) {
    const { input, ...rest } = nest(response);
    const items = Array.isArray(input) ? input.map((one: unknown) => (isObject(one) ? rename(one) : one)) : input;
    return { ...event, response: items === undefined ? rest : { ...rest, input: items } };
  }
  if (type === 'conversation.item.create' && isObject(item)) return { ...event, item: rename(item) };
  return event;
}

/** Flat fields of a session or response at the places they have now. A value that is there already wins. */
function nest(flat: Json): Json {
  const out: Json = {};
  for (const [name, value] of Object.entries(flat)) {
    if (!Object.hasOwn(BETA_SESSION_FIELDS, name)) out[name] = value;
  }
  for (const [name, value] of Object.entries(flat)) {
    const path = Object.hasOwn(BETA_SESSION_FIELDS, name) ? BETA_SESSION_FIELDS[name] : undefined;
    if (path) put(out, path.split('.'), modern(name, value));
  }
  return out;
}

function put(root: Json, path: string[], value: unknown): void {
  let holder = root;
  for (const name of path.slice(0, -1)) {
    const next = holder[name];
    // The event is a copy, but what it shares with `flat` should stay as it was while that is read.
    const copy: Json = isObject(next) ? { ...next } : {};
    holder[name] = copy;
    holder = copy;
  }
  const last = path.at(-1) ?? '';
  if (!Object.hasOwn(holder, last)) holder[last] = value;
}

function modern(name: string, value: unknown): unknown {
  if (name.endsWith('_audio_format') && typeof value === 'string') return formatOf(value);
  if (name === 'modalities') return oneModality(value);
  // "none" was how the first beta spelt what null says now.
  if (name === 'turn_detection' && isObject(value) && value['type'] === 'none') return null;
  return value;
}

/** A format given as the beta's word; 16-bit PCM for a word nobody knows. */
export function formatOf(word: string): Json {
  const known = Object.hasOwn(BETA_FORMATS, word) ? BETA_FORMATS[word] : undefined;
  return { ...(known ?? BETA_FORMATS['pcm16']) };
}

/** Audio comes with its transcript, so both at once are meant by it. */
export function oneModality(value: unknown): string[] {
  return Array.isArray(value) && !value.includes('audio') && value.includes('text') ? ['text'] : ['audio'];
}

/** An item with its content types as they are called now. */
function rename(item: Json): Json {
  const { content, role } = item;
  if (!Array.isArray(content)) return item;
  const input = role === 'user' || role === 'system';
  return {
    ...item,
    content: content.map((part: unknown) => {
      if (!isObject(part)) return part;
      const type = part['type'];
      const old = typeof type === 'string' && Object.hasOwn(BETA_CONTENT, type);
      const now = old ? (input ? `input_${type}` : BETA_CONTENT[type]) : type;
      return old ? { ...part, type: now } : part;
    }),
  };
}

/** The samples of base64 that begins with a data URL's head or a WAV header; undefined when it cannot be told. */
export function rawSamples(audio: string): string | undefined {
  const comma = audio.startsWith('data:') ? audio.indexOf(',') : -1;
  const base64 = audio.slice(comma + 1);
  if (!base64.startsWith('UklGR')) return comma < 0 ? undefined : base64;
  let bytes: string;
  try {
    bytes = atob(base64);
  } catch {
    return undefined;
  }
  // Chunks follow "RIFF....WAVE", each with four letters and its length.
  let offset = 12;
  while (offset + 8 <= bytes.length) {
    const length = [0, 1, 2, 3].reduce((sum, place) => sum + bytes.charCodeAt(offset + 4 + place) * 256 ** place, 0);
    if (bytes.startsWith('data', offset)) return btoa(bytes.slice(offset + 8, offset + 8 + length));
    offset += 8 + length + (length % 2);
  }
  return undefined;
}
