/** A finding stands on the time axis wherever it was seen: once for each of its occurrences. */
import type { Finding } from '../../src/analysis/model';
import { TimedIndex, type TimedLane } from './timedIndex';

/** When a finding was seen, ms, and the number of the event that told it. */
interface Occurrence {
  t: number;
  seq: number;
}

/** One occurrence of a finding: the finding as it would be had it been seen there only, with that event first in `rows`. */
export interface Sighting extends Finding {
  /** Which of the occurrences it is, from 1, and how many there are. */
  nth: number;
  of: number;
}

/** The row of a session's event with that time and number; undefined when it is not known. */
export type RowAt = (session: string, t: number, seq: number) => number | undefined;

export class Sightings {
  readonly #index = new TimedIndex<Sighting>(({ t }) => ({ lane: '', start: t, end: t }));
  /** Keys of what stands in the index, by the finding's own key. */
  readonly #keys = new Map<string, string[]>();
  readonly #rowAt: RowAt;

  constructor(rowAt: RowAt) {
    this.#rowAt = rowAt;
  }

  /** Takes findings as they are now; what they say no more goes. */
  put(findings: readonly Finding[]): void {
    for (const finding of findings) {
      const seen = sightingsOf(finding, this.#rowAt);
      const keys = seen.map(({ key }) => key);
      const isKept = new Set(keys);
      this.#index.remove((this.#keys.get(finding.key) ?? []).filter((key) => !isKept.has(key)));
      this.#keys.set(finding.key, keys);
      this.#index.put(seen);
    }
  }
  remove(keys: readonly string[]): void {
    for (const key of keys) {
      this.#index.remove(this.#keys.get(key) ?? []);
      this.#keys.delete(key);
    }
  }

  get(key: string): Sighting | undefined {
    return this.#index.get(key);
  }
  /** Of a session ('' for all), in the order of time. */
  lane(session: string): TimedLane<Sighting> {
    return this.#index.lane(session);
  }
  /** The one before (-1) or after (1) in a session ('' for all); undefined at the end. */
  beside(sighting: Sighting, step: 1 | -1, session: string): Sighting | undefined {
    return this.#index.beside(sighting, step, session);
  }
}

function sightingsOf(finding: Finding, rowAt: RowAt): Sighting[] {
  const { key, session, rows } = finding;
  const seen = occurrencesOf(finding);
  if (seen.length < 2) return [{ ...finding, nth: 1, of: 1 }];
  return seen.map(({ t, seq }, at) => {
    const row = rowAt(session, t, seq);
    const own = row === undefined ? rows : [row, ...rows.filter((other) => other !== row)];
    return { ...finding, key: `${key} ${seq}`, t, rows: own, nth: at + 1, of: seen.length };
  });
}

/** A host of an earlier version tells none. */
function occurrencesOf({ occurrences }: { key: string; occurrences?: readonly Occurrence[] }): readonly Occurrence[] {
  return occurrences ?? [];
}
