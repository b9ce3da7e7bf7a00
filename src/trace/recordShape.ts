/**
 * Records as other hands may have left them: a field that is not what the format says is no field. Whoever works with a record
 * relies on its types, so they are looked at once, here. What the format does not know stays as it is.
 */

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
/** Within thirty years of the trace's start: beyond that it is no time, and sums and dates of it are none. */
export const isTime: Check = (value) => number(value) && Math.abs(value as number) < 1e12;
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** What a note is known by: longer ones are not believed. */
const name: Check = (value) => text(value) && value !== '' && (value as string).length <= 200;
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const side: Check = (value) => value === 'client' || value === 'server';
const inspector: Check = (value) => value === 'inspector';
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const numbers: Check = (value) => isObject(value) && Object.values(value).every(number);
const headers: Check = (value) => isObject(value) && Object.values(value).every((one) => text(one) || texts(one));

/** Fields without which a record means nothing, with what is said of one that is wrong. */
const NEEDED: Record<string, Record<string, [Check, string]>> = {
  open: { session: [text, 'string'], t: [isTime, 'time'], url: [text, 'string'], status: [number, 'number'] },
  close: { session: [text, 'string'], t: [isTime, 'time'], code: [number, 'number'] },
  control: { session: [text, 'string'], t: [isTime, 'time'], op: [text, 'string'], from: [text, 'string'] },
  gap: { t: [isTime, 'time'] },
  http: { t: [isTime, 'time'], method: [text, 'string'], url: [text, 'string'], status: [number, 'number'] },
  note: { t: [isTime, 'time'], text: [text, 'string'] },
};

/** The others: a wrong one is left out, or becomes what stands here where the types promise one. */
const OTHERS: Record<string, Record<string, [Check] | [Check, unknown]>> = {
  open: {
    headers: [headers, {}],
    subprotocols: [texts, []],
    upstream: [text, ''],
    phases: [numbers, {}],
    responseHeaders: [headers],
    subprotocol: [text],
    extensions: [text],
    client: [inspector],
    error: [text],
    body: [text],
    origin: [inspector],
    rule: [text],
  },
  close: { reason: [text, ''], by: [side, 'server'], origin: [inspector], rule: [text] },
  control: { bytes: [count, 0] },
  gap: { from: [count, 0], to: [count, 0], count: [count, 0], reason: [text, ''], session: [text] },
  http: {
    start: [isTime, undefined],
    requestHeaders: [headers, {}],
    responseHeaders: [headers, {}],
    requestBody: [text],
    responseBody: [text],
    redacted: [texts],
    error: [text],
  },
  note: {
    id: [name],
    by: [(value) => value === 'user'],
    at: [isTime],
    session: [name],
    seq: [(value) => count(value) && value !== 0],
    removed: [(value) => value === true],
  },
};

/** Whether the format knows records of this kind. */
export const isRecordKind = (kind: string): boolean => Object.hasOwn(NEEDED, kind);

/** The record with fields of the types that `records.ts` promises, in their own order; or, as a text, what it lacks. */
export function shapedRecord(
  kind: string,
  record: Readonly<Record<string, unknown>>,
): Record<string, unknown> | string {
  for (const [name, [check, type]] of Object.entries(NEEDED[kind] ?? {}))
    if (!check(record[name])) return `a line of kind ${kind} whose ${name} is not a ${type}`;
  if (kind === 'control' && !side(record.from)) return 'a ping or pong that comes neither from client nor server';
  const shaped = { ...record };
  for (const [name, rule] of Object.entries(OTHERS[kind] ?? {})) {
    const [check] = rule;
    if (Object.hasOwn(record, name) && check(record[name])) continue;
    if (rule.length === 2) shaped[name] = structuredClone(rule[1]);
    else delete shaped[name];
  }
  // A call that does not say when it began was answered at once.
  if (kind === 'http') shaped.start ??= record.t;
  return shaped;
}
