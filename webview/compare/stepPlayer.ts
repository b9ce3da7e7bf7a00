/** Plays the same stretch of both traces in step, each as loud as it is wanted. */
import type { SessionPair, Which } from '../../src/compare/model';
import { clipOf } from '../player/clipOf';
import type { Clip } from '../player/playback';
import type { TimeSpan } from '../timeline/timeScale';
import type { CompareStore } from './compareStore';
import { TwoVoices, type Voice } from './twoVoices';

/** Both are decoded and laid out whole: longer stretches are cut, ms. */
const MOST_MS = 10 * 60_000;
const SIDES = ['a', 'b'] as const;

/** A stretch of each, from which their sound begins together; null where one has none. */
export type Stretches = Record<Which, TimeSpan | null>;

/** What is heard of a turn: an answer lasts longer than its events come, until the next turn begins. */
export function stretchesOf({ turns }: SessionPair, at: number, stores: Record<Which, CompareStore>): Stretches {
  const stretch = (which: Which): TimeSpan | null => {
    const one = turns[at]?.[which];
    if (!one) return null;
    const next = turns.slice(at + 1).find((turn) => turn[which])?.[which];
    return { start: one.start, end: Math.max(one.start + 100, next?.start ?? stores[which].own.end) };
  };
  return { a: stretch('a'), b: stretch('b') };
}

export class StepPlayer {
  readonly #stores: Record<Which, CompareStore>;
  readonly #tell: () => void;
  /** Told of each change, and of the place as it moves. */
  moved: () => void = () => undefined;
  #voices: TwoVoices | null = null;
  #stretches: Stretches = { a: null, b: null };
  #gains: Record<Which, number> = { a: 1, b: 1 };
  #muted: Record<Which, boolean> = { a: false, b: false };
  #isApart = true;
  /** Counts up, so that a stretch that comes late is not played over a newer one. */
  #asked = 0;
  isLoading = false;
  /** A stretch is there to be played, moved in and stopped. */
  isLoaded = false;
  /** Only its first ten minutes are played. */
  isCut = false;
  /** Which of the two have sound in it. */
  has: Record<Which, boolean> = { a: false, b: false };

  constructor(stores: Record<Which, CompareStore>, changed: () => void) {
    this.#stores = stores;
    this.#tell = changed;
  }

  get isPlaying(): boolean {
    return this.#voices?.isPlaying ?? false;
  }
  /** Seconds of the stretch. */
  get position(): number {
    return this.isLoaded ? (this.#voices?.position ?? 0) : 0;
  }
  get length(): number {
    return this.isLoaded ? (this.#voices?.length ?? 0) : 0;
  }
  /** a in the left ear and b in the right one, or both in the middle. */
  get isApart(): boolean {
    return this.#isApart;
  }
  gain(which: Which): number {
    return this.#gains[which];
  }
  isMuted(which: Which): boolean {
    return this.#muted[which];
  }
  /** How loud it is just now, 0 to 1. */
  level(which: Which): number {
    return this.isPlaying ? (this.#voices?.level(which) ?? 0) : 0;
  }

  setGain(which: Which, gain: number): void {
    this.#gains[which] = gain;
    this.#look();
  }
  mute(which: Which, isMuted = !this.#muted[which]): void {
    this.#muted[which] = isMuted;
    this.#look();
  }
  setApart(isApart: boolean): void {
    this.#isApart = isApart;
    this.#look();
  }

  /** Plays; call it from a click or key. Rejects with a message for people. */
  async play(stretches: Stretches): Promise<void> {
    this.stop();
    // Made before anything is awaited, while the click still counts as the user's gesture.
    const voices = (this.#voices ??= new TwoVoices());
    const asked = ++this.#asked;
    this.isLoading = true;
    this.#changed();
    try {
      const [a, b] = await Promise.all([this.#voice('a', stretches.a), this.#voice('b', stretches.b)]);
      if (asked !== this.#asked) return;
      this.has = { a: a !== null, b: b !== null };
      if (!a && !b) throw new Error('There is no audio in this stretch of either trace.');
      this.#stretches = stretches;
      this.isCut = SIDES.some((which) => lengthOf(stretches[which]) > MOST_MS);
      voices.load({ a, b });
      this.isLoaded = true;
      this.#look();
      await this.#begin();
    } finally {
      if (asked === this.#asked) this.isLoading = false;
      this.#changed();
    }
  }

  /** Pauses, and goes on. */
  async toggle(): Promise<void> {
    if (!this.isLoaded) return;
    if (this.isPlaying) {
      this.#voices?.pause();
      this.#heads();
    } else await this.#begin();
    this.#changed();
  }

  /** Moves both to a place in the stretch, seconds. */
  async seek(seconds: number): Promise<void> {
    if (!this.isLoaded) return;
    await this.#voices?.seek(seconds);
    this.#heads();
    this.#changed();
  }

  stop(): void {
    this.#asked += 1;
    this.#voices?.pause();
    this.isLoaded = false;
    this.isLoading = false;
    for (const store of Object.values(this.#stores)) store.setPlayhead(null);
    this.#changed();
  }

  async close(): Promise<void> {
    this.stop();
    await this.#voices?.close();
    this.#voices = null;
  }

  /** A stop may have come while the browser got ready. */
  async #begin(): Promise<void> {
    const asked = this.#asked;
    await this.#voices?.play();
    if (asked !== this.#asked) return this.#voices?.pause();
    this.#tick();
  }

  #changed(): void {
    this.#tell();
    this.moved();
  }

  #look(): void {
    const pan = { a: this.#isApart ? -1 : 0, b: this.#isApart ? 1 : 0 };
    for (const which of SIDES)
      this.#voices?.look(which, { gain: this.#muted[which] ? 0 : this.#gains[which], pan: pan[which] });
    this.#changed();
  }

  /** What was heard of a stretch, from its very start on. */
  async #voice(which: Which, stretch: TimeSpan | null): Promise<Voice | null> {
    if (stretch === null) return null;
    const clip = await this.#clip(which, stretch);
    if (clip.samples.length === 0) return null;
    // What began before the stretch is heard from the stretch's start on.
    const early = Math.max(0, Math.round(((stretch.start - clip.startMs) / 1000) * clip.rate));
    const offset = Math.max(0, (clip.startMs - stretch.start) / 1000);
    return { samples: early > 0 ? clip.samples.slice(early) : clip.samples, rate: clip.rate, offset };
  }

  async #clip(which: Which, stretch: TimeSpan): Promise<Clip> {
    const store = this.#stores[which];
    const { session } = store;
    const bounds = { startMs: stretch.start, endMs: Math.min(stretch.end, stretch.start + MOST_MS) };
    const selectors = (['client', 'server'] as const).map((from) => ({ session, from, ...bounds }));
    const clips = await Promise.all(selectors.map((selector) => store.bridge.request('audio', selector)));
    const choice = { key: '', label: '', name: '', ms: 0, selectors };
    return clipOf(clips, choice, { output: 'heard', sides: 'mixed' }, store.meaning.playback.all, (id, item) =>
      store.audio.lane(id, 'server').ofItem(item),
    );
  }

  readonly #tick = (): void => {
    if (!this.isLoaded || !this.isPlaying) return;
    this.#heads();
    if (this.position < this.length) {
      requestAnimationFrame(this.#tick);
      return this.moved();
    }
    this.#voices?.pause();
    this.#changed();
  };

  #heads(): void {
    const ms = this.position * 1000;
    for (const which of SIDES) {
      const start = this.#stretches[which]?.start;
      if (start !== undefined) this.#stores[which].setPlayhead(start + ms);
    }
  }
}

function lengthOf(stretch: TimeSpan | null): number {
  return stretch ? stretch.end - stretch.start : 0;
}
