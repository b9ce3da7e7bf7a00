/**
 * Where the answers' audio is at a client that plays it as it comes and stops when it is cut: the estimate that rules about
 * interruptions rest on. The service sends audio several times faster than it plays, so seconds of it lie at the client.
 */
import { Recent } from '../recent';

/** The audio of one output item, ms on the trace's axis. */
export interface PlayedItem {
  item: string;
  response: string;
  /** Row of its first audio. */
  row: number;
  arrivedFrom: number;
  playsFrom: number;
  playsTo: number;
  /** All of its audio so far. */
  ms: number;
}

/** What is being played at one moment. */
export interface Playing {
  item: PlayedItem;
  /** Of this item. */
  heardMs: number;
  /** Of everything that lies ready, later items included. */
  unheardMs: number;
}

export class HeardAudio {
  #items = new Recent<string, PlayedItem>(64);
  #end = -Infinity;
  /** What was playing when the playback last stopped, and when that was. */
  lastCut: { playing: Playing; t: number } | undefined;

  /** A piece of so many ms that arrived at `t`. */
  add(row: number, t: number, item: string, response: string, ms: number): void {
    const from = Math.max(this.#end, t);
    this.#end = from + ms;
    const known = this.#items.get(item);
    if (known) {
      known.ms += ms;
      known.playsTo = this.#end;
    } else {
      this.#items.set(item, { item, response, row, arrivedFrom: t, playsFrom: from, playsTo: this.#end, ms });
    }
  }

  /** What plays at `t`; undefined in silence. */
  at(t: number): Playing | undefined {
    if (t >= this.#end) return undefined;
    for (const item of this.#items.values()) {
      if (t < item.playsFrom || t >= item.playsTo) continue;
      return { item, heardMs: Math.max(0, item.ms - (item.playsTo - t)), unheardMs: this.#end - t };
    }
    return undefined;
  }

  /** The audio there is of an item. */
  item(id: string): PlayedItem | undefined {
    return this.#items.get(id);
  }

  /** What lies ready is thrown away. */
  stop(t: number): void {
    const playing = this.at(t);
    if (playing) this.lastCut = { playing, t };
    if (t >= this.#end) return;
    for (const item of this.#items.values()) item.playsTo = Math.min(item.playsTo, Math.max(item.playsFrom, t));
    this.#end = t;
  }
}
