/**
 * The user's audio of a recorded session. It is the recorded one, unless that cannot be what the server heard: payloads were
 * cut or blanked when it was written down, or our turn detection makes other turns of it than the server's did. Then speech is
 * generated that spans what the server said it heard, with silence between.
 */
import { Vad, vadSettings, type VadSettings } from '../audio/vad';
import { findCauses, turnDetection } from './causes';
import { decodeBase64, fromPcm, samplesOf, toPcm, type FormatName } from './codec';
import { member } from './config';
import { typeOf, type RecordedMessage, type Recording } from './recording';
import { lasting } from './voice';
import { BYTES_PER_MS, type Json } from './wire';

/** Sound that turn detection is given before it says that speech has begun, the least it can do with, and a frame, ms. */
const ONSET_MS = 100;
const LEAST_ONSET_MS = 60;
const FRAME_MS = 20;
/** The least that may be committed, and a little more, ms. */
const LEAST_COMMIT_MS = 100;
const COMMIT_MS = 120;
/** Letters without a pause or a hiss between them: one stretch of voice, and how long it lasts before it begins again. */
const VOWELS = 'aeiouaoieuaeiouaoieu';
const VOICE_MS = 4000;

/** A client's append, as it was recorded. */
interface Append {
  at: number;
  /** PCM16; undefined when the payload is not base64. */
  pcm: Uint8Array | undefined;
  ms: number;
  format: FormatName;
  /** Undefined where turn detection is off. */
  turns: VadSettings | undefined;
}

/** The server said that speech had begun or ended. */
interface Told {
  kind: 'started' | 'stopped';
  at: number;
  /** What it said, ms of the session's audio. */
  ms: number;
  /** When the sound itself began at the latest, ms: the padding before it is cut short where the buffer begins. */
  soundMs: number;
  settings: VadSettings;
  /** How much had been appended by then. */
  appends: number;
  ownMs: number;
}

/** The buffer was committed or cleared. */
interface Emptied {
  at: number;
  committed: boolean;
  /** Appended since the time before. */
  appends: number;
  ms: number;
  /** Appended in all. */
  allAppends: number;
  allMs: number;
}

/** Speech, ms of the session's audio. */
interface Span {
  fromMs: number;
  toMs: number;
}

export class UserAudio {
  /** Generated audio (base64 in the session's format) for the append at that place; empty where the recorded audio serves. */
  readonly sounds = new Map<number, string>();
  /** The place of the speech event that the append at a place brings about. */
  readonly heardAt = new Map<number, number>();
  /** Places at which the caller of a call was heard up to so many ms. */
  readonly media: { at: number; ms: number }[] = [];
  /** Why speech is generated; undefined where it is not. */
  readonly generated: 'cut' | 'heard otherwise' | undefined;
  #spans: Span[];
  #heardMs = 0;

  constructor(recording: Recording) {
    const { appends, told, emptied } = survey(recording);
    for (const one of told) if (one.appends === 0) this.media.push({ at: one.at, ms: needsMs(one) });
    const slotMs = slotOf(appends, told, emptied);
    let heard = hears(appends, emptied);
    if (slotMs > 0) this.generated = 'cut';
    else if (appends.length > 0 && !agree(heard, told, recording)) this.generated = 'heard otherwise';
    this.#spans = spansOf(told, emptied, slotMs, this.generated === 'heard otherwise');
    if (told.length === 0 && appends.every(({ turns }) => turns === undefined)) {
      // Nothing tells when the user spoke: all of it may be speech.
      this.#spans = [{ fromMs: 0, toMs: Infinity }];
    }
    if (this.generated) {
      const generated = this.#generate(appends, slotMs);
      for (const { at, pcm, format } of generated) this.sounds.set(at, fromPcm(pcm, format).toString('base64'));
      heard = hears(generated, emptied);
    }
    for (const [index, { kind, at }] of told.entries()) {
      const one = heard[index];
      if (one?.kind === kind) this.heardAt.set(one.at, Math.max(at, this.heardAt.get(one.at) ?? 0));
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
      if (to > from) speakInto(pcm, Math.round((from - fromMs) * 24), Math.round((to - fromMs) * 24));
    }
    return new Uint8Array(pcm.buffer);
  }

  /** Appends of `slotMs` each; of their own length when that is 0. */
  #generate(appends: readonly Append[], slotMs: number): (Append & { pcm: Uint8Array })[] {
    let ms = 0;
    return appends.map((append, index) => {
      ms = slotMs > 0 ? slotMs * (index + 1) : ms + append.ms;
      // An append without any audio would be refused.
      const pcm = this.hear(Math.max(Math.ceil(ms), this.#heardMs + 1));
      return { ...append, pcm };
    });
  }
}

/** Everything about the user's audio in the order of the recording. */
function survey(recording: Recording): { appends: Append[]; told: Told[]; emptied: Emptied[] } {
  const appends: Append[] = [];
  const told: Told[] = [];
  const emptied: Emptied[] = [];
  const refused = new Set(
    findCauses(recording).errors.flatMap(({ on, nth }) => (on === 'input_audio_buffer.append' ? [nth] : [])),
  );
  const inForce = configurations(recording.messages);
  let session: Json | undefined;
  let [seen, count, ms, allMs] = [0, 0, 0, 0];
  // Where the buffer begins, as far as known.
  let beginsMs = 0;
  for (const [at, message] of recording.messages.entries()) {
    const event = message.event ?? {};
    const type = typeOf(message);
    if (message.from === 'client') {
      if (type !== 'input_audio_buffer.append') continue;
      seen += 1;
      if (refused.has(seen)) continue;
      const config = inForce.get(at);
      const format = formatOf(config);
      const pcm = decoded(event['audio'], format);
      const own = (pcm?.length ?? 0) / BYTES_PER_MS;
      const turns = turnDetection(config);
      appends.push({ at, pcm, format, ms: own, turns: turns && vadSettings(turns) });
      [count, ms, allMs] = [count + 1, ms + own, allMs + own];
      continue;
    }
    session = member(event, 'session') ?? session;
    const settings = vadSettings(turnDetection(session));
    const place = { at, settings, appends: appends.length, ownMs: allMs };
    if (type === 'input_audio_buffer.speech_started') {
      const startMs = Number(event['audio_start_ms']) || 0;
      const soundMs = startMs <= beginsMs ? startMs : startMs + settings.prefixMs;
      told.push({ ...place, kind: 'started', ms: startMs, soundMs });
    } else if (type === 'input_audio_buffer.speech_stopped') {
      const endMs = Number(event['audio_end_ms']) || 0;
      beginsMs = endMs;
      told.push({ ...place, kind: 'stopped', ms: endMs, soundMs: endMs });
    } else if (type === 'input_audio_buffer.committed' || type === 'input_audio_buffer.cleared') {
      const committed = type.endsWith('committed');
      emptied.push({ at, committed, appends: count, ms, allAppends: appends.length, allMs });
      [count, ms] = [0, 0];
    }
  }
  return { appends, told, emptied };
}

/** The session's configuration when the server came to the message at a place: updates sent before it are in force. */
function configurations(messages: readonly RecordedMessage[]): Map<number, Json | undefined> {
  const inForce = new Map<number, Json | undefined>();
  let session: Json | undefined;
  let waiting: number[] = [];
  let updates = 0;
  for (const [at, message] of messages.entries()) {
    const type = typeOf(message);
    if (message.from === 'client') {
      if (type === 'session.update') updates += 1;
      inForce.set(at, session);
      if (updates > 0) waiting.push(at);
    } else if (message.event && member(message.event, 'session')) {
      session = member(message.event, 'session');
      if (type !== 'session.updated' || updates === 0) continue;
      for (const place of waiting) inForce.set(place, session);
      updates -= 1;
      if (updates === 0) waiting = [];
    }
  }
  return inForce;
}

/** Length to give each append where the recorded ones are shorter than what the server had, ms; 0 where they are not. */
function slotOf(appends: readonly Append[], told: readonly Told[], emptied: readonly Emptied[]): number {
  let slotMs = 0;
  for (const one of told) {
    const short = one.ownMs + ONSET_MS < needsMs(one) || one.ownMs < LEAST_ONSET_MS;
    if (one.appends > 0 && short) slotMs = Math.max(slotMs, needsMs(one) / one.appends);
  }
  for (const { committed, appends: count, ms } of emptied) {
    if (committed && count > 0 && ms < LEAST_COMMIT_MS) slotMs = Math.max(slotMs, COMMIT_MS / count);
  }
  if (slotMs === 0 && appends.some(({ pcm }) => pcm === undefined)) return FRAME_MS;
  return slotMs;
}

/** How much audio turn detection must have had for what it said. */
function needsMs({ kind, ms, soundMs }: Told): number {
  return kind === 'started' ? soundMs + ONSET_MS : ms + FRAME_MS;
}

/** Speech where the server heard it; `inTime`: never later than the audio that had been appended by then. */
function spansOf(told: readonly Told[], emptied: readonly Emptied[], slotMs: number, inTime: boolean): Span[] {
  const spans: Span[] = [];
  for (const [index, { kind, at, ms, soundMs, settings, ownMs }] of told.entries()) {
    const last = spans.at(-1);
    if (kind === 'started') {
      const span = { fromMs: inTime ? Math.max(0, Math.min(soundMs, ownMs - ONSET_MS)) : soundMs, toMs: Infinity };
      spans.push(span);
      // Speech the client committed or cleared before it had ended is over then.
      const next = told[index + 1];
      const over = next?.kind === 'stopped' ? undefined : emptied.find((one) => one.at > at);
      if (over) span.toMs = slotMs > 0 ? slotMs * over.allAppends : over.allMs;
    } else if (last && told[index - 1]?.kind === 'started') {
      const endMs = inTime ? Math.min(ms, ownMs - FRAME_MS) : ms;
      const silenceMs = Math.max(settings.silenceMs, settings.semanticMs ?? 0);
      last.toMs = Math.max(last.fromMs + ONSET_MS, endMs - silenceMs);
    }
  }
  return spans;
}

interface Heard {
  kind: Told['kind'];
  /** Place of the append that brought it about. */
  at: number;
}

/** What our turn detection makes of the appends. */
function hears(appends: readonly Append[], emptied: readonly Emptied[]): Heard[] {
  const vad = new Vad();
  const heard: Heard[] = [];
  let done = 0;
  for (const { at, pcm, turns } of appends) {
    for (; done < emptied.length && emptied[done]!.at < at; done += 1) if (vad.speaking) vad.reset();
    if (!turns || !pcm) continue;
    for (const { kind } of vad.feed(samplesOf(pcm), turns)) heard.push({ kind, at });
  }
  return heard;
}

/** Whether that is what the server said it heard, none of it too late. What comes of the recording's end is left out. */
function agree(heard: readonly Heard[], told: readonly Told[], { messages }: Recording): boolean {
  const end = messages.findLastIndex(({ from }) => from === 'server');
  const inTime = heard.filter(({ at }) => at < end);
  return (
    inTime.length === told.length &&
    told.every(({ kind, at }, index) => inTime[index]!.kind === kind && inTime[index]!.at < at)
  );
}

let voice: Int16Array | undefined;

function speakInto(pcm: Int16Array, from: number, to: number): void {
  voice ??= lasting(VOWELS, 'user', VOICE_MS);
  for (let at = from; at < to && at < pcm.length; at += voice.length) {
    pcm.set(voice.subarray(0, Math.min(voice.length, to - at, pcm.length - at)), at);
  }
}

function decoded(audio: unknown, format: FormatName): Uint8Array | undefined {
  try {
    return toPcm(decodeBase64(String(audio ?? ''), 'audio'), format);
  } catch {
    return undefined;
  }
}

function formatOf(session: Json | undefined): FormatName {
  const name = member(member(member(session, 'audio'), 'input'), 'format')?.['type'];
  return name === 'audio/pcmu' || name === 'audio/pcma' ? name : 'audio/pcm';
}
