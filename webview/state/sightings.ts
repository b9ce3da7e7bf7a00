/** A finding stands on the time axis wherever it was seen: once for each of its occurrences. */
import type { Finding } from '../../src/analysis/model';
import { TimedIndex, type TimedLane } from './timedIndex';

/** One occurrence of a finding: the finding as it would be had it been seen there only, with its own row first. */
export interface Sighting extends Finding {
  /** Which of the times it is, from 1; 0 where not all of them are told. */
  nth: number;
}

/** The row of a session with that time and number of an event (0 for none); undefined when it is not known. */
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
  const { key, session, rows, occurrences, times } = finding;
  if (occurrences.length < 2) return [{ ...finding, nth: 1 }];
  return occurrences.map(({ t, seq }, at) => {
    const row = rowAt(session, t, seq);
    const own = row === undefined ? rows : [row, ...rows.filter((other) => other !== row)];
    return { ...finding, key: `${key} ${t} ${seq}`, t, rows: own, nth: times === occurrences.length ? at + 1 : 0 };
  });
}
