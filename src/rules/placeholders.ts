/**
 * What stands for something else in the events a rule writes: `${match.PATH}` for a value of the message that matched, with
 * the type it has there when it is the whole text, and `${newId}` for 21 random characters, as in the API's ids. `${newId.NAME}`
 * is the same in all that one rule writes for one message.
 */
import type { Random } from '../protocol/random';
import { isMany, parsePath, valueAt } from './path';
import type { WrittenEvent } from './written';

const PLACEHOLDER = /\$\{(?:match\.([^}]*)|newId(?:\.(\w{1,40}))?)\}/g;

/** What placeholders stand for, for one rule and one message. */
export interface Filling {
  /** The message that matched, parsed; undefined when it is no JSON. */
  event(): unknown;
  random: Random;
  /** Ids made so far, by their names. */
  ids: Map<string, string>;
}

/** A value or a text with placeholders in it. */
export interface Template {
  /** What is sent. */
  fill(filling: Filling): string;
}

/** What is wrong with the placeholders in a text; '' when nothing is. */
export function placeholderProblem(text: string): string {
  for (const [whole, path] of text.matchAll(PLACEHOLDER)) {
    const parsed = path === undefined ? undefined : parsePath(path);
    if (parsed && 'problem' in parsed) return `${whole}: ${parsed.problem}`;
    if (parsed && isMany(parsed)) return `${whole} stands for several values. Name one of them.`;
  }
  return '';
}

/** A template of a JSON value. Throws a `RangeError` when it is nested too deeply. */
export function templateOf(value: unknown): Template {
  const plain = JSON.stringify(value);
  if (!/\$\{(?:match\.|newId)/.test(plain)) return { fill: () => plain };
  return { fill: (filling) => JSON.stringify(value, (_key, part: unknown) => filled(part, filling)) };
}

/** A template of an event: its fields, or a text that is sent as it stands. */
export function eventTemplateOf(event: WrittenEvent): Template {
  return typeof event === 'string' ? { fill: (filling) => inText(event, filling) } : templateOf(event);
}

function filled(part: unknown, filling: Filling): unknown {
  if (typeof part !== 'string') return part;
  const whole = /^\$\{match\.([^}]*)\}$/.exec(part);
  // Nothing to put there: JSON has a word for that.
  return whole ? (lookUp(whole[1] ?? '', filling.event()) ?? null) : inText(part, filling);
}

function inText(text: string, { event, random, ids }: Filling): string {
  return text.replace(PLACEHOLDER, (_all, path: string | undefined, name: string | undefined) => {
    if (path !== undefined) {
      const value = lookUp(path, event());
      return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
    }
    const id = (name === undefined ? undefined : ids.get(name)) ?? random.base62(21);
    if (name !== undefined) ids.set(name, id);
    return id;
  });
}

function lookUp(text: string, event: unknown): unknown {
  const path = parsePath(text);
  return 'problem' in path ? undefined : valueAt(event, path);
}
