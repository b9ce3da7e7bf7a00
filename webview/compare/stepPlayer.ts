/** Plays the same stretch of both traces in step: one in each ear, or one of them, changed over while it is heard. */
import type { Which } from '../../src/compare/model';
import { clipOf } from '../player/clipOf';
import { Playback, type Clip } from '../player/playback';
import type { TimeSpan } from '../timeline/timeScale';
import type { CompareStore } from './compareStore';

/** What is listened to. */
export type Ears = 'both' | Which;

/** Both are decoded and laid out whole: longer stretches are cut, ms. */
const MOST_MS = 10 * 60_000;

/** A stretch of each, from which their sound begins together; null where one has none. */
export type Stretches = Record<Which, TimeSpan | null>;

export class StepPlayer {
  readonly #stores: Record<Which, CompareStore>;
  readonly #changed: () => void;
  #playback: Playback | null = null;
  #clips: Record<Which, Clip | null> = { a: null, b: null };
  #stretches: Stretches = { a: null, b: null };
  #ears: Ears = 'both';
  /** Counts up, so that a stretch that comes late is not played over a newer one. */
  #asked = 0;
  isLoading = false;
  isPlaying = false;

  constructor(stores: Record<Which, CompareStore>, changed: () => void) {
    this.#stores = stores;
    this.#changed = changed;
  }

  get ears(): Ears {
    return this.#ears;
  }

  /** Plays; call it from a click or key. Rejects with a message for people. */
  async play(stretches: Stretches): Promise<void> {
    this.stop();
    // Made before anything is awaited, while the click still counts as the user's gesture.
    const playback = (this.#playback ??= this.#made());
    const asked = ++this.#asked;
    this.isLoading = true;
    this.#changed();
    try {
      const [a, b] = await Promise.all([this.#clip('a', stretches.a), this.#clip('b', stretches.b)]);
      if (asked !== this.#asked) return;
      this.#clips = { a, b };
      this.#stretches = stretches;
      const clip = this.#together();
      if (clip === null) throw new Error('There is no audio in this stretch of either trace.');
      playback.load(clip);
      await playback.play();
      this.isPlaying = playback.isPlaying;
      this.#tick();
    } finally {
      if (asked === this.#asked) this.isLoading = false;
      this.#changed();
    }
  }

  /** Changes over at the place where it is. */
  async listen(ears: Ears): Promise<void> {
    this.#ears = ears;
    this.#changed();
    const playback = this.#playback;
    if (!playback || !this.isPlaying) return;
    const at = playback.position;
    const clip = this.#together();
    if (clip === null) return this.stop();
    playback.load(clip);
    await playback.seek(at);
    await playback.play();
  }

  stop(): void {
    this.#asked += 1;
    this.#playback?.pause();
    this.isPlaying = false;
    this.isLoading = false;
    for (const store of Object.values(this.#stores)) store.setPlayhead(null);
    this.#changed();
  }

  async close(): Promise<void> {
    this.stop();
    await this.#playback?.close();
    this.#playback = null;
  }

  #made(): Playback {
    const playback = new Playback();
    playback.ended = () => this.stop();
    return playback;
  }

  /** What was heard of a stretch, from its very start on. */
  async #clip(which: Which, stretch: TimeSpan | null): Promise<Clip | null> {
    if (stretch === null) return null;
    const store = this.#stores[which];
    const { session } = store;
    const bounds = { startMs: stretch.start, endMs: Math.min(stretch.end, stretch.start + MOST_MS) };
    const selectors = (['client', 'server'] as const).map((from) => ({ session, from, ...bounds }));
    const clips = await Promise.all(selectors.map((selector) => store.bridge.request('audio', selector)));
    const choice = { key: '', label: '', name: '', ms: 0, selectors };
    const clip = clipOf(clips, choice, { output: 'heard', sides: 'mixed' }, store.meaning.playback.all, (id, item) =>
      store.audio.lane(id, 'server').ofItem(item),
    );
    return clip.samples.length === 0 ? null : clip;
  }

  /** Both on one axis that begins with their stretches, at the higher of their rates. */
  #together(): Clip | null {
    const { a, b } = this.#clips;
    const rate = Math.max(a?.rate ?? 0, b?.rate ?? 0);
    const wanted = { a: this.#ears === 'b' ? null : a, b: this.#ears === 'a' ? null : b };
    if (rate === 0 || (!a && !b)) return null;
    const laid = { a: this.#laid('a', wanted.a, rate), b: this.#laid('b', wanted.b, rate) };
    const length = Math.max(this.#length('a', a, rate), this.#length('b', b, rate));
    const [left, right] = [fitted(laid.a, length), fitted(laid.b, length)];
    const samples = this.#ears === 'b' ? right : left;
    return this.#ears === 'both'
      ? { samples, rate, startMs: 0, channels: [left, right] }
      : { samples, rate, startMs: 0 };
  }

  #offset(which: Which, clip: Clip, rate: number): number {
    return Math.max(0, Math.round(((clip.startMs - (this.#stretches[which]?.start ?? 0)) / 1000) * rate));
  }

  #length(which: Which, clip: Clip | null, rate: number): number {
    if (!clip) return 0;
    return this.#offset(which, clip, rate) + Math.ceil((clip.samples.length * rate) / clip.rate);
  }

  #laid(which: Which, clip: Clip | null, rate: number): Float32Array<ArrayBuffer> {
    const laid = new Float32Array(this.#length(which, clip, rate));
    if (!clip) return laid;
    const offset = this.#offset(which, clip, rate);
    const ratio = clip.rate / rate;
    for (let n = 0; n + offset < laid.length; n += 1) {
      const place = n * ratio;
      const whole = Math.floor(place);
      const at = clip.samples[whole] ?? 0;
      laid[offset + n] = at + ((clip.samples[whole + 1] ?? at) - at) * (place - whole);
    }
    return laid;
  }

  #tick(): void {
    if (!this.isPlaying || !this.#playback) return;
    const ms = this.#playback.position * 1000;
    for (const which of ['a', 'b'] as const) {
      const start = this.#stretches[which]?.start;
      if (start !== undefined) this.#stores[which].setPlayhead(start + ms);
    }
    requestAnimationFrame(() => this.#tick());
  }
}

function fitted(samples: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  if (samples.length === length) return samples;
  const out = new Float32Array(length);
  out.set(samples.subarray(0, length));
  return out;
}
