/** Raw text with long base64 set apart, so that sound and pictures are a chip to open and not pages of letters. */

export interface RawPart {
  kind: 'text' | 'base64';
  text: string;
}

/** Base64 of this length and more is no word of anybody, characters. */
const longRun = /[A-Za-z0-9+/_-]{256,}={0,2}/g;

export function rawParts(text: string): RawPart[] {
  const parts: RawPart[] = [];
  let from = 0;
  for (const { index, 0: run } of text.matchAll(longRun)) {
    if (index > from) parts.push({ kind: 'text', text: text.slice(from, index) });
    parts.push({ kind: 'base64', text: run });
    from = index + run.length;
  }
  if (from < text.length || parts.length === 0) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}
