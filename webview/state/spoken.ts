/**
 * What the rows tell of speech without their bodies: which items are the user's own voice, the how-manieth response or
 * speech of its session something is, and in which row its words stand. Looks at each row once, when it is asked.
 */
import type { Rows } from './rows';

/** A response or a user's item, as its session counts it. */
export interface Spoken {
  /** From 1, in the order of their first row. */
  ordinal: number;
  /** Row whose summary is what was said; null while no row told. */
  wordsRow: number | null;
}

/** What a type of event tells. */
type News = 'nothing' | 'response words' | 'heard' | 'heard words';

const responseWords: ReadonlySet<string> = new Set([
  'response.output_audio_transcript.done',
  'response.output_text.done',
  // The beta's names.
  'response.audio_transcript.done',
  'response.text.done',
]);
const heardWords = 'conversation.item.input_audio_transcription.completed';

interface OfSession {
  responses: Map<string, Spoken>;
  heard: Map<string, Spoken>;
}

export class SpokenIndex {
  readonly #rows: Rows;
  #looked = 0;
  readonly #sessions = new Map<string, OfSession>();
  readonly #news = new Map<number, News>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Of a response; undefined when no row names it. */
  response(session: string, response: string): Spoken | undefined {
    return this.#find(session, 'responses', response);
  }
  /** Of an item made from input audio; undefined when it is not known as one. */
  heard(session: string, item: string): Spoken | undefined {
    return this.#find(session, 'heard', item);
  }

  #find(session: string, what: keyof OfSession, id: string): Spoken | undefined {
    this.#lookOn();
    return this.#sessions.get(session)?.[what].get(id);
  }

  #lookOn(): void {
    const rows = this.#rows;
    for (; this.#looked < rows.count; this.#looked += 1) {
      const row = this.#looked;
      const response = rows.responseOf(row);
      const item = rows.itemOf(row);
      if (response === '' && item === '') continue;
      const news = this.#newsOf(rows.type.at(row) ?? 0);
      const session = this.#session(rows.sessionOf(row));
      if (response !== '') {
        const spoken = note(session.responses, response);
        if (news === 'response words') spoken.wordsRow ??= row;
      }
      if (item !== '' && (news === 'heard' || news === 'heard words')) {
        const spoken = note(session.heard, item);
        if (news === 'heard words') spoken.wordsRow ??= row;
      }
    }
  }

  /** Types are few: each is looked at once. */
  #newsOf(type: number): News {
    let news = this.#news.get(type);
    if (news === undefined) {
      const name = this.#rows.string(type);
      news = responseWords.has(name)
        ? 'response words'
        : name === heardWords
          ? 'heard words'
          : name.startsWith('input_audio_buffer.') || name.startsWith('conversation.item.input_audio_transcription.')
            ? 'heard'
            : 'nothing';
      this.#news.set(type, news);
    }
    return news;
  }

  #session(id: string): OfSession {
    let session = this.#sessions.get(id);
    if (session === undefined) this.#sessions.set(id, (session = { responses: new Map(), heard: new Map() }));
    return session;
  }
}

function note(known: Map<string, Spoken>, id: string): Spoken {
  let spoken = known.get(id);
  if (spoken === undefined) known.set(id, (spoken = { ordinal: known.size + 1, wordsRow: null }));
  return spoken;
}
