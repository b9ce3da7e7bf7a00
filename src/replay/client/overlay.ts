/** Changes to what a recorded client sent, made on the way: another configuration, other frames, some left out, some added. */
import { asObject, type JsonObject } from '../../analysis/json';
import { setAt } from '../../rules/edit';
import { parsePath, valueAt, type EventPath } from '../../rules/path';
import { redactEvent, REPLACEMENT } from '../../trace/redact';
import type { PlannedFrame } from './plan';

/** One value at one place. */
export interface Setting {
  path: EventPath;
  /** As it was written, for people. */
  place: string;
  /** JSON text. */
  value: string;
}

/** What becomes of the frames that it is about. */
export interface FrameChange {
  /** A message by its number in the recording, or all of a type. */
  of: { seq: number } | { type: string };
  set: readonly Setting[];
  /** JSON text that goes in its place. */
  replace?: string;
  drop: boolean;
}

/** A message that the recorded client did not send. */
export interface Insertion {
  /** Number of the recorded message behind which it goes; 0 is before all of them. */
  after: number;
  text: string;
}

/** All changes of one run. */
export interface Overlay {
  name: string;
  /** Of the configuration (`session...`), and of every response that is asked for (`response...`). */
  set: readonly Setting[];
  frames: readonly FrameChange[];
  insert: readonly Insertion[];
}

export const NO_OVERLAY: Overlay = { name: '', set: [], frames: [], insert: [] };

/** A setting of `PATH=JSON`, as `--set` takes it; a single word may go without quotes. Or what is wrong with it. */
export function parseSetting(text: string): Setting | { problem: string } {
  const at = text.indexOf('=');
  if (at <= 0) return { problem: `"${text}" must be PATH=JSON, e.g. session.audio.output.voice="marin".` };
  const [place, given] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  try {
    JSON.parse(given);
    return settingOf(place, given);
  } catch {
    if (/^[A-Za-z][\w.-]*$/.test(given)) return settingOf(place, JSON.stringify(given));
    return { problem: `The value for ${place} is not JSON: ${given.slice(0, 80)}` };
  }
}

/** A setting of the configuration or of every response. */
export function settingOf(place: string, value: string): Setting | { problem: string } {
  const path = parsePath(place);
  if ('problem' in path) return { problem: `${place}: ${path.problem}` };
  const root = path[0];
  const name = typeof root === 'object' && 'name' in root ? root.name : '';
  if ((name !== 'session' && name !== 'response') || path.length < 2)
    return {
      problem: `${place} must begin with session. or response.; other messages are changed by an overlay file.`,
    };
  return { path, place, value };
}

/**
 * The name of settings that have none: it stands in the new trace, on the screen and in reports, so secrets given in the place of
 * those that were taken out do not stand in it.
 */
export function settingsName(settings: readonly Setting[]): string {
  return settings.map(settingWords).join(' ').slice(0, 200);
}

function settingWords({ path, place, value }: Setting): string {
  const last = path.at(-1);
  const head = `{${JSON.stringify(typeof last === 'object' && 'name' in last ? last.name : 'value')}:`;
  const shown = redactEvent(`${head}${value}}`)?.text ?? `${head}${value}}`;
  return `${place}=${shown.startsWith(head) ? shown.slice(head.length, -1) : REPLACEMENT}`;
}

/** One overlay on top of another; a value at the same place wins. */
export function merged(base: Overlay, top: Overlay): Overlay {
  return {
    name: top.name || base.name,
    set: [...base.set.filter(({ place }) => !top.set.some((one) => one.place === place)), ...top.set],
    frames: [...base.frames, ...top.frames],
    insert: [...base.insert, ...top.insert],
  };
}

export const isEmpty = ({ set, frames, insert }: Overlay): boolean => set.length + frames.length + insert.length === 0;

const UPDATES = new Set(['session.update', 'transcription_session.update']);
/** Whether messages of this type configure the session. */
export const isUpdate = (type: string): boolean => UPDATES.has(type);
/** Objects that an update puts in the place of the old one whole, so that a value within them is set wherever they are. */
export const WHOLE: ReadonlySet<string> = new Set([
  'turn_detection',
  'transcription',
  'noise_reduction',
  'format',
  'tracing',
  'prompt',
]);

/** Applies an overlay to messages in their order. */
export class OverlayEditor {
  readonly #overlay: Overlay;
  #updated = false;

  constructor(overlay: Overlay) {
    this.#overlay = overlay;
  }

  /** Whether a message of the client's configuration has to be made because the recorded client sent none. */
  static needsUpdate(overlay: Overlay, frames: readonly PlannedFrame[]): boolean {
    return rooted(overlay, 'session').length > 0 && !frames.some(({ type }) => isUpdate(type));
  }

  /** The configuration as an update of its own. */
  static update(overlay: Overlay, url: string): string {
    const isTranslation = /\/translations(?:[?#]|$)/.test(url);
    const type = /[?&]intent=transcription(?:&|#|$)/.test(url) ? 'transcription' : 'realtime';
    let text: string | undefined = `{"type":"session.update","session":{${isTranslation ? '' : `"type":"${type}"`}}}`;
    for (const { path, value } of rooted(overlay, 'session')) text = text && setAt(text, path, value);
    return text ?? '';
  }

  /** Another text goes in its place, whatever it was. */
  replaces(seq: number, type: string): boolean {
    return this.#changes(seq, type).some(({ replace, drop }) => replace !== undefined || drop);
  }

  /** The message as it goes out; undefined when it is left out, a problem where a place is not in it. */
  edit(seq: number, type: string, text: string): { text: string; covered: string[] } | { problem: string } | undefined {
    if (isEmpty(this.#overlay)) return { text, covered: [] };
    const changes = this.#changes(seq, type);
    if (changes.some(({ drop }) => drop)) return undefined;
    const replaced = changes.findLast(({ replace }) => replace !== undefined)?.replace;
    const event = asObject(parsed(replaced ?? text));
    const settings = [
      ...(event ? this.#general(typeof event.type === 'string' ? event.type : type, event) : []),
      ...changes.flatMap(({ set }) => set),
    ];
    let changed: string = replaced ?? text;
    for (const { path, place, value } of settings) {
      const next = setAt(changed, path, value);
      if (next === undefined) return { problem: `#${seq} (${type}) has no place ${place}` };
      changed = next;
    }
    return { text: changed, covered: replaced === undefined ? settings.map(({ path }) => pointer(path)) : [''] };
  }

  #changes(seq: number, type: string): FrameChange[] {
    return this.#overlay.frames.filter(({ of }) => ('seq' in of ? of.seq === seq : of.type === type));
  }

  #general(type: string, event: JsonObject): Setting[] {
    if (type === 'response.create') return rooted(this.#overlay, 'response');
    if (!isUpdate(type)) return [];
    const all = rooted(this.#overlay, 'session');
    const first = !this.#updated;
    this.#updated = true;
    return all.filter(({ path }) => first || touches(event, path));
  }
}

/** A later update speaks of what was set, and would undo it. */
function touches(event: JsonObject, path: EventPath): boolean {
  for (let length = path.length; length > 1; length--) {
    const last = path[length - 1];
    const isWhole = length === path.length || (typeof last === 'object' && 'name' in last && WHOLE.has(last.name));
    if (isWhole && valueAt(event, path.slice(0, length)) !== undefined) return true;
  }
  return false;
}

function rooted({ set }: Overlay, name: 'session' | 'response'): Setting[] {
  return set.filter(({ path: [root] }) => typeof root === 'object' && 'name' in root && root.name === name);
}

/** The JSON pointer of a path without wild cards. */
function pointer(path: EventPath): string {
  return path
    .map((step) => {
      const name = typeof step === 'string' ? '-' : 'index' in step ? String(step.index) : step.name;
      return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    })
    .join('');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
