/** What the analysis says of the trace beside its spans, each list in the order of time. */
import type { AnalysisChanges, ConfigPoint, Finding, Playback, SessionMetrics, Turn } from '../../src/analysis/model';
import { TimedIndex } from './timedIndex';

/** A list that is looked up by key and read in order; entries change in place, and few come late. */
class Ordered<T extends { key: string }> {
  readonly #byKey = new Map<string, T>();
  readonly #start: (entry: T) => number;
  #list: T[] | undefined = [];

  constructor(start: (entry: T) => number) {
    this.#start = start;
  }

  put(entries: readonly T[]): void {
    for (const entry of entries) this.#byKey.set(entry.key, entry);
    if (entries.length > 0) this.#list = undefined;
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) if (this.#byKey.delete(key)) this.#list = undefined;
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  /** In the order of time; the same array until something changes. */
  get all(): readonly T[] {
    return (this.#list ??= [...this.#byKey.values()].sort((a, b) => this.#start(a) - this.#start(b)));
  }
}

export class Meaning {
  readonly turns = new Ordered<Turn>((turn) => turn.start);
  readonly playback = new Ordered<Playback>((item) => item.arrivedFrom);
  readonly findings = new Ordered<Finding>((finding) => finding.t);
  readonly configs = new Ordered<ConfigPoint>((config) => config.t);
  /** The same by time: answers where they are heard (or would have been), findings where they are told. */
  readonly heard = new TimedIndex<Playback>(({ arrivedFrom, arrivedTo, playsFrom, generatedMs }) => ({
    lane: '',
    start: arrivedFrom,
    end: Math.max(arrivedTo, playsFrom + generatedMs),
  }));
  readonly found = new TimedIndex<Finding>(({ t }) => ({ lane: '', start: t, end: t }));
  readonly #metrics = new Map<string, SessionMetrics>();

  add(changes: AnalysisChanges): void {
    this.turns.put(changes.turns);
    this.playback.put(changes.playback);
    this.heard.put(changes.playback);
    this.found.put(changes.findings);
    this.found.remove(changes.withdrawn);
    this.findings.put(changes.findings);
    this.findings.remove(changes.withdrawn);
    this.configs.put(changes.configs);
    for (const metrics of changes.metrics) this.#metrics.set(metrics.session, metrics);
  }

  /** Of a session; undefined while nothing is known of it. */
  metrics(session: string): SessionMetrics | undefined {
    return this.#metrics.get(session);
  }
}
