/** Spans of the user's speech and of its transcription. */
import type { Correlated } from '../correlation';
import type { Committed, InputBuffer } from '../inputBuffer';
import { asNumber, asObject } from '../json';
import type { TracedEvent } from '../model';
import { Recent } from '../recent';
import type { SessionTraits } from '../traits';
import { errorWords } from '../words';
import type { Moment, SpanBook } from './book';

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

export class SpeechSpans {
  #book: SpanBook;
  #buffer: InputBuffer;
  #traits: SessionTraits;
  /** When items were committed; a transcription begins there, whenever its first word comes. */
  #committed = new Recent<string, Moment>(256);
  #lastSpeech = '';

  constructor(book: SpanBook, buffer: InputBuffer, traits: SessionTraits) {
    this.#book = book;
    this.#buffer = buffer;
    this.#traits = traits;
  }

  /** @param took What a commit took out of the input buffer. */
  event(event: TracedEvent, { committed }: Correlated, took: Committed | undefined): void {
    const { type, item } = event;
    switch (type) {
      case 'input_audio_buffer.speech_started':
        this.#lastSpeech = item || `#${event.row}`;
        this.#book.begin('speech', item, event, { label: 'speech', status: 'in_progress', item });
        return;
      case 'input_audio_buffer.speech_stopped': {
        const id = item || this.#lastSpeech;
        const span = this.#book.find('speech', id);
        const end = asNumber(event.event.audio_end_ms);
        const voiceEnd = end === undefined ? null : this.#buffer.timeAt(end);
        if (voiceEnd !== null && span && voiceEnd >= span.start) {
          this.#book.mark(span, 'voice end', { row: event.row, t: voiceEnd });
        }
        this.#book.end('speech', id, event, { label: 'speech', status: 'completed', detail: '', item });
        return;
      }
      case 'input_audio_buffer.committed':
        this.#committed.set(item, { row: event.row, t: event.t });
        if (committed?.by === 'client' && took) this.#spoken(event, committed, took);
        if (this.#traits.transcribes && !this.#book.find('transcription', item)) this.#transcribes(event, event);
        return;
      case `${TRANSCRIPTION}.delta`:
        if (!this.#book.find('transcription', item)) this.#transcribes(event, this.#committed.get(item) ?? event);
        this.#book.mark(this.#book.find('transcription', item), 'first text', event);
        return;
      case `${TRANSCRIPTION}.completed`:
        return this.#transcribed(event, 'completed', '');
      case `${TRANSCRIPTION}.failed`:
        return this.#transcribed(event, 'failed', errorWords(asObject(event.event.error)));
    }
  }

  /** What the client recorded and committed by itself is speech too. */
  #spoken({ item }: TracedEvent, commit: Moment, { start, firstRow }: Committed): void {
    const open = this.#book.find('speech', item);
    if (!open && (start === null || firstRow === null)) return;
    if (!open) {
      this.#book.begin(
        'speech',
        item,
        { row: firstRow ?? commit.row, t: start ?? commit.t },
        { label: 'speech', item },
      );
    }
    this.#book.end('speech', item, commit, { status: 'completed', detail: 'committed by the client', item });
  }

  #transcribes({ item }: TracedEvent, at: Moment): void {
    this.#book.begin('transcription', item, at, { label: 'transcription', status: 'in_progress', item });
  }

  #transcribed(event: TracedEvent, status: string, detail: string): void {
    const { item } = event;
    if (!this.#book.find('transcription', item)) this.#transcribes(event, this.#committed.get(item) ?? event);
    this.#book.end('transcription', item, event, { status, detail, item });
    this.#committed.delete(item);
  }
}
