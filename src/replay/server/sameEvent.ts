/** Whether a client's message is the recorded one: ids that are minted anew, and what was not kept, apart. */
import { asObject, type JsonObject } from '../../analysis/json';
import { diffConfigs, valueWords } from '../../analysis/valueDiff';
import { ownIds } from '../client/ids';
import type { ClientStep } from './script';

/** A field that differs; texts of JSON, cut. */
export interface FieldDifference {
  path: string;
  expected: string;
  came: string;
}

/** Ids that the client mints itself: as it minted them here, to as they were recorded. */
export type OwnIds = Map<string, string>;

const WITHOUT = new Set(['event_id']);

/** What differs between the recorded message and the one that came; empty when they are the same. */
export function differencesOf(
  step: ClientStep,
  came: JsonObject | undefined,
  text: string,
  own: ReadonlyMap<string, string>,
  ignore: readonly string[],
): FieldDifference[] {
  if (!step.event || !came) {
    if (step.redacted.includes('') || (step.event === undefined && came === undefined && step.text === text)) return [];
    return [{ path: '', expected: valueWords(step.event ?? step.text), came: valueWords(came ?? text) }];
  }
  const pairs = pairsOf(step, came);
  const recorded = plain(step.event);
  const isSame = pairs.size === 0 && own.size === 0;
  const now = plain(isSame ? came : (withIds(came, (id) => pairs.get(id) ?? own.get(id)) as JsonObject));
  const redacted = step.redacted.map((pointer) => pointer.slice(1).replaceAll('/', '.'));
  const apart = [...ignore, ...redacted, ...(volatile.get(step.type) ?? [])];
  return diffConfigs(recorded, now)
    .filter(({ path }) => !apart.some((other) => isWithin(path, other)))
    .map(({ path, before, after }) => ({ path, expected: valueWords(before), came: valueWords(after) }));
}

/** Depends on when something was heard, or is the client's choice in each run. */
const volatile = new Map([
  ['conversation.item.truncate', ['audio_end_ms']],
  ['conversation.item.create', ['item.id']],
]);

/** Ids that both mint at the same place, those of now to those of the recording. */
export function pairsOf(step: ClientStep, came: JsonObject): OwnIds {
  const pairs: OwnIds = new Map();
  if (!step.event) return pairs;
  const [recorded, now] = [ownIds(step.event), ownIds(came)];
  if (recorded.length !== now.length) return pairs;
  for (const [index, id] of now.entries()) pairs.set(id, recorded[index] ?? id);
  return pairs;
}

function plain(event: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !WITHOUT.has(name)));
}

/** The value with the recording's ids in the place of the client's own. */
function withIds(value: unknown, recordedAs: (id: string) => string | undefined, depth = 0): unknown {
  if (depth > 32) return value;
  if (typeof value === 'string') return recordedAs(value) ?? value;
  if (Array.isArray(value)) return value.map((one) => withIds(one, recordedAs, depth + 1));
  const fields = asObject(value);
  if (!fields) return value;
  return Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, withIds(one, recordedAs, depth + 1)]));
}

/** Paths are written as in `item.content[0].text`; `*` is any name. */
function isWithin(path: string, other: string): boolean {
  const [one, two] = [parts(path), parts(other)];
  return two.length <= one.length && two.every((part, index) => part === '*' || part === one[index]);
}

function parts(path: string): string[] {
  return path
    .replace(/\[([^\]]*)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '');
}

/** The text of JSON with other ids in the place of whole strings, by the first map that has one; everything else stays byte for byte. */
export function withOtherIds(text: string, ...ids: readonly ReadonlyMap<string, string>[]): string {
  if (ids.every(({ size }) => size === 0)) return text;
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, (written) => {
    const recorded = written.includes('\\') ? unescaped(written) : written.slice(1, -1);
    for (const one of ids) {
      const now = one.get(recorded);
      if (now !== undefined) return JSON.stringify(now);
    }
    return written;
  });
}

/** The string of a JSON text; the text itself where the recording has no JSON there. */
function unescaped(written: string): string {
  try {
    return JSON.parse(written) as string;
  } catch {
    return written;
  }
}
