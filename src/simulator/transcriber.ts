/** Input transcription: runs beside the responses, as on the live service. What was said is not understood, only timed. */
import type { Conversation } from './conversation';
import type { Desk, Steps, Task } from './desk';
import { isObject, type Json } from './wire';
import { TRANSCRIPT_START, obfuscation, tokens, transcriptEnd } from './words';

/** Models that send words while the user is still speaking. */
const STREAMING = new Set(['gpt-realtime-whisper', 'gpt-live-transcribe']);
const EVENT = 'conversation.item.input_audio_transcription';

export class Transcriber {
  #early = new Map<string, { task: Task; said: string[] }>();

  constructor(
    private readonly desk: Desk,
    private readonly conversation: Conversation,
  ) {}

  /** Speech has begun that will become that item. */
  begin(itemId: string, settings: unknown): void {
    if (!isObject(settings) || !STREAMING.has(String(settings['model']))) return;
    const said: string[] = [];
    // The live service's first delta begins with a space; the finished transcript does not.
    const task = this.desk.start(500, this.#speak(itemId, tokens(` ${TRANSCRIPT_START}`), 120, said));
    this.#early.set(itemId, { task, said });
  }

  /** The speech will not become an item after all. */
  forget(itemId: string): void {
    this.#early.get(itemId)?.task.cancel();
    this.#early.delete(itemId);
  }

  /** The item exists, with `ms` of audio, of which something was sound or nothing. */
  finish(itemId: string, settings: unknown, ms: number, sound: boolean): void {
    const said = this.#early.get(itemId)?.said ?? [];
    this.forget(itemId);
    if (!isObject(settings)) return;
    this.desk.start(150, this.#complete(itemId, settings, ms, sound, said));
  }

  *#complete(itemId: string, settings: Json, ms: number, sound: boolean, said: string[]): Steps {
    const model = String(settings['model']);
    if (model.includes('nope')) {
      const message = `Input transcription failed for item '${itemId}'.`;
      const error = { type: 'server_error', code: 'DeploymentNotFound', message, param: null };
      this.desk.emit(`${EVENT}.failed`, { item_id: itemId, content_index: 0, error });
      return;
    }
    const transcript = sound ? TRANSCRIPT_START + transcriptEnd(ms) : '';
    const rest = sound ? this.#rest(model, transcript, said) : [];
    yield* this.#speak(itemId, rest, 25, []);
    yield 250;
    const part = (this.conversation.find(itemId)?.['content'] as Json[] | undefined)?.[0];
    if (part?.['type'] === 'input_audio') part['transcript'] = transcript;
    const usage = usageOf(model, ms, transcript);
    this.desk.emit(`${EVENT}.completed`, { item_id: itemId, content_index: 0, transcript, usage });
  }

  #rest(model: string, transcript: string, said: string[]): string[] {
    if (STREAMING.has(model)) return tokens(` ${transcript}`).slice(said.length);
    // Whisper hands over everything at once.
    return model === 'whisper-1' ? [transcript] : tokens(transcript);
  }

  *#speak(itemId: string, pieces: string[], everyMs: number, said: string[]): Steps {
    for (const delta of pieces) {
      const padding = obfuscation(delta, this.desk.random);
      this.desk.emit(`${EVENT}.delta`, { item_id: itemId, content_index: 0, delta, obfuscation: padding });
      said.push(delta);
      yield everyMs;
    }
  }
}

/** The gpt-4o family is billed in tokens, the others by the second. */
function usageOf(model: string, ms: number, transcript: string): Json {
  if (!model.startsWith('gpt-4o')) return { type: 'duration', seconds: Math.ceil(ms / 1000) };
  const [audio, out] = [Math.ceil(ms / 100), tokens(transcript).length];
  return {
    type: 'tokens',
    total_tokens: audio + out,
    input_tokens: audio,
    input_token_details: { text_tokens: 0, audio_tokens: audio },
    output_tokens: out,
  };
}
