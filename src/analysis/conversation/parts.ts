/** Content of items as parts of an entry. */
import { asList, asNumber, asObject, asText, type JsonObject } from '../json';
import type { TracedEvent } from '../model';
import { MOST_TEXT, type EntryPart } from './model';

/** Parts of an item that are kept. */
const MOST_PARTS = 32;
const KINDS = new Map<string, EntryPart['kind']>([
  ['input_text', 'text'],
  ['output_text', 'text'],
  ['text', 'text'],
  ['input_audio', 'audio'],
  ['output_audio', 'audio'],
  ['audio', 'audio'],
  ['input_image', 'image'],
]);

/** A text as it is kept, and how many characters of it are not. */
export function keptText(text: string): { text: string; cut: number } {
  if (text.length <= MOST_TEXT) return { text, cut: 0 };
  // A copy: a part of a string keeps the whole of it alive.
  const kept = JSON.parse(JSON.stringify(text.slice(0, MOST_TEXT))) as string;
  return { text: kept, cut: text.length - MOST_TEXT };
}

/** The part at that place, made when it is not there; undefined beyond the last place that is kept. */
export function partAt(parts: EntryPart[], index: number, kind: EntryPart['kind']): EntryPart | undefined {
  if (!Number.isSafeInteger(index) || index < 0 || index >= MOST_PARTS) return undefined;
  while (parts.length <= index) parts.push({ kind, text: '', cut: 0, bytes: 0 });
  return parts[index];
}

/** Puts a text into a part; an empty one never takes the place of one that was told before. */
export function setText(part: EntryPart | undefined, text: string): void {
  if (part && text !== '') Object.assign(part, keptText(text));
}

/** Takes over the content of an item. */
export function takeContent(parts: EntryPart[], item: JsonObject): void {
  for (const [index, value] of asList(item.content).entries()) {
    const content = asObject(value);
    const kind = KINDS.get(asText(content?.type)) ?? 'other';
    const part = partAt(parts, index, kind);
    if (!part) return;
    part.kind = kind;
    setText(part, asText(content?.transcript) || asText(content?.text));
    const url = asText(content?.image_url);
    if (url.startsWith('data:')) part.bytes = Math.floor((url.length - url.indexOf(',') - 1) * 0.75);
  }
}

/** Takes over the words that end a part (`response.*.done`, `response.content_part.*`); true when there are any. */
export function takeWords(parts: EntryPart[], { type, event }: Pick<TracedEvent, 'type' | 'event'>): boolean {
  const part = asObject(event.part);
  const told = part ?? event;
  const text = asText(told.transcript) || asText(told.text);
  const kind = type.includes('audio') || asText(part?.type).includes('audio') ? 'audio' : 'text';
  const place = partAt(parts, asNumber(event.content_index) ?? 0, kind);
  if (place) place.kind = kind;
  setText(place, text);
  return text !== '';
}
