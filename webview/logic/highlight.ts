/** Where a text holds what is looked for. */
import type { Pattern } from '../../src/protocol/filter';

export interface TextPart {
  text: string;
  hit: boolean;
}

const mostParts = 60;

/** The text in parts, those that match marked; one plain part when none does. */
export function highlight(text: string, pattern: Pattern | null): TextPart[] {
  if (pattern === null || text === '') return [{ text, hit: false }];
  const parts: TextPart[] = [];
  let from = 0;
  for (const [start, end] of matchesIn(text, pattern)) {
    if (start > from) parts.push({ text: text.slice(from, start), hit: false });
    parts.push({ text: text.slice(start, end), hit: true });
    from = end;
    if (parts.length >= mostParts) break;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), hit: false });
  return parts;
}

/** Where the first match ends; -1 when there is none. */
export function firstMatchEnd(text: string, pattern: Pattern): number {
  for (const [, end] of matchesIn(text, pattern)) return end;
  return -1;
}

function* matchesIn(text: string, pattern: Pattern): Generator<[number, number]> {
  if (pattern.kind === 'regex') {
    for (const match of text.matchAll(new RegExp(pattern.regex.source, 'gi')))
      if (match[0] !== '') yield [match.index, match.index + match[0].length];
    return;
  }
  const lower = text.toLowerCase();
  // Some letters have another length in lower case: their places would not be those of the text.
  if (lower.length !== text.length || pattern.text === '') return;
  for (let at = lower.indexOf(pattern.text); at >= 0; at = lower.indexOf(pattern.text, at + pattern.text.length))
    yield [at, at + pattern.text.length];
}
