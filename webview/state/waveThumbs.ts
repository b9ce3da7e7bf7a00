/** Small waveforms: a few heights for a stretch of sound, asked for once each. */
import type { Peaks } from '../../src/document/columns';

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
type Fetch = (question: Question) => Promise<Peaks>;

export class WaveThumbs {
  readonly #known = new Map<string, readonly number[] | null>();
  readonly #fetch: Fetch;
  readonly #changed: () => void;

  constructor(fetch: Fetch, changed: () => void) {
    this.#fetch = fetch;
    this.#changed = changed;
  }

  /** Heights from 0 to 1, the loudest at 1; undefined while they are on their way, or when there is no sound. */
  get(session: string, from: Side, startMs: number, endMs: number): readonly number[] | undefined {
    const key = `${session}|${from}|${Math.round(startMs)}|${Math.round(endMs)}`;
    const known = this.#known.get(key);
    if (known === undefined) void this.#load(key, { session, from, startMs, endMs, buckets: bars });
    return known ?? undefined;
  }

  clear(): void {
    this.#known.clear();
  }

  async #load(key: string, question: Question): Promise<void> {
    this.#known.set(key, null);
    if (this.#known.size > most) this.#known.delete(this.#known.keys().next().value ?? '');
    try {
      this.#known.set(key, heights(await this.#fetch(question)));
      this.#changed();
    } catch {
      // Without it the chip has its length only.
    }
  }
}

function heights({ min, max }: Peaks): readonly number[] | null {
  const loud = Array.from(max, (value, at) => Math.max(value, -(min[at] ?? 0)));
  const top = Math.max(...loud);
  return top <= 0 ? null : loud.map((value) => value / top);
}
