/** The client's side of a recorded session, played to a simulated one: by the order of causes, not by the clock. */
import { findCauses } from './causes';
import { ORDER_MS, scenarioFrom } from './fromRecording';
import { floats, interwoven, typeOf, type Recording } from './recording';
import { Session } from './session';
import { UserAudio } from './userAudio';
import { isObject, type Json, type Output } from './wire';

/** How long the simulated session may take over something the recording shows, simulated ms. */
const PATIENCE_MS = 60_000;
/** How long it goes on after all that the recording shows, simulated ms: time for what still belongs to its last events. */
const AFTERWARDS_MS = 2000;
/** Life of the simulated session, ms: it ends when the recording says so, not by a clock that stands for an order. */
const LIFE_MS = 10 * 3_600_000;

/** Something the client does once the server has done all that stands before a place in the recording. */
interface Move {
  /** Where the client did it. */
  at: number;
  after: number;
  do: { send: string | Uint8Array; event: Json | undefined } | { hearUpToMs: number };
}

/** What the simulated server sent. */
export interface Played {
  sent: { event: Json; atMs: number }[];
  /** How many of those were sent before it came to what the client did after the server's last recorded event. */
  inTime: number;
  /** Why the user's speech was generated; undefined when the recorded audio was played. */
  generated: UserAudio['generated'];
  /** The simulated session's end by its own doing. */
  closed: boolean;
}

/** Plays all of a recording. The same recording and seed give the same events. */
export function playRecording(recording: Recording, seed = 1): Played {
  return new Player(recording, seed).play();
}

class Player {
  readonly #session: Session;
  #nowMs = 0;
  #sent: Played['sent'] = [];
  #closed = false;
  /** The recorded server's events with their places, and by type. */
  #theirs: { at: number; type: string; event: Json }[];
  #byType = new Map<string, Json[]>();
  /** How many of each type the simulated session has sent. */
  #counts = new Map<string, number>();
  #ids = new Map<string, string>();
  #audio: UserAudio;
  /** Responses took turns, or limits landed in the next one: then everything happens when its place in the recording comes. */
  #byOrder: boolean;

  constructor(
    private readonly recording: Recording,
    seed: number,
  ) {
    this.#byOrder = interwoven(recording.messages);
    const { scenario, kind, model, joined } = scenarioFrom(recording, { byOrder: this.#byOrder, paced: false });
    scenario.expiresAfterMs = LIFE_MS;
    // The ids' clock stands at the recorded session's end of life, so that it is the same in every run.
    this.#session = new Session({
      kind,
      model,
      seed,
      epochMs: 1_790_000_000_000,
      scenario,
      joined,
      fixedSilence: true,
    });
    this.#theirs = recording.messages.flatMap((message, at) =>
      message.from === 'server' ? [{ at, type: typeOf(message), event: message.event ?? {} }] : [],
    );
    for (const { type, event } of this.#theirs) {
      const known = this.#byType.get(type);
      if (known) known.push(event);
      else this.#byType.set(type, [event]);
    }
    this.#audio = new UserAudio(recording);
  }

  play(): Played {
    // Transcription runs beside everything; what a caller hears has its place among what the caller does.
    const ordered = this.#awaited((type) => !floats(type) || type.startsWith('output_audio_buffer.'));
    const floating = this.#awaited(floats);
    const lastAt = this.#theirs.at(-1)?.at ?? -1;
    let inTime: number | undefined;
    this.#keep(this.#session.open(0));
    for (const move of this.#moves()) {
      this.#waitFor(ordered, move.after);
      // Just before whatever the recording shows at that place.
      if (this.#byOrder) this.#nowMs = Math.max(this.#nowMs, move.after * ORDER_MS - 1);
      if (this.#closed) break;
      if (move.after > lastAt) inTime ??= this.#sent.length;
      if ('hearUpToMs' in move.do) this.#keep(this.#session.hear(this.#audio.hear(move.do.hearUpToMs), this.#nowMs));
      else this.#keep(this.#session.receive(this.#adapted(move.do.send, move.do.event, move.at), this.#nowMs));
    }
    this.#waitFor(ordered, Infinity);
    this.#waitFor(floating, Infinity);
    const endMs = this.#nowMs + AFTERWARDS_MS;
    while (!this.#closed && (this.#session.nextMs ?? Infinity) <= endMs) this.#tick();
    const { generated } = this.#audio;
    return { sent: this.#sent, inTime: inTime ?? this.#sent.length, generated, closed: this.#closed };
  }

  /** The client's moves in order, none before the one sent earlier. */
  #moves(): Move[] {
    const { dealtWith } = findCauses(this.recording);
    const moves: Move[] = [];
    const answered = [...dealtWith.keys()].reduce((last, at) => Math.max(last, at), -1);
    for (const [at, message] of this.recording.messages.entries()) {
      if (message.from === 'server') continue;
      // What the client asked last and got no answer to was still on its way at the recording's end.
      const unanswered = at > answered && typeOf(message) !== 'input_audio_buffer.append';
      const dealt = dealtWith.get(at) ?? (unanswered ? this.recording.messages.length : at);
      const after = Math.max(dealt, this.#audio.heardAt.get(at) ?? at);
      moves.push({ at, after, do: { send: message.text ?? new Uint8Array(1), event: message.event } });
    }
    // On a call nobody appends: the caller is heard when the recording says so.
    for (const { at, ms } of this.#audio.media) moves.push({ at: at - 0.5, after: at, do: { hearUpToMs: ms } });
    moves.sort((one, other) => one.at - other.at);
    let least = 0;
    for (const move of moves) move.after = least = Math.max(least, move.after);
    return moves;
  }

  /** What the recording shows of some types, to be waited for in order. */
  #awaited(wanted: (type: string) => boolean): Awaited {
    return { events: this.#theirs.filter(({ type }) => wanted(type)), next: 0, due: new Map() };
  }

  /**
   * Lets time pass until all that the recording shows before that place has been sent, or nothing more comes. What does not
   * come is not waited for a second time.
   */
  #waitFor(awaited: Awaited, place: number): void {
    const { due } = awaited;
    let patienceMs = PATIENCE_MS;
    for (; awaited.next < awaited.events.length; awaited.next += 1) {
      const { at, type, event } = awaited.events[awaited.next]!;
      if (at >= place) break;
      due.set(type, (due.get(type) ?? 0) + 1);
      if (isObject(event['error']) && event['error']['code'] === 'session_expired') patienceMs = LIFE_MS;
    }
    const waits = (): boolean => {
      for (const [type, count] of due) if ((this.#counts.get(type) ?? 0) < count) return true;
      return false;
    };
    const giveUp = this.#nowMs + patienceMs;
    while (!this.#closed && waits()) {
      const next = this.#session.nextMs;
      if (next === undefined || next > giveUp) break;
      this.#tick();
    }
    for (const [type, count] of due) due.set(type, Math.min(count, this.#counts.get(type) ?? 0));
  }

  #tick(): void {
    this.#nowMs = Math.max(this.#nowMs, this.#session.nextMs ?? 0);
    this.#keep(this.#session.tick(this.#nowMs));
  }

  #keep(outputs: Output[]): void {
    for (const output of outputs) {
      if ('close' in output) this.#closed = true;
      else {
        const { event } = output;
        const nth = this.#counts.get(event.type) ?? 0;
        this.#counts.set(event.type, nth + 1);
        const theirs = this.#byType.get(event.type)?.[nth];
        if (theirs && !event.type.endsWith('.delta')) pair(theirs, event, this.#ids);
        this.#sent.push(output);
      }
    }
  }

  /** The client's message with our ids for the recorded server's, and sound for what was cut from it. */
  #adapted(message: string | Uint8Array, event: Json | undefined, at: number): string | Uint8Array {
    if (!event) return message;
    const sound = this.#audio.sounds.get(at);
    if (sound) return JSON.stringify({ ...event, audio: sound });
    return this.#ids.size === 0 ? message : JSON.stringify(renamed(event, this.#ids));
  }
}

/** Events that are waited for. */
interface Awaited {
  events: { at: number; type: string; event: Json }[];
  /** The first that is not yet waited for. */
  next: number;
  /** How many of each type there are before it, without those that were given up. */
  due: Map<string, number>;
}

/** Remembers which of our ids stands where a recorded one does. */
function pair(theirs: unknown, ours: unknown, ids: Map<string, string>): void {
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    theirs.forEach((value, index) => pair(value, ours[index], ids));
  } else if (isObject(theirs) && isObject(ours)) {
    for (const [key, value] of Object.entries(theirs)) {
      const other = ours[key];
      if (!isId(key)) pair(value, other, ids);
      else if (typeof value === 'string' && typeof other === 'string') ids.set(value, other);
    }
  }
}

function renamed(value: unknown, ids: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map((element) => renamed(element, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isId(key) && typeof inner === 'string' ? (ids.get(inner) ?? inner) : renamed(inner, ids),
    ]),
  );
}

function isId(key: string): boolean {
  return key === 'id' || (key.endsWith('_id') && key !== 'event_id');
}
