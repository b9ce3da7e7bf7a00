/** The conversation: its items in order, and the audio that belongs to them (never part of an item's own events). */
import { BYTES_PER_MS, isObject, refusal, type Json } from './wire';

export interface Item extends Json {
  id: string;
  type: string;
}

/** Audio kept for one session; beyond it the oldest items lose theirs (they stay in the conversation). */
const MAX_AUDIO_BYTES = 64 * 1024 * 1024;

export class Conversation {
  #items: Item[] = [];
  #audio = new Map<string, Uint8Array>();
  #audioBytes = 0;
  #truncated = new Set<string>();

  get items(): readonly Item[] {
    return this.#items;
  }

  get last(): Item | undefined {
    return this.#items.at(-1);
  }

  find(id: string): Item | undefined {
    return this.#items.find((item) => item.id === id);
  }

  /**
   * Adds an item after `previous`: an id, `root` for the beginning, nothing for the end. Returns the id of the item before
   * it, or null. Throws a `Refusal` when there is no such item or the new id is taken.
   */
  add(item: Item, previous?: string | null): string | null {
    if (this.find(item.id)) {
      throw refusal('itemExists', { id: item.id });
    }
    let at = this.#items.length;
    if (previous === 'root') at = 0;
    else if (previous !== undefined && previous !== null) {
      at = this.#items.findIndex((other) => other.id === previous) + 1;
      if (at === 0) {
        throw refusal('previousMissing', { id: previous });
      }
    }
    this.#items.splice(at, 0, item);
    return this.#items[at - 1]?.id ?? null;
  }

  delete(id: string): void {
    if (!this.find(id)) {
      throw refusal('deleteMissing', { id });
    }
    this.#items = this.#items.filter((item) => item.id !== id);
    this.#dropAudio(id);
  }

  /** The item with its audio, put into the session's format by `encode`, as base64 in its content. */
  retrieve(id: string, encode: (pcm: Uint8Array) => Buffer): Item {
    const item = this.find(id);
    if (!item) {
      throw refusal('retrieveMissing', { id });
    }
    const audio = this.#audio.get(id);
    if (!audio || !Array.isArray(item['content'])) return item;
    const base64 = encode(audio).toString('base64');
    const content = item['content'].map((part: unknown) =>
      isObject(part) && String(part['type']).endsWith('_audio') ? { ...part, audio: base64 } : part,
    );
    return { ...item, content };
  }

  /** Cuts an assistant's audio at that time and drops its transcript. What is still made of it is not added any more. */
  truncate(id: string, contentIndex: number, endMs: number): void {
    const item = this.find(id);
    if (!item) {
      throw refusal('truncateMissing', { id });
    }
    const content = Array.isArray(item['content']) ? (item['content'] as unknown[]) : [];
    const part = content[contentIndex];
    if (item['role'] !== 'assistant' || !isObject(part) || part['type'] !== 'output_audio') {
      throw refusal('truncateNotAudio');
    }
    const audio = this.#audio.get(id) ?? new Uint8Array();
    const haveMs = Math.floor(audio.length / BYTES_PER_MS);
    if (endMs > haveMs) {
      throw refusal('truncateTooLong', { have: haveMs, end: endMs });
    }
    this.setAudio(id, audio.subarray(0, endMs * BYTES_PER_MS));
    this.#truncated.add(id);
    delete part['transcript'];
  }

  /** Whether an item's audio ends where it was cut, whatever more of it is made. */
  isTruncated(id: string): boolean {
    return this.#truncated.has(id);
  }

  audio(id: string): Uint8Array | undefined {
    return this.#audio.get(id);
  }

  /** PCM16, 24 kHz, of an item; milliseconds are bytes / 48. */
  setAudio(id: string, audio: Uint8Array): void {
    this.#dropAudio(id);
    this.#audio.set(id, audio);
    this.#audioBytes += audio.length;
    for (const [oldest] of this.#audio) {
      if (this.#audioBytes <= MAX_AUDIO_BYTES || oldest === id) break;
      this.#dropAudio(oldest);
    }
  }

  audioMs(id: string): number {
    return (this.#audio.get(id)?.length ?? 0) / BYTES_PER_MS;
  }

  #dropAudio(id: string): void {
    this.#audioBytes -= this.#audio.get(id)?.length ?? 0;
    this.#audio.delete(id);
  }
}

/** An item as the server shows it: id first, a status, no `object`, audio taken out (second result). Throws when it is not base64. */
export function shownItem(
  given: Json,
  id: string,
  decode: (base64: string) => Uint8Array,
): { item: Item; audio?: Uint8Array } {
  const { object: _object, status: _status, id: _id, type, role, content, ...rest } = given;
  if (type !== 'message') {
    // Only calls have a status of their own; a recorded `function_call_output` has none.
    const status = type === 'function_call' ? { status: 'completed' } : {};
    return { item: { id, type: String(type), ...status, ...rest } };
  }
  const pieces: Uint8Array[] = [];
  const parts = (Array.isArray(content) ? content : []).map((part: unknown) => {
    if (!isObject(part) || part['type'] !== 'input_audio') return part;
    pieces.push(decode(String(part['audio'])));
    return { type: 'input_audio', transcript: part['transcript'] ?? null };
  });
  const item = { id, type: 'message', status: 'completed', role, content: parts, ...rest };
  return pieces.length > 0 ? { item, audio: Buffer.concat(pieces) } : { item };
}

/** What a message says in letters; '' when nothing. */
export function spokenText(item: Item | undefined): string {
  if (!item || !Array.isArray(item['content'])) return '';
  return item['content']
    .map((part: unknown) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .filter((piece) => piece !== '')
    .join(' ');
}
