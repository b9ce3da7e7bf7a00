/** The input audio buffer: how much lies in it, and when what was in it was captured. */
import { asNumber } from './json';
import { Growable } from './growable';
import type { Commit, Correlated } from './correlation';
import type { BufferLevel, TracedEvent } from './model';
import { Recent } from './recent';

/** Pieces of input whose place in time is remembered: over a minute of the shortest that clients send (20 ms). */
const PIECES = 4096;

/** A server that rounds up may name a time that was not sent yet, ms. */
const SLACK_MS = 500;

/** Audio that a commit took out of the buffer. */
export interface Committed {
  item: string;
  by: Commit['by'];
  ms: number;
  /** Where it began and ended on the time axis, as it was captured; null when unknown. */
  start: number | null;
  end: number | null;
  /** Row of its first piece, when the client ended it; null when turn detection did. */
  firstRow: number | null;
}

/** Where the audio lies that has been appended since the last commit or clear. */
interface Pending {
  ms: number;
  firstRow: number | null;
  start: number | null;
}

const EMPTY: Readonly<Pending> = { ms: 0, firstRow: null, start: null };

/** Follows the buffer of one session, 12 bytes an append. */
export class InputBuffer {
  #pending: Pending = { ...EMPTY };
  /** Clock of the input: all audio appended so far, ms. */
  #clock = 0;
  /** A ring of pieces: clock of the input and time at which each begins. */
  #clocks = new Float64Array(PIECES);
  #starts = new Float64Array(PIECES);
  #lengths = new Float32Array(PIECES);
  #pieces = 0;
  #speech = new Recent<string, { from: number; to: number }>(256);
  /** Commits and clears on their way, by row: what each takes. */
  #taken = new Recent<number, Pending>(256);
  #t = new Growable((length) => new Float64Array(length), 16);
  #ms = new Growable((length) => new Float32Array(length), 16);
  #levelT = -Infinity;

  /**
   * A piece of input audio passed. It was captured by the time it was sent; when a microphone that stalled catches up, pieces
   * sent together overlap, so that one late piece does not make all later ones late.
   */
  append({ t, row, audioMs }: TracedEvent): void {
    const start = t - audioMs;
    const at = this.#pieces++ % PIECES;
    this.#clocks[at] = this.#clock;
    this.#starts[at] = start;
    this.#lengths[at] = audioMs;
    this.#clock += audioMs;
    if (this.#pending.firstRow === null) this.#pending = { ms: 0, firstRow: row, start };
    this.#pending.ms += audioMs;
    this.#level(t);
  }

  /** Takes an event that may change the buffer, and what it is told to answer. Returns what a commit took. */
  event(event: TracedEvent, { committed, answered, refused }: Correlated): Committed | undefined {
    const { type, t, item, row } = event;
    const taken = refused ? this.#taken.get(refused.row) : undefined;
    if (taken && refused) {
      this.#taken.delete(refused.row);
      const { ms, firstRow, start } = this.#pending;
      this.#pending = { ms: taken.ms + ms, firstRow: taken.firstRow ?? firstRow, start: taken.start ?? start };
      this.#level(t);
    }
    switch (type) {
      case 'input_audio_buffer.commit':
      case 'input_audio_buffer.clear':
        this.#taken.set(row, this.#pending);
        this.#pending = { ...EMPTY };
        this.#level(t);
        return undefined;
      case 'input_audio_buffer.cleared':
        if (answered) this.#taken.delete(answered.row);
        return undefined;
      case 'input_audio_buffer.speech_started':
        this.#speech.set(item, { from: asNumber(event.event.audio_start_ms) ?? this.#clock, to: Infinity });
        return undefined;
      case 'input_audio_buffer.speech_stopped':
      case 'input_audio_buffer.timeout_triggered': {
        const from = this.#speech.get(item)?.from ?? asNumber(event.event.audio_start_ms) ?? this.#clock;
        this.#speech.set(item, { from, to: asNumber(event.event.audio_end_ms) ?? this.#clock });
        return undefined;
      }
      case 'input_audio_buffer.committed':
        return committed ? this.#committed(event, committed, answered?.row) : undefined;
    }
    return undefined;
  }

  /** When the input audio at that clock was captured; null when it was not recorded, or too long ago. */
  timeAt(clockMs: number): number | null {
    const oldest = Math.max(0, this.#pieces - PIECES);
    let low = oldest;
    let high = this.#pieces;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#clocks[middle % PIECES] as number) < clockMs) low = middle + 1;
      else high = middle;
    }
    // The piece before the first that begins at or after it holds it, up to that piece's own end.
    const at = Math.max(low - 1, oldest);
    if (this.#pieces === 0 || !(clockMs >= 0)) return null;
    const into = clockMs - (this.#clocks[at % PIECES] as number);
    if (into < 0) return null;
    // A server that counts a little more than was sent means the end.
    if (into > (this.#lengths[at % PIECES] as number) + SLACK_MS) return null;
    return (this.#starts[at % PIECES] as number) + Math.min(into, this.#lengths[at % PIECES] as number);
  }

  /**
   * The level between two times, the step before `start` among them. Where there are more than `most` steps, the first, the last
   * and of each stretch between them the lowest and the highest are picked, so that neither peaks nor commits vanish.
   */
  levels(start: number, end: number, most = 2000): BufferLevel[] {
    const from = Math.max(0, this.#t.after(start) - 1);
    const to = this.#t.after(end);
    const at = (step: number): BufferLevel => ({ t: this.#t.at(step), ms: this.#ms.at(step) });
    if (to - from <= Math.max(most, 1)) return Array.from({ length: to - from }, (_, step) => at(from + step));
    const found = [at(from)];
    const stretches = Math.floor((most - 2) / 2);
    const edge = (stretch: number) => from + 1 + Math.floor(((to - from - 2) * stretch) / stretches);
    for (let stretch = 0; stretch < stretches; stretch++) {
      let low = edge(stretch);
      let high = low;
      for (let step = low; step < edge(stretch + 1); step++) {
        if (this.#ms.at(step) < this.#ms.at(low)) low = step;
        if (this.#ms.at(step) > this.#ms.at(high)) high = step;
      }
      found.push(at(Math.min(low, high)));
      if (low !== high) found.push(at(Math.max(low, high)));
    }
    if (most > 1) found.push(at(to - 1));
    return found;
  }

  #committed({ item, t }: TracedEvent, { by }: Commit, request: number | undefined): Committed {
    const speech = this.#speech.get(item);
    if (by === 'client' && request !== undefined) {
      const taken = this.#taken.get(request) ?? EMPTY;
      this.#taken.delete(request);
      const end = taken.start === null ? null : this.#endBefore();
      return { item, by, ms: taken.ms, start: taken.start, end, firstRow: taken.firstRow };
    }
    // Turn detection takes the audio up to the end of speech; what came after it waits for the next turn.
    // The server's word on what it heard stands, also where a recording holds less audio than was sent.
    const heard = Number.isFinite(speech?.to) ? speech?.to : undefined;
    const to = Math.min(this.#clock, heard ?? this.#clock);
    const ms = speech ? Math.max(0, (heard ?? this.#clock) - speech.from) : this.#pending.ms;
    const left = Math.max(0, Math.min(this.#pending.ms, this.#clock - to));
    const start = speech ? this.timeAt(speech.from) : this.#pending.start;
    this.#pending = left > 0 ? { ...this.#pending, ms: left, start: this.timeAt(to) } : { ...EMPTY };
    this.#level(t);
    return { item, by, ms, start, end: this.timeAt(to), firstRow: null };
  }

  /** Where the audio before the pending one ends on the axis. */
  #endBefore(): number | null {
    return this.timeAt(this.#clock - this.#pending.ms);
  }

  #level(t: number): void {
    this.#levelT = Math.max(t, this.#levelT);
    this.#t.push(this.#levelT);
    this.#ms.push(this.#pending.ms);
  }
}
