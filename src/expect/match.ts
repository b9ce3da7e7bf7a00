/** What texts, values, numbers and events are held against. */
import { diffConfigs, valueWords } from '../analysis/valueDiff';
import type { Side } from '../protocol/side';
import { patientTest } from '../rules/patience';
import type { Count, EventPattern, Subset, TextPattern } from './written';

/** The expression in `/.../flags`; undefined when it is not written so. Throws a `SyntaxError` when it is a bad one. */
export function expressionOf(text: string): RegExp | undefined {
  const match = /^\/(.+)\/([a-z]*)$/s.exec(text);
  return match ? new RegExp(match[1] ?? '', (match[2] ?? '').replace(/[gy]/g, '')) : undefined;
}

/**
 * How long an expression may take on one text, ms. Backtracking has no end of its own, and a build that stands still tells nobody
 * why.
 */
const PATIENCE_MS = 1000;

/** Throws a `SlowExpressionError` when that takes too long. */
function finds(expression: RegExp, text: string): boolean {
  return patientTest(expression, text, PATIENCE_MS);
}

/** One writing for what sounds the same: case, spaces, and the quotes that models and people write differently. */
function plainWords(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

function holds(wanted: string, text: string): boolean {
  const expression = expressionOf(wanted);
  return expression ? finds(expression, text) : plainWords(text).includes(plainWords(wanted));
}

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/** Whether a text is as wanted. */
export function textMatches(pattern: TextPattern, text: string): boolean {
  if (typeof pattern === 'string' || Array.isArray(pattern))
    return listOf(pattern).every((wanted) => holds(wanted, text));
  const { equals, contains, not } = pattern;
  if (equals !== undefined && plainWords(equals) !== plainWords(text)) return false;
  return listOf(contains).every((wanted) => holds(wanted, text)) && !listOf(not).some((other) => holds(other, text));
}

/** The pattern in words. */
export function textWords(pattern: TextPattern): string {
  const all = (list: string[]): string => list.map((one) => (expressionOf(one) ? one : JSON.stringify(one))).join(', ');
  if (typeof pattern === 'string' || Array.isArray(pattern)) return all(listOf(pattern));
  const { equals, contains, not } = pattern;
  return [
    ...(equals === undefined ? [] : [`exactly ${JSON.stringify(equals)}`]),
    ...(contains === undefined ? [] : [all(listOf(contains))]),
    ...(not === undefined ? [] : [`not ${all(listOf(not))}`]),
  ].join(', ');
}

/** Deepest value looked into. */
const DEEPEST = 64;

/** Whether all that is wanted is in the value. Lists must be as long as wanted. */
export function contains(wanted: unknown, value: unknown, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  if (typeof wanted === 'string' && typeof value === 'string') {
    const expression = expressionOf(wanted);
    return wanted === value || (expression !== undefined && finds(expression, value));
  }
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) &&
      value.length === wanted.length &&
      wanted.every((one, index) => contains(one, value[index], depth + 1))
    );
  }
  if (isFields(wanted)) {
    return (
      isFields(value) &&
      Object.entries(wanted).every(
        ([name, inner]) => Object.hasOwn(value, name) && contains(inner, value[name], depth + 1),
      )
    );
  }
  return wanted === value;
}

/** What of the wanted is not so in the value, a line each: `- path: wanted`, `+ path: there`. */
export function missingLines(wanted: Subset, value: unknown): string[] {
  return diffConfigs(wanted, value)
    .filter(({ kind, before, after }) => kind !== 'added' && !contains(before, after))
    .slice(0, 20)
    .flatMap(({ path, before, after }) => [
      `- ${path || 'value'}: ${valueWords(before)}`,
      `+ ${path || 'value'}: ${valueWords(after)}`,
    ]);
}

/** The ends of a count; both belong to it. */
export function rangeOf(
  count: Count | undefined,
  otherwise: { min: number; max: number },
): { min: number; max: number } {
  if (count === undefined) return otherwise;
  if (typeof count === 'number') return { min: count, max: count };
  return { min: count.min ?? 0, max: count.max ?? Infinity };
}

/** A range in words. */
export function rangeWords({ min, max }: { min: number; max: number }): string {
  if (min === max) return String(min);
  if (max === Infinity) return `at least ${min}`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
}

/** So many of a thing, `1 turn`. */
export const amountWords = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** How often something comes, in words: `once`, `at least once`, `1 to 3 times`. */
export function timesWords(range: { min: number; max: number }): string {
  const words = rangeWords(range);
  return /^(?:at least |at most )?1$/.test(words) ? words.replace('1', 'once') : `${words} times`;
}

/** Tests a type against `*` for any run of characters. */
export function typeTest(pattern: string): (type: string) => boolean {
  if (!pattern.includes('*')) return (type) => type === pattern;
  const parts = pattern.split('*');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  // By hand, as `a*a*a*b` made an expression takes time without end on a long type.
  return (type) => {
    if (!type.startsWith(first) || !type.endsWith(last) || type.length < first.length + last.length) return false;
    let at = first.length;
    const end = type.length - last.length;
    for (const part of parts.slice(1, -1)) {
      const found = type.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** An event as the checks see it. */
export interface CheckedEvent {
  seq: number;
  from: Side;
  type: string;
  /** Parsed where a pattern asks for its fields. */
  body: Record<string, unknown> | undefined;
}

/** Tests events against a pattern. */
export function eventTest({ event, from, where }: EventPattern): (event: CheckedEvent) => boolean {
  const tests = listOf(event).map(typeTest);
  return (one) =>
    (from === undefined || one.from === from) &&
    tests.some((test) => test(one.type)) &&
    (where === undefined || (one.body !== undefined && contains(where, one.body)));
}

/** The pattern in words. */
export function eventWords({ event, from, where }: EventPattern): string {
  const types = listOf(event).join(' or ');
  return `${types}${from ? ` of the ${from}` : ''}${where ? ` with ${valueWords(where)}` : ''}`;
}

export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of a JSON text; undefined when it is none. */
export function fieldsOfText(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
