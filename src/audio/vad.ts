/** Voice activity from the energy of the samples: when speech began and ended, in milliseconds of audio. */

/** How speech is told from silence. */
export interface VadSettings {
  /** 0 to 1, as in the API; 0.5 lies at -38 dB below full scale. */
  threshold: number;
  /** Audio kept from before the sound, in ms. */
  prefixMs: number;
  /** Silence that ends a turn, in ms. */
  silenceMs: number;
  /** Semantic detection: the silence depends on how complete the utterance sounds, and this is the most, in ms. */
  semanticMs?: number;
}

/**
 * `startMs` includes the padding before the sound, `endMs` the silence after it; `soundMs` is where the sound itself began or
 * ended. All count from the first sample.
 */
export type VadEvent =
  { kind: 'started'; startMs: number; soundMs: number } | { kind: 'stopped'; endMs: number; soundMs: number };

/** Least silence of semantic detection, as a part of the most. */
const LEAST = 1 / 8;
/** An utterance this long sounds complete by its length, ms. */
const LONG_MS = 3000;
/** A voice that ends this much softer than it was sounds complete by its fall, dB. */
const FALL_DB = 9;
/** The end of the voice: so many frames of sound. */
const TAIL_FRAMES = 10;

/** Sound of the utterance under way. */
interface Utterance {
  frames: number;
  /** Sum of the levels of all frames, dB, and the levels of the last ones. */
  sumDb: number;
  tailDb: number[];
}

/**
 * Silence that ends an utterance under semantic detection, ms. No words are understood here: a short utterance, or a voice
 * that does not fall, may go on, so it is given the whole time; a long one that trails off is given an eighth of it.
 */
export function semanticSilence(mostMs: number, soundMs: number, fallDb: number): number {
  const part = (value: number, whole: number): number => Math.min(1, Math.max(0, value / whole));
  const complete = (part(soundMs, LONG_MS) + part(fallDb, FALL_DB)) / 2;
  return mostMs * (1 - complete * (1 - LEAST));
}

/** The samples are at 24 kHz. */
export const FRAME_MS = 20;
export const FRAME_SAMPLES = 480;
/** Frames of sound in a row that make speech: a click is shorter. */
const ONSET_FRAMES = 3;

/** The level above which sound is taken for speech, dB below full scale. */
export const limitOf = (threshold: number): number => -58 + 40 * threshold;

export class Vad {
  /** Sound heard since the last `reset`, in ms. */
  soundMs = 0;
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #atMs = 0;
  #run = 0;
  #quietMs = 0;
  #speaking = false;
  #utterance: Utterance = { frames: 0, sumDb: 0, tailDb: [] };
  /** Audio before this belongs to an earlier turn. */
  #floorMs = 0;

  /** Feeds samples (24 kHz mono); events come for whole 20 ms frames. */
  feed(samples: Int16Array, settings: VadSettings): VadEvent[] {
    const events: VadEvent[] = [];
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + FRAME_SAMPLES - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < FRAME_SAMPLES) break;
      this.#filled = 0;
      const event = this.#hear(level(this.#frame), settings);
      if (event) events.push(event);
    }
    return events;
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /** The buffer was committed or cleared: whatever was being said is over, nothing before now is heard again. */
  reset(): void {
    this.soundMs = 0;
    this.#run = 0;
    this.#quietMs = 0;
    this.#speaking = false;
    this.#floorMs = this.#atMs;
  }

  #hear(db: number, settings: VadSettings): VadEvent | undefined {
    const { threshold, prefixMs } = settings;
    this.#atMs += FRAME_MS;
    const limit = limitOf(threshold);
    // Once someone speaks, softer sounds still count, or the tails of words would end the turn.
    const sound = db > (this.#speaking ? limit - 6 : limit);
    if (sound) this.soundMs += FRAME_MS;
    if (!this.#speaking) {
      this.#run = sound ? this.#run + 1 : 0;
      if (this.#run < ONSET_FRAMES) return undefined;
      this.#speaking = true;
      this.#quietMs = 0;
      this.#utterance = { frames: 0, sumDb: 0, tailDb: [] };
      const soundMs = this.#atMs - this.#run * FRAME_MS;
      const startMs = Math.max(this.#floorMs, soundMs - prefixMs);
      this.#run = 0;
      return { kind: 'started', startMs, soundMs };
    }
    this.#quietMs = sound ? 0 : this.#quietMs + FRAME_MS;
    if (sound) this.#said(db);
    if (sound || this.#quietMs < this.#silenceFor(settings)) return undefined;
    this.#speaking = false;
    this.soundMs = 0;
    this.#floorMs = this.#atMs;
    return { kind: 'stopped', endMs: this.#atMs, soundMs: this.#atMs - this.#quietMs };
  }

  #said(db: number): void {
    const utterance = this.#utterance;
    utterance.frames += 1;
    utterance.sumDb += db;
    utterance.tailDb.push(db);
    if (utterance.tailDb.length > TAIL_FRAMES) utterance.tailDb.shift();
  }

  #silenceFor({ silenceMs, semanticMs }: VadSettings): number {
    const { frames, sumDb, tailDb } = this.#utterance;
    if (semanticMs === undefined || frames === 0) return semanticMs ?? silenceMs;
    const tail = tailDb.reduce((sum, db) => sum + db, 0) / tailDb.length;
    return semanticSilence(semanticMs, frames * FRAME_MS, sumDb / frames - tail);
  }
}

/** Loudness of a frame in dB below full scale; digital silence is -100. */
export function level(frame: Int16Array): number {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  const rms = Math.sqrt(sum / frame.length) / 32_768;
  return rms < 1e-5 ? -100 : 20 * Math.log10(rms);
}

/** The most silence that semantic detection waits for, as documented, in ms; `auto` is `medium`. */
const EAGERNESS_MS: Record<string, number> = { low: 8000, medium: 4000, auto: 4000, high: 2000 };
/** Silence taken for it where a recording tells when a turn ended, as a part of the most. */
const FIXED = 1 / 5;

/**
 * How turn detection is set, with the service's defaults. `fixed`: semantic detection waits the same time after every
 * utterance.
 */
export function vadSettings(turns: Readonly<Record<string, unknown>> | undefined, fixed = true): VadSettings {
  const number = (name: string, otherwise: number): number => {
    const value = turns?.[name];
    return typeof value === 'number' ? value : otherwise;
  };
  const most = turns?.['type'] === 'semantic_vad' ? (EAGERNESS_MS[String(turns['eagerness'])] ?? 4000) : undefined;
  return {
    threshold: number('threshold', 0.5),
    prefixMs: number('prefix_padding_ms', 300),
    silenceMs: number('silence_duration_ms', most === undefined ? 500 : most * FIXED),
    ...(most === undefined || fixed ? {} : { semanticMs: most }),
  };
}
