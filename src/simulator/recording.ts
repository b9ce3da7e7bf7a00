/** Recorded sessions as the simulator reads them: our traces, and lines of `{direction, event}`. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Side } from '../protocol/side';
import { UnreadableFileError, whyUnreadable } from '../trace/unreadable';
import { isObject, type Json } from './wire';

/** Nothing in the file can be played; the message says why, for people. */
export class UnreadableRecordingError extends UnreadableFileError {
  override readonly name = 'UnreadableRecordingError';
}

/** A message that reached the other end. */
export interface RecordedMessage {
  from: Side;
  /** The message's text; undefined for a binary one. */
  text: string | undefined;
  /** The same parsed, when it is a JSON object. */
  event: Json | undefined;
  /** When it passed, ms; undefined in a recording without times. */
  t: number | undefined;
}

export interface Recording {
  /** The session's id in the trace; '' in a file of one session. */
  id: string;
  /** The URL it was opened with; '' when unknown. */
  url: string;
  messages: RecordedMessage[];
  /** When the session was closed, on the clock of its messages, ms; undefined when that was not recorded. */
  closedAt: number | undefined;
}

/** What a file holds. */
export interface RecordingFile {
  sessions: Recording[];
  /** Lines that are no JSON object. */
  unreadable: number;
  /** Messages that are known to have passed and not to have been kept, in all sessions together. */
  lost: number;
}

interface Line {
  message: RecordedMessage;
  session: string;
  seq: number;
  replaces: number | undefined;
  delivered: boolean;
  inspector: boolean;
  /** Dropped, or lost with its connection: the end of a held message, not a message. */
  gone: boolean;
}

/** The sessions of a file, as `readRecordingFile` reads it. */
export async function readRecordings(file: string): Promise<Recording[]> {
  return (await readRecordingFile(file)).sessions;
}

/**
 * The sessions of a file with at least one message, in the order in which they began. Lines that cannot be read are left
 * out and counted. Rejects with an `UnreadableRecordingError` when the file cannot be opened or has no session in it.
 */
export async function readRecordingFile(file: string): Promise<RecordingFile> {
  const lines: Line[] = [];
  const urls = new Map<string, string>();
  const closed = new Map<string, number>();
  let [unreadable, lost] = [0, 0];
  // Times that were worked out from the order of messages tell no more than that.
  let timed = true;
  try {
    for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
      const record = parsed(text.replace(/^\uFEFF/, ''));
      if (!record) {
        if (text.trim() !== '') unreadable += 1;
        continue;
      }
      if (record['kind'] === 'trace' && record['times'] !== undefined) timed = false;
      if (record['kind'] === 'open') urls.set(String(record['session']), String(record['url'] ?? ''));
      if (record['kind'] === 'close' && timed) closed.set(String(record['session']), Number(record['t']));
      if (record['kind'] === 'gap') lost += Number(record['count']) || 1;
      const line = lineOf(record, timed);
      if (line) lines.push(line);
    }
  } catch (cause) {
    throw new UnreadableRecordingError(`The recording ${file} cannot be read: ${whyUnreadable(cause)}.`, { cause });
  }
  const replaced = new Set(lines.map((line) => line.replaces));
  const sessions = new Map<string, Recording>();
  for (const { session, seq, message, inspector, replaces, delivered, gone } of lines) {
    if (gone) continue;
    // Of a held message the client's end counts as it was sent on, the server's as it came.
    const client = message.from === 'client';
    if (client ? !delivered && replaced.has(seq) : inspector || replaces !== undefined) continue;
    const known = sessions.get(session);
    const recording = known ?? {
      id: session,
      url: urls.get(session) ?? '',
      messages: [],
      closedAt: closed.get(session),
    };
    recording.messages.push(message);
    if (!known) sessions.set(session, recording);
  }
  if (sessions.size === 0) {
    const what = 'neither events of a trace nor lines of {"direction": "client"|"server", "event": {...}}';
    throw new UnreadableRecordingError(`${file} holds no session: ${what}.`);
  }
  return { sessions: [...sessions.values()], unreadable, lost };
}

function lineOf(record: Json, timed: boolean): Line | undefined {
  const from = record['direction'] ?? record['from'];
  if (from !== 'client' && from !== 'server') return undefined;
  const ours = record['kind'] === 'event';
  if (!ours && record['kind'] !== undefined) return undefined;
  const { event, text, seq, t, sent, session, replaces } = record;
  const raw = event === undefined ? (typeof text === 'string' ? text : undefined) : JSON.stringify(event);
  return {
    message: {
      from,
      text: raw,
      event: isObject(event) ? event : undefined,
      t: ours && timed && typeof t === 'number' ? t : undefined,
    },
    session: typeof session === 'string' ? session : '',
    seq: typeof seq === 'number' ? seq : -1,
    replaces: typeof replaces === 'number' ? replaces : undefined,
    delivered: !ours || typeof sent === 'number',
    inspector: record['origin'] === 'inspector',
    gone: record['fate'] === 'dropped' || record['fate'] === 'lost',
  };
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Events of the server that run beside everything else and may land anywhere: input transcription, a call's playback. */
export function floats(type: string): boolean {
  return type.includes('input_audio_transcription') || type.startsWith('output_audio_buffer.');
}

/** The type of a recorded message's event; '' when it has none. */
export function typeOf(message: RecordedMessage): string {
  const type = message.event?.['type'];
  return typeof type === 'string' ? type : '';
}

/** Whether a response began before another one had ended. */
export function overlap(messages: readonly RecordedMessage[]): boolean {
  return within(messages, ({ open, type }) => type === 'response.created' && open > 0);
}

/**
 * Whether something of another response came within a response: the other itself, or the limits told after it. When these come
 * depends on when the client asked again, to the millisecond.
 */
export function interwoven(messages: readonly RecordedMessage[]): boolean {
  return overlap(messages) || within(messages, ({ open, type }) => type === 'rate_limits.updated' && open > 0);
}

/** Whether that is so of a message of the server, with the number of responses under way before it. */
function within(messages: readonly RecordedMessage[], so: (place: { open: number; type: string }) => boolean): boolean {
  let open = 0;
  return messages.some((message) => {
    if (message.from === 'client') return false;
    const type = typeOf(message);
    if (so({ open, type })) return true;
    if (type === 'response.done') open -= 1;
    if (type === 'response.created') open += 1;
    return false;
  });
}
