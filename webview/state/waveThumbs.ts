/** Small waveforms: a few heights for a stretch of sound, asked for once each. */
import type { AudioClip, AudioSelector, Peaks } from '../../src/document/columns';

const bars = 44;
/** More than any screen shows; the oldest go first. */
const most = 600;
type Side = 'client' | 'server';
interface Question {
  session: string;
  from: Side;
  startMs: number;
  endMs: number;
  buckets: number;
}
type FetchClip = (selector: AudioSelector) => Promise<Pick<AudioClip, 'samples'>>;
type Fetch = (question: Question) => Promise<Peaks>;

export class WaveThumbs {
  readonly #known = new Map<string, readonly number[] | null>();
  readonly #fetch: Fetch;
  readonly #fetchClip: FetchClip;
  readonly #changed: () => void;

  constructor(fetch: Fetch, fetchClip: FetchClip, changed: () => void) {
    this.#fetch = fetch;
    this.#fetchClip = fetchClip;
    this.#changed = changed;
  }

  /** Heights from 0 to 1, the loudest at 1; undefined while they are on their way, or when there is no sound. */
  get(session: string, from: Side, startMs: number, endMs: number): readonly number[] | undefined {
    const key = `${session}|${from}|${Math.round(startMs)}|${Math.round(endMs)}`;
    const known = this.#known.get(key);
    if (known === undefined)
      void this.#load(key, async () => loudness(await this.#fetch({ session, from, startMs, endMs, buckets: bars })));
    return known ?? undefined;
  }

  /** The same of one answer's sound, wherever it lies: that of one that was cut off shares its time with the next. `ms` is its length. */
  ofItem(session: string, item: string, ms: number): readonly number[] | undefined {
    const key = `${session}|${item}|${Math.round(ms)}`;
    const known = this.#known.get(key);
    if (known === undefined)
      void this.#load(key, async () => loudest((await this.#fetchClip({ session, from: 'server', item })).samples));
    return known ?? undefined;
  }

  clear(): void {
    this.#known.clear();
  }

  async #load(key: string, ask: () => Promise<readonly number[]>): Promise<void> {
    this.#known.set(key, null);
    if (this.#known.size > most) this.#known.delete(this.#known.keys().next().value ?? '');
    try {
      this.#known.set(key, heights(await ask()));
      this.#changed();
    } catch {
      // Without it the chip has its length only.
    }
  }
}

function loudness({ min, max }: Peaks): readonly number[] {
  return Array.from(max, (value, at) => Math.max(value, -(min[at] ?? 0)));
}

/** The loudest of each stretch of samples. */
function loudest(samples: Int16Array): readonly number[] {
  const loud = new Array<number>(bars).fill(0);
  for (const [at, sample] of samples.entries()) {
    const bar = Math.floor((at * bars) / samples.length);
    loud[bar] = Math.max(loud[bar] ?? 0, Math.abs(sample));
  }
  return loud;
}

function heights(loud: readonly number[]): readonly number[] | null {
  const top = Math.max(...loud);
  return top <= 0 ? null : loud.map((value) => value / top);
}
