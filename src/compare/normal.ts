/** An event without what is never the same twice: ids, moments, padding, counts that are told elsewhere. */
import { asObject } from '../analysis/json';

/**
 * Fields that say nothing about what happened: ids of single messages, padding against guessing from lengths, moments on the session's
 * clock, odds of tokens, and what is compared as cost (`usage`) or changes with every call (`rate_limits`).
 */
const IGNORED = new Set([
  'event_id',
  'obfuscation',
  'logprobs',
  'usage',
  'rate_limits',
  'audio_start_ms',
  'audio_end_ms',
]);
/** Moments: `expires_at`, `created_at`. */
const MOMENT = /_at$/;
/** Ids that people choose, so that another one is another thing. */
const CHOSEN = new Set(['prompt.id', 'voice.id', 'connector_id']);
/** Fields below which names are the app's own: nothing is an id there. */
const OWN = new Set(['metadata', 'parameters', 'variables']);
/** Strings that hold JSON of the app or the model. */
const JSON_TEXT = new Set(['arguments', 'output']);
/** Nothing of the API lies so deep; what does is taken as a text. */
const DEEPEST = 64;

/** What is put in the place of an id; `name` is the field's. */
export type IdToken = (id: string, name: string) => string;

/**
 * A copy with ids replaced by `token`'s answers and without fields that are never the same twice. Fields that are null are left out, as
 * servers do; JSON in strings is taken apart; names are in the order of the alphabet, so that equal values have equal JSON.
 */
export function normalised(value: unknown, token: IdToken): unknown {
  return copy(value, '', '', false, 0, token);
}

function copy(value: unknown, name: string, inside: string, own: boolean, depth: number, token: IdToken): unknown {
  if (typeof value === 'string') {
    if (own) return value;
    if (JSON_TEXT.has(name)) {
      const json = jsonOf(value);
      return json === undefined ? value : copy(json, '', name, true, depth + 1, token);
    }
    return isId(name, inside) ? token(value, name) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return JSON.stringify(value);
  if (Array.isArray(value)) return value.map((each) => copy(each, name, inside, own, depth + 1, token));
  // Without a prototype: captured names may be those of an object's own.
  const out = Object.create(null) as Record<string, unknown>;
  const fields = value as Record<string, unknown>;
  for (const field of Object.keys(fields).sort()) {
    const inner = fields[field];
    if (inner === null || inner === undefined) continue;
    if (!own && (IGNORED.has(field) || (MOMENT.test(field) && typeof inner === 'number'))) continue;
    out[field] = copy(inner, field, name, own || OWN.has(field), depth + 1, token);
  }
  return out;
}

function isId(name: string, inside: string): boolean {
  if (name !== 'id' && !name.endsWith('_id') && name !== 'item_ids') return false;
  return !CHOSEN.has(name) && !CHOSEN.has(`${inside}.${name}`);
}

/** The object or list in a text; undefined when it holds none. */
function jsonOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) || asObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
