/** Recorded sessions as the simulator reads them: our traces, and lines of `{direction, event}`. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Side } from '../protocol/side';
import { isObject, type Json } from './wire';

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
}

interface Line {
  message: RecordedMessage;
  session: string;
  seq: number;
  replaces: number | undefined;
  delivered: boolean;
  inspector: boolean;
}

/**
 * The sessions of a file with at least one message, in the order in which they began. Lines that cannot be read are left
 * out. Rejects with a message for people when the file cannot be opened or has no session in it.
 */
export async function readRecordings(file: string): Promise<Recording[]> {
  const lines: Line[] = [];
  const urls = new Map<string, string>();
  try {
    for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
      const record = parsed(text.replace(/^\uFEFF/, ''));
      if (!record) continue;
      if (record['kind'] === 'open') urls.set(String(record['session']), String(record['url'] ?? ''));
      const line = lineOf(record);
      if (line) lines.push(line);
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The recording ${file} cannot be read: ${why}`, { cause });
  }
  const replaced = new Set(lines.map((line) => line.replaces));
  const sessions = new Map<string, Recording>();
  for (const line of lines) {
    // Of a held message the client's end counts as it was sent on, the server's as it came.
    const client = line.message.from === 'client';
    if (client ? !line.delivered && replaced.has(line.seq) : line.inspector || line.replaces !== undefined) continue;
    const known = sessions.get(line.session);
    const recording = known ?? { id: line.session, url: urls.get(line.session) ?? '', messages: [] };
    recording.messages.push(line.message);
    if (!known) sessions.set(line.session, recording);
  }
  if (sessions.size === 0) {
    throw new Error(`${file} holds no session: neither a trace's events nor lines of {"direction", "event"}.`);
  }
  return [...sessions.values()];
}

function lineOf(record: Json): Line | undefined {
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
      t: ours && typeof t === 'number' ? t : undefined,
    },
    session: typeof session === 'string' ? session : '',
    seq: typeof seq === 'number' ? seq : -1,
    replaces: typeof replaces === 'number' ? replaces : undefined,
    delivered: !ours || typeof sent === 'number',
    inspector: record['origin'] === 'inspector',
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
