/** What a `session.update` would make of the session, and what would bring an earlier configuration back. */
import { expectedConfig, mergeSession, type SessionState } from '../../src/protocol';
import { diffConfigs, type ConfigChange } from '../../src/analysis/valueDiff';
import { readLoosely } from './jsonPlace';

type Fields = Record<string, unknown>;

/** What the update in the text changes, and what it asks for that is so already. */
export interface UpdatePreview {
  changes: ConfigChange[];
  /** Nothing it names is otherwise in the session. */
  isVoid: boolean;
}

/** Undefined when the text is no update, or nothing is known of the session yet. */
export function previewUpdate(text: string, state: SessionState | undefined): UpdatePreview | undefined {
  const now = state && expectedConfig(state);
  const event = readLoosely(text);
  const { session } = event;
  if (now === undefined || event['type'] !== 'session.update' || !isFields(session)) return undefined;
  const changes = diffConfigs(now, mergeSession(now, session, state?.initial)).flatMap(leaves);
  return { changes, isVoid: changes.length === 0 };
}

/** What is new as its parts, each on a line of its own. */
function leaves(change: ConfigChange): ConfigChange[] {
  const { path, kind, after } = change;
  const name = path.split('.').at(-1) ?? '';
  if (kind !== 'added' || !isFields(after) || whole.has(name) || Object.keys(after).length === 0) return [change];
  return Object.entries(after).flatMap(([inner, value]) =>
    leaves({ path: `${path}.${inner}`, kind, before: undefined, after: value }),
  );
}

/** What no update changes, so what none need ask for. */
const fixed = new Set(['type', 'object', 'id', 'model', 'expires_at', 'client_secret']);
/** Values that are given whole (`mergeSession`), though they may be objects. */
const whole = new Set([
  'tools',
  'tool_choice',
  'tracing',
  'truncation',
  'prompt',
  'include',
  'reasoning',
  'voice',
  'turn_detection',
  'format',
  'transcription',
]);

/**
 * The smallest `session` of an update that makes `now` what `earlier` was. `keptVoice`: the voice is fixed, and stays. What
 * was absent then is cleared by null.
 */
export function sessionToReturn(now: Fields, earlier: Fields, keptVoice: boolean): Fields {
  const back = differing(now, earlier, (name) => fixed.has(name) || (keptVoice && name === 'voice'));
  return { type: typeof now['type'] === 'string' ? now['type'] : 'realtime', ...back };
}

/** The text of an update that gives any session all of a configuration. */
export function wholeUpdate(config: Fields): string {
  const { type, ...all } = config;
  const session = Object.fromEntries(Object.entries(all).filter(([name]) => !fixed.has(name)));
  return JSON.stringify({ type: 'session.update', session: { type: type ?? 'realtime', ...session } }, null, 2);
}

function differing(now: Fields, earlier: Fields, isLeft: (name: string) => boolean): Fields {
  const out: Fields = {};
  for (const name of new Set([...Object.keys(earlier), ...Object.keys(now)])) {
    if (isLeft(name)) continue;
    const before = earlier[name];
    const after = now[name];
    // Null and nothing are one.
    if (JSON.stringify(before ?? null) === JSON.stringify(after ?? null)) continue;
    if (isFields(before) && !whole.has(name)) {
      const inner = differing(isFields(after) ? after : {}, before, isLeft);
      if (Object.keys(inner).length > 0) out[name] = inner;
    } else out[name] = before ?? null;
  }
  return out;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
