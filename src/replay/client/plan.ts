/**
 * What a recorded client did and what it waited for, worked out before anything is sent. Nothing that came before a message
 * in the recording can have been caused by it, so to wait for all of that keeps the order and cannot stand still for ever at a
 * server that behaves like the recorded one.
 */
import type { Correlated } from '../../analysis/correlation';
import { asNumber, asText } from '../../analysis/json';
import type { TracedEvent } from '../../analysis/model';
import { audioField } from '../../protocol/audioEvents';
import { frameName, SessionNames, type Named } from '../names';
import type { RecordedFrame, RecordedSession, RecordingObserver } from '../recording';
import { namedIds, ownIds } from './ids';
import type { EventPath } from '../../rules/path';

/** A moment of the session that a message waited for. */
export interface Gate extends Named {
  /** When it came in the recording, on the clock of the plan, ms. */
  at: number;
  /** So much sound of the response `within` had come, ms: people and apps act in the middle of answers. */
  soundMs?: number;
}

/** An id in a message that stands for something else in every run. */
export interface MappedId extends Named {
  path: EventPath;
  recorded: string;
}

/** A message of the client, to be sent. */
export interface PlannedFrame {
  /** Its place among the client's messages, from 0. */
  index: number;
  name: string;
  /** Its number in the recording; of an added one, that of the message before it. */
  seq: number;
  type: string;
  source: { frame: RecordedFrame } | { text: string };
  audioMs: number;
  /** Sound goes on while other messages wait, as a microphone does. */
  lane: 'audio' | 'control';
  /** When it was sent, on the clock of the plan, ms. */
  at: number;
  /** What it waits for when it is gated, latest last. */
  gates: readonly Gate[];
  /** The message of the other lane that must be gone before it, by index; -1 for none. */
  after: number;
  /** The same when messages are gated: the user began to speak when all of it had been done. */
  barrier: number;
  ids: readonly MappedId[];
  /** Ids in it that the recording does not explain. */
  unknownIds: readonly string[];
  /** Of sound: the piece before it had ended just when it began, as with a microphone that is always open. */
  continuous: boolean;
}

/** A session as the client's side of it can be replayed. */
export interface ReplayPlan {
  session: RecordedSession;
  frames: readonly PlannedFrame[];
  /** What the recording still shows after the last message, and when it ended, ms. */
  end: { gates: readonly Gate[]; at: number; continuous: boolean };
  /** The recording has times. */
  timed: boolean;
  /** What each name is a part of. */
  within: ReadonlyMap<string, string>;
}

/** A client that waits longer for nothing before it sends is one whose beginning was cut off, ms. */
const LEAD_MS = 1000;
/** Sound that follows within this time, ms, beyond what the piece before it lasts, is of a microphone that stayed open. */
const OPEN_MICROPHONE_MS = 150;
/** Messages after which sound that comes later must not go first: they say what becomes of it. */
export const HOLDS_AUDIO: ReadonlySet<string> = new Set([
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'session.update',
  'transcription_session.update',
]);

/** Makes the plans of all sessions of a recording, while it is read. */
export class Planner implements RecordingObserver {
  readonly #sessions = new Map<string, Draft>();

  event(session: string, event: TracedEvent, told: Correlated, frame: RecordedFrame | undefined): void {
    let draft = this.#sessions.get(session);
    if (!draft) this.#sessions.set(session, (draft = new Draft()));
    draft.event(event, told, frame);
  }

  /** The plan of a session that has been read to its end. */
  plan(session: RecordedSession): ReplayPlan {
    return (this.#sessions.get(session.id) ?? new Draft()).finish(session);
  }
}

interface Moment extends Gate {
  /** How many of the client's messages came before it. */
  before: number;
}

/** A response that goes on, and the sound of it so far. */
interface Running {
  name: string;
  soundMs: number;
  at: number;
}

class Draft {
  readonly #frames: {
    frame: RecordedFrame;
    ids: MappedId[];
    unknownIds: string[];
    /** Responses under way when it was sent. */
    amid: Running[];
  }[] = [];
  readonly #running = new Map<string, Running>();
  readonly #rows = new Map<number, string>();
  readonly #names = new SessionNames((row) => this.#rows.get(row));
  readonly #moments: Moment[] = [];
  readonly #own = new Set<string>();
  /** ms of sound sent before each speech that the server heard began. */
  readonly #onsets: number[] = [];
  #at = 0;
  /** The clock of a recording without times: as long as the sound that was sent. */
  #soundMs = 0;

  event(event: TracedEvent, told: Correlated, frame: RecordedFrame | undefined): void {
    if (frame) this.#at = frame.at;
    if (event.from === 'client') {
      if (frame) this.#client(event, frame);
      return;
    }
    if (event.type === 'input_audio_buffer.speech_started') {
      const from = asNumber(event.event.audio_start_ms);
      if (from !== undefined) this.#onsets.push(from);
    }
    for (const moment of this.#names.add(event, told).moments)
      this.#moments.push({ ...moment, at: this.#at, before: this.#frames.length });
    this.#sound(event, frame);
  }

  #client(event: TracedEvent, frame: RecordedFrame): void {
    this.#rows.set(frame.row, frameName(frame.seq));
    const ids: MappedId[] = [];
    const unknownIds: string[] = [];
    for (const id of ownIds(event.event)) this.#own.add(id);
    for (const { path, id } of namedIds(event.event)) {
      const named = this.#names.nameOf(id);
      if (this.#own.has(id)) continue;
      if (named) ids.push({ path, recorded: id, ...named });
      else unknownIds.push(id);
    }
    const amid = [...this.#running.values()].filter(({ soundMs }) => soundMs > 0).map((running) => ({ ...running }));
    this.#frames.push({ frame, ids, unknownIds, amid });
  }

  #sound({ type, response }: TracedEvent, frame: RecordedFrame | undefined): void {
    const name = this.#names.nameOf(response)?.name;
    if (name === undefined) return;
    if (type === 'response.created') this.#running.set(name, { name, soundMs: 0, at: this.#at });
    if (type === 'response.done') this.#running.delete(name);
    const running = this.#running.get(name);
    if (!running || !frame || frame.audioMs === 0) return;
    running.soundMs += frame.audioMs;
    running.at = this.#at;
  }

  finish(session: RecordedSession): ReplayPlan {
    const { timed } = session;
    // Without times each message goes when what it waits for has come, and sound as long as it lasts.
    // A part that begins in the middle has nothing that came before it: nobody waits for that.
    const lead = timed ? this.#leadMs() : 0;
    const clock = (moment: Moment): number => (timed ? moment.at - lead : (starts[moment.before] ?? this.#soundMs));
    const starts = this.#frames.map(({ frame }) => {
      const start = timed ? frame.at - lead : this.#soundMs;
      this.#soundMs += frame.audioMs;
      return start;
    });
    const onset = this.#onsetFrames();
    const frames: PlannedFrame[] = [];
    let [lastAudio, lastControl, holder] = [-1, -1, -1];
    let [audioSaw, controlSaw, known] = [0, 0, 0];
    for (const [index, { frame, ids, unknownIds, amid }] of this.#frames.entries()) {
      const at = starts[index] ?? 0;
      const isAudio = audioField(frame.type, 'client') !== undefined;
      while ((this.#moments[known]?.before ?? Infinity) <= index) known++;
      const previous = lastAudio < 0 ? undefined : frames[lastAudio];
      const first = isAudio && (previous === undefined || onset.has(index));
      const gates: Gate[] = [];
      if (!isAudio || first) {
        for (const moment of this.#moments.slice(isAudio ? audioSaw : controlSaw, known)) {
          // Words that were written down are waited for by who acts on them at once, and by nobody else.
          if (moment.name.endsWith(': transcribed') && moment !== this.#moments[known - 1]) continue;
          gates.push({ name: moment.name, within: moment.within, at: clock(moment) });
        }
        for (const { name, soundMs, at: came } of amid) {
          const gate = `${name}: ${Math.round(soundMs)} ms of sound`;
          gates.push({ name: gate, within: name, at: timed ? came - lead : at, soundMs });
        }
        if (isAudio) audioSaw = known;
        else controlSaw = known;
      }
      frames.push({
        index,
        name: frameName(frame.seq),
        seq: frame.seq,
        type: frame.type,
        source: { frame },
        audioMs: frame.audioMs,
        lane: isAudio ? 'audio' : 'control',
        at,
        gates,
        after: isAudio ? holder : lastAudio,
        barrier: isAudio ? (first ? lastControl : holder) : lastAudio,
        ids,
        unknownIds,
        continuous: isAudio && previous !== undefined && isContinuous(previous, at),
      });
      if (isAudio) lastAudio = index;
      else {
        lastControl = index;
        if (HOLDS_AUDIO.has(frame.type)) holder = index;
      }
    }
    const last = lastAudio < 0 ? undefined : frames[lastAudio];
    const lastMoment = this.#moments.at(-1);
    const endAt = Math.max(
      timed ? (session.close?.at ?? 0) - lead : this.#soundMs,
      frames.at(-1)?.at ?? 0,
      lastMoment ? clock(lastMoment) : 0,
    );
    return {
      session,
      frames,
      end: {
        gates: this.#moments
          .slice(Math.min(audioSaw, controlSaw))
          .map((moment) => ({ name: moment.name, within: moment.within, at: clock(moment) })),
        at: endAt,
        continuous: last !== undefined && last.continuous && isContinuous(last, endAt),
      },
      timed,
      within: this.#names.within,
    };
  }

  /** How long it was until the first message, ms, where nothing of the server is known to have come before that. */
  #leadMs(): number {
    const first = this.#frames[0]?.frame.at ?? 0;
    return this.#moments[0]?.before === 0 || first < LEAD_MS ? 0 : first;
  }

  /** The pieces of sound with which the user began to speak: people wait for what they have heard before they do. */
  #onsetFrames(): Set<number> {
    const found = new Set<number>();
    const audio = this.#frames.flatMap(({ frame }, index) => (frame.audioMs > 0 ? [{ frame, index }] : []));
    let at = 0;
    for (const start of [...this.#onsets].sort((one, other) => one - other)) {
      while (at < audio.length && (audio[at]?.frame.audioClock ?? 0) + (audio[at]?.frame.audioMs ?? 0) <= start) at++;
      const piece = audio[at];
      if (piece) found.add(piece.index);
    }
    if (this.#onsets.length > 0) return found;
    // Where nobody detects turns, the first sound after a commit or a clear begins one.
    let fresh = true;
    for (const [index, { frame }] of this.#frames.entries()) {
      if (/^input_audio_buffer\.(?:commit|clear)$/.test(frame.type)) fresh = true;
      else if (fresh && audioField(frame.type, 'client') !== undefined) {
        found.add(index);
        fresh = false;
      }
    }
    return found;
  }
}

function isContinuous(previous: PlannedFrame, at: number): boolean {
  return at - previous.at <= 2 * previous.audioMs + OPEN_MICROPHONE_MS;
}

/** What of the address makes a session that cannot be had again; undefined for any other. */
export function cannotReplay(session: RecordedSession): string | undefined {
  const call = asText(/[?&]call_id=([^&#]*)/.exec(session.url)?.[1]);
  if (call !== '')
    return `Session ${session.id} listened to a call (call_id=${call.slice(0, 80)}). A call is made by telephone or browser and cannot be replayed.`;
  if (session.open && session.open.status !== 101)
    return `Session ${session.id} was refused (${session.open.status || 'nobody answered'}): there is nothing to replay.`;
  return undefined;
}
