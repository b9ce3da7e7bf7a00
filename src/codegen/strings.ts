/**
 * Strings as source code. Whatever was captured comes out as data: no character of it ends the string, begins an expression,
 * turns the reading direction of the line, or is lost.
 */
import { REPLACEMENT } from '../trace/redact';

/** A stretch of a string, or the environment variable that holds what the recording does not. */
export type Part = string | { env: string };

/** The string in parts: a value that was not recorded is read from the environment, under a name made of its place. */
export function partsOf(value: string, pointer: string): Part[] {
  const pieces = value.split(REPLACEMENT);
  return pieces.flatMap((piece, at): Part[] => [
    ...(at > 0 ? [{ env: secretName(pointer) }] : []),
    ...(piece === '' && pieces.length > 1 ? [] : [piece]),
  ]);
}

/** `/session/tools/0/authorization` is AUTHORIZATION. */
export function secretName(pointer: string): string {
  const last = pointer.split('/').findLast((step) => /[A-Za-z]/.test(step)) ?? '';
  const name = last
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
    .slice(0, 60);
  return /^[A-Z]/.test(name) ? name : 'SECRET';
}

// Controls, line separators, surrogates without their other half, and characters that change how a line reads
// (https://trojansource.codes).
const ODD =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(text: string, quote: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replace(ODD, (odd) => SHORT[odd] ?? `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A string of TypeScript or JavaScript. */
export const scriptString = (text: string): string => `'${escaped(text, "'")}'`;
/** A string of Python. Its escapes are the same; a lone surrogate stays one. */
export const pythonString = (text: string): string => `"${escaped(text, '"')}"`;

/** A word of a POSIX shell, within single quotes: nothing in it means anything but the quote itself. */
export const shellString = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Text for a comment of one line: what would end it, or turn it, is gone. At most 200 characters. Never a place for what has to
 * survive.
 */
export const commentText = (text: string): string => text.replace(ODD, ' ').slice(0, 200);

/** Deeper than this nobody reads, and each level indents every line below it. */
const DEEPEST = 200;

/** Throws, for people, when a text is JSON of more than 200 levels. */
export function checkDepth(json: string): void {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (quoted) {
      if (character === 0x5c) at += 1;
      else if (character === 0x22) quoted = false;
    } else if (character === 0x22) quoted = true;
    else if (character === 0x7b || character === 0x5b) {
      depth += 1;
      if (depth > DEEPEST) throw new Error(`This event is nested too deeply: more than ${DEEPEST} levels.`);
    } else if (character === 0x7d || character === 0x5d) depth -= 1;
  }
}
