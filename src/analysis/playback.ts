/**
 * What the user heard of the model, for a client that plays audio as it comes and stops when it is interrupted: a piece
 * begins when it arrives, or when the one before it has been played. What it does with sound that is left when it closes its
 * connection is not on the wire; most stop playing with it, so sound counts up to the client's close and no further.
 */
import type { Correlated } from './correlation';
import { asNumber } from './json';
import type { Playback, TracedEvent } from './model';
import { Recent } from './recent';
import type { SessionTraits } from './traits';

/** Items that a truncation may still be about. */
const KEPT = 256;
/** Sound without items (translation) is one stream; after so long a silence at the client it is another stretch of it, ms. */
const PAUSE_MS = 1000;

/** What a truncation on its way has changed: to be put back when it is refused. */
interface Asked {
  playback: Playback;
  before: Pick<Playback, 'heardMs' | 'playsTo' | 'cutBy' | 'cutRow'>;
}

/** Sums of a session, ms of audio. */
export interface PlayedAudio {
  generatedMs: number;
  heardMs: number;
}

/** What is heard at one moment. */
export interface Playing {
  playback: Readonly<Playback>;
  /** ms of this item heard until then. */
  heardMs: number;
  /** ms of everything that lies ready, later items included. */
  unheardMs: number;
}

/** Follows the playback of one session's answers. */
export class PlaybackTracker {
  #session: string;
  #traits: SessionTraits;
  /** By item; sound that has none by its response. */
  #items = new Recent<string, Playback>(KEPT);
  /** Truncations that the server has not answered, by row. */
  #asked = new Recent<number, Asked>(32);
  /** Items of which something is yet to be played, in their order. */
  #queue: Playback[] = [];
  /** When everything that arrived will have been played. */
  #until = -Infinity;
  #changed = new Map<string, Playback>();
  #rows = new WeakMap<Playback, number>();
  /** Row of the client's own goodbye. */
  #closeRow: number | undefined;
  /** What was heard when playing last stopped, and when that was. */
  lastCut: { playing: Playing; t: number } | undefined;
  readonly total: PlayedAudio = { generatedMs: 0, heardMs: 0 };

  constructor(session: string, traits: SessionTraits) {
    this.#session = session;
    this.#traits = traits;
  }

  /** Audio that lies at the client at that time and has not been played, ms. */
  aheadMs(t: number): number {
    return Math.max(0, this.#until - t);
  }

  /** Playback of an item (of a response's sound, where it has no items), if it spoke lately. */
  of(item: string, response = ''): Playback | undefined {
    return this.#items.get(idOf(item, response));
  }

  /** Row of the first audio of an item, if it spoke lately. */
  rowOf(item: string): number | undefined {
    const playback = this.of(item);
    return playback && this.#rows.get(playback);
  }

  /** What is heard at that time (not before the last event); undefined in silence. */
  playingAt(t: number): Playing | undefined {
    const playback = this.#queue.find(({ playsFrom, playsTo }) => playsFrom <= t && t < playsTo);
    if (!playback) return undefined;
    return {
      playback,
      heardMs: Math.max(0, playback.heardMs - (playback.playsTo - t)),
      unheardMs: this.#until - t,
    };
  }

  /** A piece of the model's audio has arrived. */
  audio({ response, item, t, row, audioMs }: TracedEvent): void {
    const id = idOf(item, response);
    let playback = this.#items.get(id);
    const isOver = playback !== undefined && (playback.cutBy !== 'none' || t - playback.playsTo > PAUSE_MS);
    if (!playback || (item === '' && isOver)) {
      const start = Math.max(t, this.#until);
      playback = {
        key: `${this.#session} playback ${item || `#${row}`}`,
        session: this.#session,
        response,
        item,
        arrivedFrom: t,
        arrivedTo: t,
        playsFrom: start,
        playsTo: start,
        generatedMs: 0,
        heardMs: 0,
        cutBy: this.#closeRow === undefined ? 'none' : 'close',
        cutRow: this.#closeRow ?? null,
        aheadMs: 0,
      };
      this.#items.set(id, playback);
      this.#rows.set(playback, row);
    }
    playback.arrivedTo = Math.max(playback.arrivedTo, t);
    playback.generatedMs += audioMs;
    this.total.generatedMs += audioMs;
    // What comes of an answer after it was interrupted is thrown away, and so is what comes after the client's goodbye.
    if (playback.cutBy === 'none') {
      this.#drop(t);
      if (this.#queue.at(-1) !== playback) this.#queue.push(playback);
      this.#until = Math.max(t, this.#until) + audioMs;
      playback.playsTo = this.#until;
      playback.heardMs += audioMs;
      this.total.heardMs += audioMs;
      playback.aheadMs = Math.max(playback.aheadMs, this.#until - t);
    }
    this.#changed.set(playback.key, playback);
  }

  /** Takes an event that may interrupt or cut, and what it was correlated with. */
  event(event: TracedEvent, { answered, refused }: Pick<Correlated, 'answered' | 'refused'>): void {
    const { type, from, t, row, item } = event;
    if (answered) this.#asked.delete(answered.row);
    if (refused) this.#refused(refused.row);
    const end = asNumber(event.event.audio_end_ms);
    switch (`${from} ${type}`) {
      case 'server input_audio_buffer.speech_started':
        if (this.#traits.speechInterrupts) this.#stop(t, row);
        return;
      case 'client response.cancel':
      case 'client output_audio_buffer.clear':
      case 'server output_audio_buffer.cleared':
        this.#stop(t, row);
        return;
      case 'client conversation.item.truncate':
      case 'server conversation.item.truncated': {
        const playback = this.#items.get(item);
        if (!playback || end === undefined) return;
        // The client's own word is exact; the server's answer to it says the same.
        if (from === 'server' && playback.cutBy === 'truncate') return;
        if (playback.cutBy === 'none' && playback.playsTo > t) this.#stop(t, row);
        if (from === 'client') {
          const { heardMs, playsTo, cutBy, cutRow } = playback;
          this.#asked.set(row, { playback, before: { heardMs, playsTo, cutBy, cutRow } });
        }
        this.#cut(playback, Math.max(0, end), from === 'client' ? 'truncate' : 'server', row);
        return;
      }
    }
  }

  /** The client has closed its connection: what was not played until then is not heard. */
  closedByClient(t: number, row: number): void {
    this.#closeRow = row;
    this.#stop(t, row, 'close');
  }

  /** Those that changed since the last `take`, as they live here: to be looked at only. */
  changed(): Iterable<Readonly<Playback>> {
    return this.#changed.values();
  }

  /** Copies of those that changed since the last call. */
  take(): Playback[] {
    const taken = [...this.#changed.values()].map((playback) => ({ ...playback }));
    this.#changed.clear();
    return taken;
  }

  /** A refused truncation says where playing stopped, not how much was heard: the estimate stands again. */
  #refused(row: number): void {
    const asked = this.#asked.get(row);
    if (!asked) return;
    this.#asked.delete(row);
    const { playback, before } = asked;
    // A later truncation knows better.
    if (playback.cutRow !== row) return;
    this.total.heardMs += before.heardMs - playback.heardMs;
    Object.assign(playback, before);
    this.#changed.set(playback.key, playback);
  }

  /** Everything that was not played by then never will be. */
  #stop(t: number, row: number, by: Playback['cutBy'] = 'interruption'): void {
    this.#drop(t);
    const playing = this.playingAt(t);
    if (playing) this.lastCut = { playing, t };
    for (const playback of this.#queue) {
      const unplayed = Math.max(0, playback.playsTo - Math.max(t, playback.playsFrom));
      this.#cut(playback, playback.heardMs - unplayed, by, row);
    }
    this.#queue = [];
    this.#until = Math.min(this.#until, t);
  }

  #cut(playback: Playback, heardMs: number, by: Playback['cutBy'], row: number): void {
    const heard = Math.max(0, Math.min(heardMs, playback.generatedMs));
    const change = heard - playback.heardMs;
    playback.heardMs = heard;
    playback.playsTo = Math.max(playback.playsFrom, playback.playsTo + change);
    playback.cutBy = by;
    playback.cutRow = row;
    this.total.heardMs += change;
    this.#changed.set(playback.key, playback);
  }

  /** Takes from the queue what has been played. */
  #drop(t: number): void {
    while (this.#queue[0] && this.#queue[0].playsTo <= t) this.#queue.shift();
  }
}

function idOf(item: string, response: string): string {
  return item === '' ? `of ${response}` : item;
}
