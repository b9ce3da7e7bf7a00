/** JSON laid out for reading without being parsed into values: numbers, key order and escapes stay as they were sent. */
import { createScanner } from 'jsonc-parser';

// Kinds of jsonc-parser's tokens, whose own list is a const enum and so of no use across modules.
const OPEN_OBJECT = 1;
const CLOSE_OBJECT = 2;
const OPEN_ARRAY = 3;
const CLOSE_ARRAY = 4;
const COMMA = 5;
const COLON = 6;
const END = 17;

/** `text` with two spaces a level and a value a line. For text that is no valid JSON use it as it is. */
export function prettyJson(text: string): string {
  const scanner = createScanner(text, true);
  const pieces: string[] = [];
  let depth = 0;
  let empty = false;
  const line = () => pieces.push('\n', '  '.repeat(depth));
  for (let token: number = scanner.scan(); token !== END; token = scanner.scan()) {
    const value = text.slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength());
    if (token === CLOSE_OBJECT || token === CLOSE_ARRAY) {
      depth = Math.max(0, depth - 1);
      if (!empty) line();
      empty = false;
    } else if (empty) {
      line();
      empty = false;
    }
    pieces.push(value);
    if (token === OPEN_OBJECT || token === OPEN_ARRAY) {
      depth += 1;
      empty = true;
    } else if (token === COMMA) line();
    else if (token === COLON) pieces.push(' ');
  }
  return pieces.join('') + '\n';
}

/** A value as JSON for comparing: fields in the order of their names, two spaces a level. */
export function sortedJson(value: unknown): string {
  return `${JSON.stringify(sorted(value, 64), null, 2)}\n`;
}

function sorted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => sorted(one, depth - 1));
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one, depth - 1)]));
}
