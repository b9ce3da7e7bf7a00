/** What this program adds to a HAR under `_realtimeInspector`, taken back: everything here may have been edited. */
import { epochMs } from '../../trace/foreignMessage';
import { parseLine, type EventHead } from '../../trace/parseLine';
import { userNote } from '../../trace/notes';
import type { NoteRecord, OpenRecord } from '../../trace/records';
import type { ImportedClose, ImportedMessage, ImportedOpen, Sink } from '../model';
import { isObject, listOf, numberOf, objectOf, textOf, type Json } from './values';

const texts = (value: unknown): string[] => listOf(value).filter((one): one is string => typeof one === 'string');

/** Fields of a message's head that HAR has no place for. */
export function ownHead(message: ImportedMessage, own: Json): void {
  const head: NonNullable<ImportedMessage['head']> = {};
  const { seq, sent, bytes, replaces, base64, kept } = own;
  if (Number.isSafeInteger(seq) && (seq as number) > 0) head.seq = seq as number;
  if (numberOf(sent) !== undefined) head.sent = sent as number;
  if (numberOf(bytes) !== undefined) head.bytes = bytes as number;
  if (Number.isSafeInteger(replaces)) head.replaces = replaces as number;
  if (own['origin'] === 'inspector') head.origin = 'inspector';
  for (const name of ['rule', 'breakpoint'] as const) if (typeof own[name] === 'string') head[name] = own[name];
  const redacted = texts(own['redacted']);
  if (redacted.length > 0) head.redacted = redacted;
  // A text message that is not valid UTF-8, and one that was too large to be kept.
  if (typeof base64 === 'string') message.data = Buffer.from(base64, 'base64');
  if (kept === false) {
    message.data = undefined;
    message.bytes = head.bytes ?? 0;
  }
  message.head = head;
}

/** A note of this program's: a remark, or one of the user with what it is about. `about` and `at` are ms since 1970. */
export function takeNote(
  sink: Sink,
  at: number | undefined,
  record: NoteRecord,
  { about, key }: { about: number | undefined; key: string | undefined },
): void {
  const note = userNote(record);
  if (note === undefined || at === undefined) return sink.note(at, record.text);
  const { id, text, seq, removed } = note;
  sink.note(at, text, { id, about: about ?? at, key: note.session === '' ? undefined : key, seq, removed });
}

/** What a trace tells of a handshake and a HAR does not. */
export function ownOpen(open: ImportedOpen, own: Json): ImportedOpen {
  const told = objectOf(own['open']);
  if (!isObject(own['open'])) return open;
  const { client, origin, rule, error, body, upstream, phases, extensions, subprotocol, status } =
    told as Partial<OpenRecord>;
  const subprotocols = texts(told['subprotocols']);
  return {
    ...open,
    at: epochMs(told['time']) ?? open.at,
    status: numberOf(status) ?? open.status,
    subprotocols,
    url: typeof told['url'] === 'string' ? told['url'] : open.url,
    upstream: textOf(upstream),
    phases: objectOf(phases) as OpenRecord['phases'],
    ...(client === 'inspector' ? { client } : {}),
    ...(origin === 'inspector' ? { origin } : {}),
    ...(typeof rule === 'string' ? { rule } : {}),
    ...(typeof error === 'string' ? { error } : {}),
    ...(typeof body === 'string' ? { body } : {}),
    ...(typeof extensions === 'string' ? { extensions } : {}),
    ...(typeof subprotocol === 'string' ? { subprotocol } : {}),
  };
}

/** The end of a session: HTTP Toolkit's `_webSocketClose`, and which end said goodbye. */
export function closeOf(close: unknown, own: Json): ImportedClose | undefined {
  if (close === 'aborted') return { at: undefined, code: 1006, reason: '', by: 'server' };
  if (!isObject(close)) return undefined;
  const told = objectOf(own['close']);
  return {
    at: epochMs(close['timestamp']),
    code: numberOf(close['code']) ?? 1005,
    reason: textOf(close['reason']),
    by: told['by'] === 'client' ? 'client' : 'server',
    ...(told['origin'] === 'inspector' ? { origin: 'inspector' as const } : {}),
    ...(typeof told['rule'] === 'string' ? { rule: told['rule'] } : {}),
  };
}

/** What stands in the log: where the trace comes from, and lines that are of no session. */
export function ownLines(own: Json, sink: Sink): void {
  const { startedAt, id } = objectOf(own['trace']);
  if (typeof startedAt === 'string' && typeof id === 'string' && epochMs(startedAt) !== undefined)
    sink.origin({ startedAt, id });
  for (const one of listOf(own['lines'])) ownLine(one, undefined, sink);
}

/** A line of a trace that is no message (a held one, a ping, a gap, a note), as it stood; its times are epoch seconds. */
export function ownLine(one: unknown, key: string | undefined, sink: Sink): void {
  const { time, line, event: text, about } = objectOf(one);
  const at = epochMs(time);
  if (at === undefined || !isObject(line)) return;
  const data = Buffer.from(JSON.stringify({ ...line, t: 0 }));
  const parsed = parseLine(data);
  if (parsed.kind === 'event' && key !== undefined) {
    const { head, body } = parsed;
    const { seq, replaces, fate, rule, breakpoint, redacted, bytes, from, opcode } = head;
    const raw = body && data.subarray(body.start, body.end);
    const inLine = raw && (body.format === 'event' ? raw : fromText(raw, body.format));
    const kept = typeof text === 'string' ? Buffer.from(text) : inLine;
    sink.message(key, {
      from,
      at,
      data: kept ?? goneMessage(head),
      bytes,
      binary: opcode === 2,
      aside: true,
      head: {
        seq,
        bytes,
        ...(head.origin ? { origin: head.origin } : {}),
        ...(replaces === undefined ? {} : { replaces }),
        ...(fate ? { fate } : {}),
        ...(rule === undefined ? {} : { rule }),
        ...(breakpoint === undefined ? {} : { breakpoint }),
        ...(redacted ? { redacted } : {}),
      },
    });
  } else if (parsed.kind === 'record') {
    const { record } = parsed;
    if (record.kind === 'control' && key !== undefined)
      sink.control(key, { at, op: record.op, from: record.from, bytes: record.bytes }, true);
    else if (record.kind === 'note') takeNote(sink, at, record, { about: epochMs(about), key });
    else if (record.kind === 'gap') {
      const { from, to, count, reason } = record;
      sink.gap(key, { at, from, to, count, reason });
    }
  }
}

/**
 * Of a message that never went on the head alone is kept, and a head is made of what a message tells: this one tells that.
 * Undefined for a message whose body was too large.
 */
export function goneMessage({ fate, type, response, item, call }: EventHead): Buffer | undefined {
  if (fate !== 'dropped' && fate !== 'lost') return undefined;
  return Buffer.from(JSON.stringify({ type, response_id: response, item_id: item, call_id: call }));
}

/** A body that stood as a JSON string, as the bytes it was. */
export function fromText(raw: Buffer, format: 'text' | 'base64'): Buffer {
  const text = String(JSON.parse(`"${raw.toString('utf8')}"`));
  return Buffer.from(text, format === 'base64' ? 'base64' : 'utf8');
}
