/** The client's side of a recorded session, played to a simulated one: by the order of causes, not by the clock. */
import { findCauses, turnDetection } from './causes';
import { fromPcm, type FormatName } from './codec';
import { member } from './config';
import { ORDER_MS, overlap, scenarioFrom } from './fromRecording';
import { vadSettings } from './input';
import { floats, typeOf, type Recording } from './recording';
import { Session } from './session';
import { lasting } from './voice';
import { BYTES_PER_MS, isObject, type Json, type Output } from './wire';

/** How long the simulated session may take over something the recording shows, simulated ms. */
const PATIENCE_MS = 60_000;
/** Sound that turn detection needs before it says that speech has begun, beyond the padding, and after it has ended, ms. */
const ONSET_MS = 100;
const FRAME_MS = 20;
/** A little more than the least that may be committed, ms. */
const COMMIT_MS = 120;

/** Something the client does once the server has done all that stands before a place in the recording. */
interface Move {
  /** Where the client did it. */
  at: number;
  after: number;
  do: { send: string | Uint8Array; event: Json | undefined } | { hearUpToMs: number };
}

/** Speech the recording tells of, ms of the session's audio. */
interface Span {
  fromMs: number;
  toMs: number;
}

/** What the simulated server sent. The same recording and seed give the same events. */
export function playRecording(recording: Recording, seed = 1): Json[] {
  return new Player(recording, seed).play();
}

class Player {
  readonly #session: Session;
  #nowMs = 0;
  #sent: Json[] = [];
  #closed = false;
  /** How many events of each type, and which they were: of the recording up to a place, and of the simulated session. */
  #theirs: { at: number; type: string; event: Json }[];
  #byType = new Map<string, Json[]>();
  #counts = new Map<string, number>();
  #ids = new Map<string, string>();
  #track: Track;
  /** Responses took turns: then everything happens when its place in the recording comes. */
  #byOrder: boolean;

  constructor(
    private readonly recording: Recording,
    seed: number,
  ) {
    this.#byOrder = overlap(recording.messages);
    const { scenario, kind, model, joined } = scenarioFrom(recording, this.#byOrder);
    // The ids' clock stands at the recorded session's end of life, so that it is the same in every run.
    this.#session = new Session({ kind, model, seed, epochMs: 1_790_000_000_000, scenario, joined });
    this.#theirs = recording.messages.flatMap((message, at) =>
      message.from === 'server' ? [{ at, type: typeOf(message), event: message.event ?? {} }] : [],
    );
    for (const { type, event } of this.#theirs) this.#byType.set(type, [...(this.#byType.get(type) ?? []), event]);
    this.#track = new Track(recording);
  }

  play(): Json[] {
    this.#keep(this.#session.open(0));
    for (const move of this.#moves()) {
      this.#waitFor(move.after, false);
      // Just before whatever the recording shows at that place.
      if (this.#byOrder) this.#nowMs = Math.max(this.#nowMs, move.after * ORDER_MS - 1);
      if (this.#closed) break;
      if ('hearUpToMs' in move.do) this.#keep(this.#session.hear(this.#track.hear(move.do.hearUpToMs), this.#nowMs));
      else this.#keep(this.#session.receive(this.#adapted(move.do.send, move.do.event, move.at), this.#nowMs));
    }
    this.#waitFor(Infinity, false);
    this.#waitFor(Infinity, true);
    return this.#sent;
  }

  /** The client's moves in order, none before the one sent earlier. */
  #moves(): Move[] {
    const { dealtWith } = findCauses(this.recording);
    const moves: Move[] = [];
    for (const [at, message] of this.recording.messages.entries()) {
      if (message.from === 'server') continue;
      const after = Math.max(dealtWith.get(at) ?? at, this.#track.heardAt.get(at) ?? at);
      moves.push({ at, after, do: { send: message.text ?? new Uint8Array(1), event: message.event } });
    }
    // On a call nobody appends: the caller is heard when the recording says so.
    for (const { at, ms } of this.#track.media) moves.push({ at: at - 0.5, after: at, do: { hearUpToMs: ms } });
    moves.sort((one, other) => one.at - other.at);
    let least = 0;
    for (const move of moves) move.after = least = Math.max(least, move.after);
    return moves;
  }

  /** Lets time pass until all that the recording shows before that place has been sent, or nothing more comes. */
  #waitFor(place: number, floating: boolean): void {
    const missing = new Map<string, number>();
    for (const { at, type } of this.#theirs) {
      if (at >= place) break;
      if (floats(type) === floating) missing.set(type, (missing.get(type) ?? 0) + 1);
    }
    const giveUp = this.#nowMs + PATIENCE_MS;
    const waits = (): boolean => [...missing].some(([type, count]) => (this.#counts.get(type) ?? 0) < count);
    while (!this.#closed && waits()) {
      const next = this.#session.nextMs;
      if (next === undefined || next > giveUp) break;
      this.#nowMs = Math.max(this.#nowMs, next);
      this.#keep(this.#session.tick(this.#nowMs));
    }
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
        this.#sent.push(event);
      }
    }
  }

  /** The client's message with our ids for the recorded server's, and sound for what was cut from it. */
  #adapted(message: string | Uint8Array, event: Json | undefined, at: number): string | Uint8Array {
    if (!event) return message;
    const sound = this.#track.sounds.get(at);
    if (sound) return JSON.stringify({ ...event, audio: sound });
    return this.#ids.size === 0 ? message : JSON.stringify(renamed(event, this.#ids));
  }
}

/**
 * The user's audio. Where the server heard more than was recorded, the recording was cut: then speech is generated that
 * spans what the server said it heard, and silence between, shared out evenly over the appends.
 */
class Track {
  /** Generated audio (base64 in the session's format) for the append at that place. */
  readonly sounds = new Map<number, string>();
  /** The place of the speech event that the append at a place brought about. */
  readonly heardAt = new Map<number, number>();
  /** Places at which the caller was heard up to so many ms. */
  readonly media: { at: number; ms: number }[] = [];
  #spans: Span[] = [];
  #heardMs = 0;

  constructor({ messages }: Recording) {
    const appends: { at: number; bytes: Uint8Array; format: FormatName }[] = [];
    const heard: { at: number; appends: number; ms: number }[] = [];
    let [session, format, sinceMs, count, slotMs, ownMs] = [undefined as Json | undefined, 'audio/pcm', 0, 0, 0, 0];
    let span: Span | undefined;
    let detected = false;
    for (const [at, message] of messages.entries()) {
      const event = message.event ?? {};
      const type = typeOf(message);
      const config = member(event, 'session');
      if (message.from === 'server' && config) {
        session = config;
        format = formatOf(member(member(member(session, 'audio'), 'input'), 'format'));
      }
      if (message.from === 'client' && type === 'input_audio_buffer.append') {
        const bytes = Buffer.from(String(event['audio'] ?? ''), 'base64');
        const ms = format === 'audio/pcm' ? bytes.length / BYTES_PER_MS : bytes.length / 8;
        appends.push({ at, bytes, format: format as FormatName });
        [sinceMs, count, ownMs] = [sinceMs + ms, count + 1, ownMs + ms];
      }
      const settings = vadSettings(turnDetection(session));
      let needsMs = 0;
      if (type === 'input_audio_buffer.speech_started') {
        detected = true;
        const fromMs = Number(event['audio_start_ms']) + settings.prefixMs;
        span = { fromMs, toMs: Infinity };
        this.#spans.push(span);
        needsMs = fromMs + ONSET_MS;
      } else if (type === 'input_audio_buffer.speech_stopped' && span) {
        const endMs = Number(event['audio_end_ms']);
        span.toMs = Math.max(span.fromMs + ONSET_MS, endMs - settings.silenceMs);
        needsMs = endMs + FRAME_MS;
      } else if (type === 'input_audio_buffer.committed' || type === 'input_audio_buffer.cleared') {
        if (type.endsWith('committed') && count > 0 && sinceMs < 100) slotMs = Math.max(slotMs, COMMIT_MS / count);
        [sinceMs, count] = [0, 0];
      }
      if (needsMs > 0) {
        heard.push({ at, appends: appends.length, ms: needsMs });
        if (appends.length === 0) this.media.push({ at, ms: needsMs });
        else if (ownMs + ONSET_MS < needsMs) slotMs = Math.max(slotMs, needsMs / appends.length);
      }
    }
    // Without turn detection nothing tells when the user spoke: all of it may be speech.
    if (!detected) this.#spans = [{ fromMs: 0, toMs: Infinity }];
    let ms = 0;
    for (const [index, { at, bytes, format: name }] of appends.entries()) {
      const own = name === 'audio/pcm' ? bytes.length / BYTES_PER_MS : bytes.length / 8;
      const next = slotMs > 0 ? Math.ceil(slotMs * (index + 1)) : ms + own;
      if (slotMs > 0) this.sounds.set(at, fromPcm(this.hear(next), name).toString('base64'));
      for (const one of heard) if (one.ms > ms && one.ms <= next && one.appends > index) this.heardAt.set(at, one.at);
      ms = next;
    }
  }

  /** The user's audio from where it stopped last time up to then, PCM16. */
  hear(upToMs: number): Uint8Array {
    const fromMs = this.#heardMs;
    this.#heardMs = Math.max(fromMs, upToMs);
    const pcm = new Int16Array(Math.max(0, this.#heardMs - fromMs) * (BYTES_PER_MS / 2));
    for (const span of this.#spans) {
      const from = Math.max(span.fromMs, fromMs);
      const to = Math.min(span.toMs, this.#heardMs);
      if (to <= from) continue;
      const spoken = lasting(VOWELS, 'user', to - from);
      pcm.set(spoken.subarray(0, pcm.length - (from - fromMs) * 24), (from - fromMs) * 24);
    }
    return new Uint8Array(pcm.buffer);
  }
}

/** Letters without a pause or a hiss between them: one stretch of voice. */
const VOWELS = 'aeiouaoieuaeiouaoieu';

function formatOf(format: Json | undefined): FormatName {
  const name = format?.['type'];
  return name === 'audio/pcmu' || name === 'audio/pcma' ? name : 'audio/pcm';
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
