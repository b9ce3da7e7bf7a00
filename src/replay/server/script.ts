/**
 * A recorded session as a server plays it: what the client is expected to do, and what each message of the server waits for.
 * A message waits for the client's messages that caused it, and for as much sound as the client had sent when speech was
 * detected; for nothing else, because what only came before it by chance may come later in another run.
 */
import { asObject, asText, dig, type JsonObject } from '../../analysis/json';
import { parseAudioFormat, type AudioFormat } from '../../audio/format';
import { audioField } from '../../protocol/audioEvents';
import type { FrameBody, RecordedFrame, RecordedSession, Recording } from '../recording';
import { SoundMeter, type Sound } from './soundMeter';

/** A message of the client that is expected; its sound is not among them. */
export interface ClientStep {
  index: number;
  seq: number;
  type: string;
  /** When it came, ms since the session was opened. */
  at: number;
  text: string | undefined;
  /** Undefined for what is no JSON object. */
  event: JsonObject | undefined;
  /** JSON pointers of values that are not what was sent. */
  redacted: readonly string[];
  /** The inspector sent it, so the app may leave it out. */
  optional: boolean;
  /** Sound since the last turn, where this one ends a turn (commit) or throws it away (clear). */
  sound: Sound | undefined;
}

/** A message of the server. */
export interface ServerStep {
  index: number;
  frame: RecordedFrame;
  at: number;
  /** The client's step that must have come, by index; -1 for none. */
  gate: number;
  /** The sound that must have come, and when the last of it had come in the recording, ms. */
  sound: (Sound & { at: number; /** It ends a turn. */ ends: boolean }) | undefined;
  /** The input format from now on, where it tells. */
  format: AudioFormat | undefined;
}

export interface ServerScript {
  session: RecordedSession;
  client: readonly ClientStep[];
  server: readonly ServerStep[];
  /** The client sent sound. */
  hears: boolean;
  timed: boolean;
  body(step: ServerStep): Promise<FrameBody>;
}

/** These always have a cause: without one that is known, it is what the client did last. */
const CAUSED = new Set([
  'error',
  'response.created',
  'session.updated',
  'transcription_session.updated',
  'input_audio_buffer.committed',
  'input_audio_buffer.cleared',
  'conversation.item.deleted',
  'conversation.item.retrieved',
  'conversation.item.truncated',
]);
/** With these a turn is over. */
const ENDS = new Set(['input_audio_buffer.speech_stopped', 'input_audio_buffer.timeout_triggered']);
const TELLS_FORMAT = new Set(['session.created', 'session.updated', 'transcription_session.updated']);
/** Bodies kept in memory for all clients, bytes; those of a longer session are read when they are sent. */
const MOST_KEPT = 128 * 1024 * 1024;

/** Makes the script of a session. Reads its bodies; rejects when the file cannot be read. */
export async function scriptOf(recording: Recording, session: RecordedSession): Promise<ServerScript> {
  const client: ClientStep[] = [];
  const server: ServerStep[] = [];
  const stepOfRow = new Map<number, number>();
  const serverRows = new Set<number>();
  const committed = new Set<string>();
  const meter = new SoundMeter();
  const kept = new Map<ServerStep, FrameBody>();
  let [bytes, soundAt, hears] = [0, 0, false];
  for (const frame of session.frames) {
    const { row, type, from, at } = frame;
    const field = audioField(type, 'client');
    if (from === 'client' && field) {
      hears = true;
      soundAt = at;
      const event = parsed(await recording.body(frame));
      meter.feed(asText(event?.[field]));
      continue;
    }
    if (from === 'client') {
      const body = await recording.body(frame);
      const isTurn = /input_audio_buffer\.(?:commit|clear)$/.test(type);
      stepOfRow.set(row, client.length);
      client.push({
        index: client.length,
        ...{ seq: frame.seq, type, at, redacted: frame.redacted, optional: frame.injected },
        text: body?.kind === 'text' ? body.text : undefined,
        event: parsed(body),
        sound: isTurn ? meter.sound : undefined,
      });
      if (isTurn) meter.reset();
      continue;
    }
    serverRows.add(row);
    if (type === 'input_audio_buffer.committed') committed.add(frame.item);
    const step: ServerStep = {
      index: server.length,
      ...{ frame, at, format: undefined },
      gate: gateOf(frame, stepOfRow, serverRows, client),
      sound: hears && isHeard(frame, committed) ? { ...meter.sound, at: soundAt, ends: ENDS.has(type) } : undefined,
    };
    if (step.sound?.ends === true) meter.take(step.sound);
    bytes += frame.bytes;
    if (bytes <= MOST_KEPT || TELLS_FORMAT.has(type)) {
      const body = await recording.body(frame);
      if (TELLS_FORMAT.has(type)) step.format = formatOf(parsed(body));
      if (step.format) meter.format = step.format;
      if (bytes <= MOST_KEPT) kept.set(step, body);
    }
    server.push(step);
  }
  return {
    ...{ session, client, server, hears, timed: session.timed },
    body: (step) => (kept.has(step) ? Promise.resolve(kept.get(step)) : recording.body(step.frame)),
  };
}

function gateOf(
  { causes, type }: RecordedFrame,
  stepOfRow: ReadonlyMap<number, number>,
  serverRows: ReadonlySet<number>,
  client: readonly ClientStep[],
): number {
  let gate = -1;
  let explained = false;
  for (const { cause } of causes) {
    const step = stepOfRow.get(cause);
    explained ||= step !== undefined || serverRows.has(cause);
    // What the inspector sent the app does not send again.
    if (step !== undefined && client[step]?.optional === false) gate = Math.max(gate, step);
  }
  if (explained || !CAUSED.has(type)) return gate;
  return client.findLast(({ optional }) => !optional)?.index ?? -1;
}

/** A message of the server that comes of sound: of turn detection, and what is written down or translated while it is said. */
function isHeard({ type, item }: RecordedFrame, committed: ReadonlySet<string>): boolean {
  if (ENDS.has(type) || type === 'input_audio_buffer.speech_started') return true;
  if (type === 'conversation.item.input_audio_transcription.delta') return !committed.has(item);
  return /^session\.(?:output|input)_/.test(type);
}

/** The event of a body; undefined when that is no JSON object. */
export function parsed(body: FrameBody): JsonObject | undefined {
  if (body?.kind !== 'text') return undefined;
  try {
    return asObject(JSON.parse(body.text));
  } catch {
    return undefined;
  }
}

function formatOf(event: JsonObject | undefined): AudioFormat | undefined {
  const session = event?.session;
  return parseAudioFormat(dig(session, 'audio', 'input', 'format') ?? dig(session, 'input_audio_format'));
}
