/**
 * A session of `/v1/realtime/translations`: speech goes in and comes out again, without turns, items or responses. The
 * simulator knows no languages: it gives the speech back as it came, with words that say so. No recorded session shows the
 * pace of the live one, so that is made up; the shapes are the published types'.
 */
import { decodeBase64, samplesOf } from './codec';
import { member } from './config';
import { Desk, expire, type Steps } from './desk';
import { Director } from './director';
import { parseMessage } from './incoming';
import { level } from '../audio/vad';
import { Random } from '../protocol/random';
import { check, text, unsupported } from './rules';
import type { Scenario } from './scenario';
import { LISTED_TYPES, TRANSLATION_RULE, TRANSLATION_RULES } from './shapes';
import { WORDS, fill } from './texts';
import { BYTES_PER_MS, Refusal, errorOf, faultError, isObject, refusal, type Json, type Output } from './wire';
import { tokens } from './words';

export interface TranslationOptions {
  kind: 'translation';
  model: string;
  seed: number;
  /** Wall-clock time, ms since 1970, when the times given to this session are 0. */
  epochMs: number;
  /** `audio` of an ephemeral key. */
  preset?: Json;
  /** Of a scenario count `session`, `refusals`, `turnsAway`, `expiresAfterMs`, `dropAfterMs`, `unknownFields`. */
  scenario?: Scenario;
}

const LIFE_MS = 3_600_000;
/** Audio is taken in pieces of so many ms, as documented. */
const FRAME_MS = 200;
/** A piece is translated so long after it is there, and no sooner after the one before, ms. */
const LATENCY_MS = 400;
const PACE_MS = 40;
/** Louder than this is speech, dB below full scale; the same as a threshold of 0.5. */
const SPEECH_DB = -38;
/** Pieces without sound after which words begin again. */
const PAUSE_FRAMES = 3;

/** The configuration of a fresh session; `expiresAt` in seconds since 1970. */
export function translationConfig(id: string, model: string, expiresAt: number): Json {
  const input = { transcription: null, noise_reduction: null };
  return { type: 'translation', id, model, expires_at: expiresAt, audio: { input, output: { language: 'en' } } };
}

/** The configuration after an update. Throws a `Refusal`, and then nothing has changed. */
export function updatedTranslation(current: Json, update: Json, unknown?: 'refuse' | 'accept'): Json {
  check(update, TRANSLATION_RULE, 'session', unknown);
  const merged = (end: string): Json => ({
    ...member(member(current, 'audio'), end),
    ...member(member(update, 'audio'), end),
  });
  return { ...current, audio: { input: merged('input'), output: merged('output') } };
}

export class TranslationSession {
  #desk: Desk;
  #director: Director;
  #config: Json;
  #buffer: Uint8Array = new Uint8Array();
  #frames = 0;
  /** When the newest piece comes out. */
  #lastMs = 0;
  #quiet = PAUSE_FRAMES;
  #said: { heard: string[]; told: string[] } = { heard: [], told: [] };
  /** Somebody has spoken before: deltas are put together without anything between them. */
  #spoken = false;
  #closing = false;

  constructor(private readonly options: TranslationOptions) {
    const scenario = options.scenario ?? {};
    this.#desk = new Desk(new Random(options.seed), options.epochMs);
    this.#director = new Director(scenario);
    const expires = this.#desk.seconds + Math.ceil((scenario.expiresAfterMs ?? LIFE_MS) / 1000);
    this.#config = translationConfig(this.#desk.mint('sess'), options.model, expires);
    if (scenario.session?.['type'] === 'translation') this.#config = { ...this.#config, ...scenario.session };
    if (options.preset) this.#config = updatedTranslation(this.#config, options.preset);
  }

  /** As `Session.open`. */
  open(nowMs: number): Output[] {
    this.#desk.advance(nowMs);
    const { expiresAfterMs = LIFE_MS, dropAfterMs, turnsAway, greets = true } = this.#director.scenario;
    this.#desk.start(expiresAfterMs, this.#expire());
    if (dropAfterMs !== undefined) this.#desk.start(dropAfterMs, this.#drop());
    if (turnsAway) {
      this.#desk.emit('error', { error: errorOf(turnsAway.error) });
      this.#desk.hangUp(4000, 'invalid_request_error');
    } else if (greets) this.#desk.emit('session.created', { session: this.#config });
    return this.#desk.take();
  }

  /** As `Session.receive`. */
  receive(message: string | Uint8Array, nowMs: number): Output[] {
    this.#desk.advance(nowMs);
    let eventId: string | null = null;
    try {
      const event = parseMessage(message);
      if (typeof event['event_id'] === 'string') eventId = event['event_id'];
      this.#handle(event, eventId);
    } catch (cause) {
      const error = cause instanceof Refusal ? errorOf(cause.fields, eventId) : faultError(cause, eventId);
      this.#desk.emit('error', { error });
    }
    this.#desk.advance(nowMs);
    return this.#desk.take();
  }

  /** As `Session.tick`. */
  tick(nowMs: number): Output[] {
    this.#desk.advance(nowMs);
    return this.#desk.take();
  }

  get nextMs(): number | undefined {
    return this.#desk.nextMs;
  }

  #handle(event: Json, eventId: string | null): void {
    const { type } = event;
    if (type === undefined) throw refusal('typeMissing');
    const name = String(type);
    const scripted = this.#director.refusal(name);
    if (scripted) {
      const error = errorOf(scripted.error, eventId);
      if (scripted.afterMs === undefined) return this.#desk.emit('error', { error });
      this.#desk.start(scripted.afterMs, this.#late(error));
      return;
    }
    const rule = Object.hasOwn(TRANSLATION_RULES, name) ? TRANSLATION_RULES[name] : undefined;
    if (!rule) {
      if (!LISTED_TYPES.includes(name)) throw unsupported(name, LISTED_TYPES, 'type');
      throw refusal('wrongEndpoint', { type: name, kind: 'translation' }, 'type');
    }
    if (this.#closing) throw refusal('closing');
    const { unknownFields } = this.#director.scenario;
    check(event, rule, '', unknownFields);
    switch (name) {
      case 'session.update': {
        const update = isObject(event['session']) ? event['session'] : {};
        this.#config = updatedTranslation(this.#config, update, unknownFields);
        return this.#desk.emit('session.updated', { session: this.#config });
      }
      case 'session.input_audio_buffer.append':
        return this.#append(decodeBase64(text(event, 'audio') ?? '', 'audio'));
      case 'session.close':
        return this.#close();
    }
  }

  #append(bytes: Uint8Array): void {
    const frame = FRAME_MS * BYTES_PER_MS;
    let buffer: Uint8Array = Buffer.concat([this.#buffer, bytes]);
    for (; buffer.length >= frame; buffer = buffer.subarray(frame)) this.#take(buffer.subarray(0, frame));
    this.#buffer = buffer;
  }

  #take(pcm: Uint8Array): void {
    this.#frames += 1;
    const dueMs = Math.max(this.#desk.nowMs + LATENCY_MS, this.#lastMs + PACE_MS);
    this.#lastMs = dueMs;
    this.#desk.start(dueMs - this.#desk.nowMs, this.#translate(pcm, this.#frames * FRAME_MS));
  }

  /** What is still buffered is filled up with silence; the end comes when all of it is out. */
  #close(): void {
    this.#closing = true;
    if (this.#buffer.length > 0) {
      const padded = new Uint8Array(FRAME_MS * BYTES_PER_MS);
      padded.set(this.#buffer);
      this.#buffer = new Uint8Array();
      this.#take(padded);
    }
    this.#desk.start(Math.max(0, this.#lastMs - this.#desk.nowMs) + PACE_MS, this.#end());
  }

  /** One piece: a word of what is being said, then the sound. */
  *#translate(pcm: Uint8Array, elapsedMs: number): Steps {
    const loud = level(samplesOf(pcm)) > SPEECH_DB;
    if (loud && this.#quiet >= PAUSE_FRAMES) this.#begin();
    this.#quiet = loud ? 0 : this.#quiet + 1;
    this.#word(elapsedMs);
    const delta = Buffer.from(pcm).toString('base64');
    const shape = { sample_rate: 24_000, channels: 1, format: 'pcm16', elapsed_ms: elapsedMs };
    this.#desk.emit('session.output_audio.delta', { delta, ...shape });
  }

  /** The next word of each side; false when there is none left. */
  #word(elapsedMs: number): boolean {
    const [heard, told] = [this.#said.heard.shift(), this.#said.told.shift()];
    if (heard !== undefined && member(member(this.#config, 'audio'), 'input')?.['transcription']) {
      this.#desk.emit('session.input_transcript.delta', { delta: heard, elapsed_ms: elapsedMs });
    }
    if (told !== undefined) this.#desk.emit('session.output_transcript.delta', { delta: told, elapsed_ms: elapsedMs });
    return heard !== undefined || told !== undefined;
  }

  /** Somebody begins to speak: a sentence for each side, a word at a time. */
  #begin(): void {
    const output = member(member(this.#config, 'audio'), 'output');
    const language = String(output?.['language'] ?? '');
    const space = this.#spoken ? ' ' : '';
    this.#spoken = true;
    this.#said = {
      heard: tokens(`${space}${WORDS.translationHeard}`),
      told: tokens(`${space}${fill(WORDS.translationTold, { language })}`),
    };
  }

  *#end(): Steps {
    while (this.#word(this.#frames * FRAME_MS));
    this.#desk.emit('session.closed');
    this.#desk.hangUp(1000, '');
  }

  *#late(error: Json): Steps {
    this.#desk.emit('error', { error });
  }

  *#drop(): Steps {
    this.#desk.hangUp(1006, '');
  }

  *#expire(): Steps {
    expire(this.#desk);
  }
}
