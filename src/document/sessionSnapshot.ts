/** What a session has come to, in a form that can be posted to a page. */
import type { DialectId } from '../protocol/dialects';
import type { SessionState } from '../protocol/state/session';

/** A session's state after the events of its rows up to and with `row`. */
export interface SessionSnapshot {
  session: string;
  /** The last row looked at, of whatever session; -1 when there is none. */
  row: number;
  /** Whose server it is, by its handshake; else as far as `state` tells. */
  dialect?: DialectId;
  state: SessionState;
}

/** Strings of the conversation are shown at most so far, characters; those of the configuration are somebody's settings. */
const MOST_ITEM_TEXT = 1000;
const MOST_CONFIG_TEXT = 100_000;
/** Captured JSON may be nested without end, and what posts it calls itself for each level. */
const DEEPEST = 40;
/** Base64 of a picture, of sound: nothing a reader of the state can use. */
const DATA = /^data:|^[A-Za-z0-9+/_-]{256}/;

/** The state without sound and pictures, long texts cut: plain JSON, whatever was captured. */
export function postable(state: SessionState): SessionState {
  const { config, initial, updates, items, creates, calls } = state;
  return {
    ...state,
    ...(config === undefined ? {} : { config: trim(config, MOST_CONFIG_TEXT) }),
    ...(initial === undefined ? {} : { initial: trim(initial, MOST_CONFIG_TEXT) }),
    updates: trim(updates, MOST_CONFIG_TEXT),
    items: trim(items, MOST_ITEM_TEXT),
    creates: trim(creates, MOST_ITEM_TEXT),
    calls: trim(calls, MOST_ITEM_TEXT),
  };
}

/** The same shape with its strings cut; a copy, since states share what does not change. */
function trim<T>(value: T, most: number): T {
  return trimmed(value, most, DEEPEST) as T;
}

function trimmed(value: unknown, most: number, depth: number): unknown {
  if (typeof value === 'string') {
    if (value.length > 256 && DATA.test(value)) return '';
    return value.length > most ? `${value.slice(0, most)}…` : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((one: unknown) => trimmed(one, most, depth - 1));
  // Own fields of any name, `__proto__` too.
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, trimmed(one, most, depth - 1)]));
}
