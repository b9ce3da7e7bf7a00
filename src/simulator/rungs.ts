/** The server events of a session as rungs of a ladder: what is compared of each, and nothing of ids, times and sound. */
import { floats } from './recording';
import { isObject, type Json } from './wire';

/** A rung: one event, or a run of deltas between two others. */
export interface Rung {
  /** Its type; the kinds of a run in alphabetical order, joined by ` + `; `(no event)` for what has no type. */
  type: string;
  /** Events in it. */
  count: number;
  /**
   * The deltas of a run in their order, e.g. `response.output_audio.delta 1.0 x3`: three in a row of the session's first
   * response, output index 0. Empty for other events.
   */
  order: string[];
  /** Paths of all fields, e.g. `response.usage.total_tokens`, `item.content[].type`. */
  fields: string[];
}

/** A rung with what is compared of it and not shown. */
export interface Step extends Rung {
  /** What the event says about how things stand, and its finished words, by path. */
  values: Record<string, string | number | boolean | null>;
  /** When the last event of it was sent, ms. */
  atMs: number;
}

/** Rungs of what runs beside the others: of one stretch of the user's audio, or of the sound of one response. */
export interface Lane {
  /** `input 1`, `response 2`: counted in the order in which the session first names them. */
  of: string;
  rungs: Step[];
}

/** An event with the time it was sent at, ms. */
export interface Timed {
  event: Json;
  atMs: number;
}

/** Fields that say how things stand; others hold ids, times, sound, or words that are compared where they are finished. */
const TELLING = new Set([
  ...['type', 'object', 'status', 'role', 'phase', 'reason', 'name', 'code', 'param'],
  ...['output_index', 'content_index', 'output_modalities[]'],
]);
/** Finished words of the event that ends them. */
const WORDS = new Set(['text', 'transcript', 'arguments']);
const FINISHES = /^response\.\w+\.done$/;

/** The rungs of the events that do not float. */
export function rungsOf(events: readonly Timed[]): Step[] {
  const whole = wholeResponses(events);
  const places = new Map<string, number>();
  const place = (event: Json): string => {
    const id = responseOf(event);
    return id === '' ? '' : ` ${ordinal(places, id)}.${Number(event['output_index'] ?? 0)}`;
  };
  return folded(
    events.filter(({ event }) => !floats(nameOf(event))),
    (event) => ({ place: place(event), whole: whole.has(responseOf(event)) }),
  );
}

/** The lanes of the events that float. */
export function lanesOf(events: readonly Timed[]): Lane[] {
  const inputs = new Map<string, number>();
  const responses = new Map<string, number>();
  const lanes = new Map<string, Timed[]>();
  for (const timed of events) {
    const { event } = timed;
    const name = nameOf(event);
    const item = String(event['item_id'] ?? '');
    // Speech that is detected names the item before its transcription does.
    if (name.startsWith('input_audio_buffer.') && item !== '') ordinal(inputs, item);
    if (name === 'response.created') ordinal(responses, responseOf(event));
    if (!floats(name)) continue;
    const sound = name.startsWith('output_audio_buffer.');
    const of = sound ? `response ${ordinal(responses, responseOf(event))}` : `input ${ordinal(inputs, item)}`;
    const lane = lanes.get(of);
    if (lane) lane.push(timed);
    else lanes.set(of, [timed]);
  }
  return [...lanes].map(([of, own]) => ({ of, rungs: folded(own, () => ({ place: '', whole: true })) }));
}

/** Every path of an object's fields; elements of an array count as one. */
export function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => pathsOf(element, `${path}[]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return [here, ...pathsOf(inner, here)];
  });
}

/** Folds runs of deltas; `about` tells which response a delta belongs to, and whether that was carried to its end. */
function folded(events: readonly Timed[], about: (event: Json) => { place: string; whole: boolean }): Step[] {
  const out: Step[] = [];
  let run: Timed[] = [];
  let order: string[] = [];
  const close = (): void => {
    if (run.length > 0) {
      const types = [...new Set(run.map(({ event }) => nameOf(event)))].sort();
      const fields = [...new Set(run.flatMap(({ event }) => pathsOf(event)))].sort();
      const type = types.join(' + ');
      out.push({ type, count: run.length, order: repeats(order), fields, values: {}, atMs: run.at(-1)!.atMs });
    }
    [run, order] = [[], []];
  };
  for (const timed of events) {
    const { event, atMs } = timed;
    const { place, whole } = about(event);
    const type = nameOf(event);
    if (type.endsWith('.delta')) {
      run.push(timed);
      order.push(`${type}${place}`);
      continue;
    }
    close();
    const fields = [...new Set(pathsOf(event))].sort();
    const values = Object.fromEntries([...valuesOf(event), ...(whole && FINISHES.test(type) ? wordsOf(event) : [])]);
    out.push({ type, count: 1, order: [], fields, values, atMs });
  }
  close();
  return out;
}

function* valuesOf(value: unknown, path = '', name = ''): Generator<[string, string | number | boolean | null]> {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) yield* valuesOf(element, `${path}[${index}]`, `${name}[]`);
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) yield* valuesOf(inner, path === '' ? key : `${path}.${key}`, key);
  } else if (TELLING.has(name)) yield [path, value as string | number | boolean | null];
}

function wordsOf(event: Json): [string, string][] {
  return Object.entries(event).flatMap(([key, value]) =>
    WORDS.has(key) && typeof value === 'string' ? [[key, value] as [string, string]] : [],
  );
}

/** Ids of the responses that were completed: the words of others end where they were cut off. */
function wholeResponses(events: readonly Timed[]): Set<string> {
  const ids = events.flatMap(({ event }) => {
    const { response } = event;
    const done = event['type'] === 'response.done' && isObject(response) && response['status'] === 'completed';
    return done ? [responseOf(event)] : [];
  });
  return new Set(ids);
}

function responseOf(event: Json): string {
  const { response } = event;
  return String(event['response_id'] ?? (isObject(response) ? response['id'] : undefined) ?? '');
}

/** Which one that id is, from 1, in the order in which ids are asked for. */
function ordinal(known: Map<string, number>, id: string): number {
  const number = known.get(id) ?? known.size + 1;
  known.set(id, number);
  return number;
}

function nameOf(event: Json): string {
  return typeof event['type'] === 'string' ? event['type'] : '(no event)';
}

/** `a`, `a`, `b` as `a x2`, `b`. */
function repeats(names: readonly string[]): string[] {
  const out: string[] = [];
  let run = 0;
  for (const [index, name] of names.entries()) {
    run += 1;
    if (names[index + 1] === name) continue;
    out.push(run > 1 ? `${name} x${run}` : name);
    run = 0;
  }
  return out;
}
