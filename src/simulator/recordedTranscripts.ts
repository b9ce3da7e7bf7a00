/** Input transcriptions of a recorded session, as scripts for a simulated one. */
import { member } from './config';
import type { Piece, Transcript } from './scenario';
import type { Json } from './wire';

const EVENT = 'conversation.item.input_audio_transcription.';

export class RecordedTranscripts {
  #scripts = new Map<string, Transcript & { pieces: Piece[] }>();
  /** Ids of the items that came of audio, in the order in which they were heard. */
  #heard = new Set<string>();

  /** The next event of the recorded server. */
  take(type: string, event: Json): void {
    const id = String(event['item_id'] ?? '');
    if (type === 'input_audio_buffer.speech_started' || type === 'input_audio_buffer.committed') {
      this.#heard.add(id);
    }
    if (!type.startsWith(EVENT)) return;
    const script = this.#scripts.get(id) ?? { transcript: '', pieces: [], open: true };
    this.#scripts.set(id, script);
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

  /** A script for each item that was heard; null where nothing was told of its words. */
  scripts(): (Transcript | null)[] {
    const scripts = [...this.#heard].map((id) => this.#scripts.get(id) ?? null);
    // They come in turn: one that is open when a later one has been completed has lost its end.
    const completed = scripts.findLastIndex((script) => script !== null && script.open !== true);
    for (const script of scripts.slice(0, Math.max(0, completed))) delete script?.open;
    return scripts;
  }
}
