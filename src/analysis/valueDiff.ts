/** What differs between two values of JSON (configurations, events), field by field. */

export interface ConfigChange {
  /** As in `audio.input.turn_detection.type`; list entries by name, `tools[get_weather].description`, else by number. */
  path: string;
  kind: 'added' | 'removed' | 'changed';
  before: unknown;
  after: unknown;
}

/** A sign each, so that colour is not all that tells them apart. */
export const changeSigns: Readonly<Record<ConfigChange['kind'], string>> = { added: '+', removed: '−', changed: '~' };

const deepest = 24;
/** More than anybody reads; captured JSON may be anything. */
const most = 500;

type Fields = Record<string, unknown>;

/** Changes from one value to the other, in the order of the names; at most 500. */
export function diffConfigs(before: unknown, after: unknown): ConfigChange[] {
  const changes: ConfigChange[] = [];
  compare(before, after, '', 0);
  return changes;

  function compare(old: unknown, now: unknown, path: string, depth: number): void {
    if (changes.length >= most || old === now) return;
    const fields = isFields(old) && isFields(now) ? ([old, now] as const) : named(old, now);
    if (fields !== undefined && depth < deepest) {
      const [left, right] = fields;
      const isList = Array.isArray(old);
      for (const name of [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()) {
        const inner = isList ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
        if (!Object.hasOwn(left, name)) add({ path: inner, kind: 'added', before: undefined, after: right[name] });
        else if (!Object.hasOwn(right, name))
          add({ path: inner, kind: 'removed', before: left[name], after: undefined });
        else compare(left[name], right[name], inner, depth + 1);
      }
      return;
    }
    if (JSON.stringify(old) !== JSON.stringify(now)) add({ path, kind: 'changed', before: old, after: now });
  }
  function add(change: ConfigChange): void {
    if (changes.length < most) changes.push(change);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Two lists as fields: of tools by their names, so that one more in front is not a change of all of them; else by number. */
function named(old: unknown, now: unknown): readonly [Fields, Fields] | undefined {
  if (!Array.isArray(old) || !Array.isArray(now)) return undefined;
  const left = byName(old);
  const right = byName(now);
  if (left !== undefined && right !== undefined) return [left, right];
  return [Object.fromEntries(old.entries()), Object.fromEntries(now.entries())];
}

function byName(list: readonly unknown[]): Fields | undefined {
  const fields = new Map<string, unknown>();
  for (const value of list) {
    const name = isFields(value) ? (value.name ?? value.server_label) : undefined;
    if (typeof name !== 'string' || fields.has(name)) return undefined;
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}

/** A value on one line. */
export function valueWords(value: unknown): string {
  const text = value === undefined ? 'not there' : JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 399)}…` : text;
}
