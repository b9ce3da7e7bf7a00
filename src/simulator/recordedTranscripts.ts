/** Input transcriptions of a recorded session, as scripts for a simulated one. */
import { member } from './config';
import type { Piece, Transcript } from './scenario';
import type { Json } from './wire';

const EVENT = 'conversation.item.input_audio_transcription.';

export class RecordedTranscripts {
  #scripts = new Map<string, Transcript & { pieces: Piece[] }>();
  /** Ids of the items that came of audio, in the order in which they were heard. */
  #heard = new Set<string>();
  /** When speech began, was committed, and was last told of, ms. */
  #startedAt = new Map<string, number>();
  #committedAt = new Map<string, number>();
  #lastAt = new Map<string, number>();

  /** The next event of the recorded server, and when it came, ms, where that is known. */
  take(type: string, event: Json, t: number | undefined): void {
    const id = String(event['item_id'] ?? '');
    if (t !== undefined && type === 'input_audio_buffer.speech_started') this.#startedAt.set(id, t);
    if (t !== undefined && type === 'input_audio_buffer.committed') this.#committedAt.set(id, t);
    if (type === 'input_audio_buffer.speech_started' || type === 'input_audio_buffer.committed') {
      this.#heard.add(id);
    }
    if (!type.startsWith(EVENT)) return;
    const script = this.#scripts.get(id) ?? { transcript: '', pieces: [], open: true };
    this.#scripts.set(id, script);
    if (t !== undefined) this.#time(id, script, t);
    switch (type.slice(EVENT.length)) {
      case 'delta':
        script.pieces.push(String(event['delta'] ?? ''));
        return;
      case 'segment': {
        const { speaker, text, start, end } = event;
        const segment = { speaker: String(speaker), text: String(text), start: Number(start), end: Number(end) };
        script.segments = [...(script.segments ?? []), segment];
        return;
      }
      default: {
        delete script.open;
        if (type.endsWith('.failed')) script.error = member(event, 'error') ?? {};
        else script.transcript = String(event['transcript'] ?? '');
        const usage = member(event, 'usage');
        if (usage) script.usage = usage;
      }
    }
  }

  /** Before the commit words count from the beginning of speech, behind it from there. */
  #time(id: string, script: Transcript & { pieces: Piece[] }, t: number): void {
    const lastAt = this.#lastAt.get(id);
    const committedAt = this.#committedAt.get(id);
    const startedAt = this.#startedAt.get(id);
    this.#lastAt.set(id, t);
    if (committedAt === undefined) {
      if (script.early === undefined && startedAt !== undefined) script.earlyAfterMs = t - startedAt;
      script.early = (script.early ?? 0) + 1;
    } else if (script.afterMs === undefined) {
      script.early ??= 0;
      script.afterMs = Math.max(0, t - committedAt);
      return;
    }
    if (lastAt !== undefined) script.pieces.push({ wait: Math.max(0, t - lastAt) });
  }

  /** A script for each item that was heard; null where nothing was told of its words. */
  scripts(): (Transcript | null)[] {
    const scripts = [...this.#heard].map((id) => this.#scripts.get(id) ?? null);
    // They come in turn: one that is open when a later one has been completed has lost its end.
    const completed = scripts.findLastIndex((script) => script !== null && script.open !== true);
    for (const script of scripts.slice(0, Math.max(0, completed))) delete script?.open;
    return scripts;
  }
}
