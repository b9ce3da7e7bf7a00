/** Input transcription: runs beside the responses, as on the live service. What was said is not understood, only timed. */
import type { Conversation } from './conversation';
import type { Desk, Steps, Task } from './desk';
import type { Director } from './director';
import type { Piece, Transcript } from './scenario';
import { TRANSCRIPTION_FAILED, WORDS, fill } from './texts';
import { isObject, type Json } from './wire';
import { obfuscation, tokens, transcriptOf } from './words';

/** Models that send words while the user is still speaking. */
const STREAMING = new Set(['gpt-realtime-whisper', 'gpt-live-transcribe']);
const EVENT = 'conversation.item.input_audio_transcription';
/** What `include` names. */
const LOGPROBS = 'item.input_audio_transcription.logprobs';

export class Transcriber {
  #early = new Map<string, { task: Task; said: string[]; script: Transcript | null | undefined }>();

  constructor(
    private readonly desk: Desk,
    private readonly conversation: Conversation,
    private readonly director: Director,
    /** The session's `include`. */
    private readonly include: () => unknown,
  ) {}

  /** Speech has begun that will become that item. */
  begin(itemId: string, settings: unknown): void {
    if (!isObject(settings) || !STREAMING.has(String(settings['model']))) return;
    const said: string[] = [];
    const script = this.director.transcript();
    // The live service's first delta begins with a space; the finished transcript does not.
    // What is never completed may have been cut off while the user was still speaking.
    const early = script?.early ?? (script?.open === true ? Infinity : 3);
    const pieces = script === undefined ? tokens(` ${WORDS.transcriptStart}`) : firstWords(piecesOf(script), early);
    const task = this.desk.start(script?.earlyAfterMs ?? 500, this.#speak(itemId, pieces, 120, said));
    this.#early.set(itemId, { task, said, script });
  }

  /** The speech will not become an item after all. */
  forget(itemId: string): void {
    this.#early.get(itemId)?.task.cancel();
    this.#early.delete(itemId);
  }

  /** The item exists, with `ms` of audio, of which something was sound or nothing. */
  finish(itemId: string, settings: unknown, ms: number, sound: boolean): void {
    const early = this.#early.get(itemId);
    this.forget(itemId);
    const script = early ? early.script : this.director.transcript();
    if (!isObject(settings) || script === null) return;
    const said = early?.said ?? [];
    const work = script
      ? this.#scripted(itemId, settings, ms, script, said)
      : this.#made(itemId, settings, ms, sound, said);
    this.desk.start(script?.afterMs ?? 150, work);
  }

  *#scripted(itemId: string, settings: Json, ms: number, script: Transcript, said: string[]): Steps {
    const pieces = piecesOf(script);
    yield* this.#speak(itemId, pieces.slice(firstWords(pieces, said.length).length), 25, []);
    if (script.open === true) return;
    if (script.afterMs === undefined && !isPaced(pieces)) yield 100;
    if (script.error) return this.#fail(itemId, script.error);
    for (const segment of script.segments ?? []) yield* this.#segment(itemId, segment);
    this.#complete(
      itemId,
      settings,
      script.transcript,
      script.usage ?? usageOf(String(settings['model']), ms, script.transcript),
    );
  }

  *#made(itemId: string, settings: Json, ms: number, sound: boolean, said: string[]): Steps {
    const model = String(settings['model']);
    if (model.includes('nope')) return this.#fail(itemId, TRANSCRIPTION_FAILED);
    const transcript = sound ? transcriptOf(ms) : '';
    const rest = sound ? this.#rest(model, transcript, said) : [];
    yield* this.#speak(itemId, rest, 25, []);
    yield 250;
    if (model.includes('diarize') && sound) {
      yield* this.#segment(itemId, { speaker: 'A', text: transcript, start: 0, end: ms / 1000 });
    }
    this.#complete(itemId, settings, transcript, usageOf(model, ms, transcript));
  }

  #fail(itemId: string, given: Json): void {
    const message = fill(String(given['message'] ?? ''), { item: itemId });
    this.desk.emit(`${EVENT}.failed`, { item_id: itemId, content_index: 0, error: { ...given, message } });
  }

  #complete(itemId: string, settings: Json, transcript: string, usage: Json): void {
    const part = (this.conversation.find(itemId)?.['content'] as Json[] | undefined)?.[0];
    if (part?.['type'] === 'input_audio') part['transcript'] = transcript;
    const logprobs = this.#logprobs(tokens(transcript));
    const languages = settings['languages'] === undefined ? {} : { languages: settings['languages'] };
    this.desk.emit(`${EVENT}.completed`, {
      item_id: itemId,
      content_index: 0,
      transcript,
      ...logprobs,
      usage,
      ...languages,
    });
  }

  *#segment(itemId: string, segment: NonNullable<Transcript['segments']>[number]): Steps {
    const id = `seg_${this.desk.random.base62(12)}`;
    const { text, speaker, start, end } = segment;
    this.desk.emit(`${EVENT}.segment`, { item_id: itemId, content_index: 0, text, id, speaker, start, end });
    yield 20;
  }

  #rest(model: string, transcript: string, said: string[]): string[] {
    if (STREAMING.has(model)) return tokens(` ${transcript}`).slice(said.length);
    // Whisper hands over everything at once.
    return model === 'whisper-1' ? [transcript] : tokens(transcript);
  }

  *#speak(itemId: string, pieces: readonly TimedWords[], everyMs: number, said: string[]): Steps {
    const paced = isPaced(pieces);
    for (const delta of pieces) {
      if (typeof delta !== 'string') {
        yield delta.wait;
        continue;
      }
      const padding =
        this.director.scenario.obfuscation === false ? {} : { obfuscation: obfuscation(delta, this.desk.random) };
      this.desk.emit(`${EVENT}.delta`, {
        item_id: itemId,
        content_index: 0,
        delta,
        ...this.#logprobs([delta]),
        ...padding,
      });
      said.push(delta);
      if (!paced) yield everyMs;
    }
  }

  /** How sure the model is of each piece, when the session's `include` asks for it. */
  #logprobs(pieces: string[]): { logprobs?: Json[] } {
    const include = this.include();
    if (!Array.isArray(include) || !include.includes(LOGPROBS)) return {};
    return {
      logprobs: pieces.map((token) => ({
        token,
        logprob: -Math.round(this.desk.random.next() * 400) / 1000,
        bytes: [...Buffer.from(token)],
      })),
    };
  }
}

type TimedWords = string | { wait: number };

function piecesOf(script: Transcript | null): TimedWords[] {
  if (!script) return [];
  const timed = (piece: Piece): piece is TimedWords =>
    typeof piece === 'string' || (typeof piece === 'object' && 'wait' in piece);
  return script.pieces?.filter(timed) ?? tokens(` ${script.transcript}`);
}

/** Up to so many words, and the waits before the next one that is not among them. */
function firstWords(pieces: readonly TimedWords[], count: number): TimedWords[] {
  let words = 0;
  const end = pieces.findIndex((piece) => typeof piece === 'string' && ++words > count);
  return end < 0 ? [...pieces] : pieces.slice(0, end);
}

function isPaced(pieces: readonly TimedWords[]): boolean {
  return pieces.some((piece) => typeof piece !== 'string');
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
