/** What the analysis says of the trace beside its spans, each list in the order of time. */
import type { AnalysisChanges, ConfigPoint, Finding, Playback, SessionMetrics, Turn } from '../../src/analysis/model';
import { Sightings, type RowAt } from './sightings';
import { TimedIndex } from './timedIndex';

/** So many changes are kept for those who follow them; who is further behind reads all. */
const keptChanges = 4096;

/** A list that is looked up by key and read in order; entries change in place, and few come late. */
export class Ordered<T extends { key: string }> {
  readonly #byKey = new Map<string, T>();
  readonly #start: (entry: T) => number;
  #list: T[] = [];
  /** What was given out last; undefined when it has changed since. */
  #shown: readonly T[] | undefined = [];
  #isSorted = true;
  /** The last changes, the newest last. */
  #changes: T[] = [];
  #version = 0;

  constructor(start: (entry: T) => number) {
    this.#start = start;
  }

  put(entries: readonly T[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) {
      const old = this.#byKey.get(entry.key);
      this.#byKey.set(entry.key, entry);
      if (this.#isSorted) this.#place(entry, old);
      this.#changes.push(entry);
    }
    this.#version += entries.length;
    if (this.#changes.length > 2 * keptChanges) this.#changes = this.#changes.slice(-keptChanges);
    this.#shown = undefined;
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) {
      if (!this.#byKey.delete(key)) continue;
      this.#version += 1;
      this.#changes = [];
      this.#isSorted = false;
      this.#shown = undefined;
    }
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  /** In the order of time; the same array until something changes. */
  get all(): readonly T[] {
    if (!this.#isSorted) {
      this.#list = [...this.#byKey.values()].sort((a, b) => this.#start(a) - this.#start(b));
      this.#isSorted = true;
    }
    return (this.#shown ??= this.#list.slice());
  }

  /** Changes so far. */
  get version(): number {
    return this.#version;
  }
  /** What was put since that version, the newest last; undefined when all has to be read anew. */
  since(version: number): readonly T[] | undefined {
    const from = this.#changes.length - (this.#version - version);
    return from < 0 ? undefined : this.#changes.slice(from);
  }

  /** An entry at its end, or in the place of its older self; anything else waits for the next reading. */
  #place(entry: T, old: T | undefined): void {
    const list = this.#list;
    const start = this.#start(entry);
    if (old === undefined) {
      const last = list.at(-1);
      if (last === undefined || this.#start(last) <= start) list.push(entry);
      else this.#isSorted = false;
      return;
    }
    if (this.#start(old) !== start) {
      this.#isSorted = false;
      return;
    }
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#start(list[middle] as T) < start) low = middle + 1;
      else high = middle;
    }
    while (low < list.length && list[low] !== old) low += 1;
    if (low < list.length) list[low] = entry;
    else this.#isSorted = false;
  }
}

export class Meaning {
  readonly turns = new Ordered<Turn>((turn) => turn.start);
  readonly playback = new Ordered<Playback>((item) => item.arrivedFrom);
  readonly findings = new Ordered<Finding>((finding) => finding.t);
  readonly configs = new Ordered<ConfigPoint>((config) => config.t);
  /** The same by time: answers where they are heard (or would have been), findings wherever they were seen. */
  readonly heard = new TimedIndex<Playback>(({ arrivedFrom, arrivedTo, playsFrom, generatedMs }) => ({
    lane: '',
    start: arrivedFrom,
    end: Math.max(arrivedTo, playsFrom + generatedMs),
  }));
  readonly found: Sightings;
  readonly #metrics = new Map<string, SessionMetrics>();
  /** Of each session the answer that is heard last. */
  readonly #lastHeard = new Map<string, Playback>();

  /** @param rowAt Finds the events that findings were seen at. */
  constructor(rowAt: RowAt = () => undefined) {
    this.found = new Sightings(rowAt);
  }

  add(changes: AnalysisChanges): void {
    this.turns.put(changes.turns);
    this.playback.put(changes.playback);
    this.heard.put(changes.playback);
    for (const item of changes.playback) {
      const last = this.#lastHeard.get(item.session);
      if (last === undefined || last.key === item.key || item.playsFrom >= last.playsFrom)
        this.#lastHeard.set(item.session, item);
    }
    this.found.put(changes.findings);
    this.found.remove(changes.withdrawn);
    this.findings.put(changes.findings);
    this.findings.remove(changes.withdrawn);
    this.configs.put(changes.configs);
    for (const metrics of changes.metrics) this.#metrics.set(metrics.session, metrics);
  }

  /** When the last answer of a session ('' for all) ends for its listener, ms; undefined while none is known. */
  heardEnd(session: string): number | undefined {
    // Of an answer that was never heard, the place where it would have been may lie behind the session's end.
    const ends = ({ heardMs, playsTo, arrivedTo }: Playback) => (heardMs > 0 ? playsTo : arrivedTo);
    if (session !== '') {
      const last = this.#lastHeard.get(session);
      return last && ends(last);
    }
    let end: number | undefined;
    for (const last of this.#lastHeard.values()) end = Math.max(end ?? -Infinity, ends(last));
    return end;
  }

  /** Of a session; undefined while nothing is known of it. */
  metrics(session: string): SessionMetrics | undefined {
    return this.#metrics.get(session);
  }
}
