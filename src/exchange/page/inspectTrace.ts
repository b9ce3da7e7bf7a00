/** What a trace holds, counted in one pass without loading it. */
import { audioField } from '../../protocol/audioEvents';
import { AudioLanes } from '../../analysis/audioLane';
import { asText, dig, type JsonObject } from '../../analysis/json';
import { needsBody } from '../../analysis/needs';
import { summarise } from '../../analysis/summary';
import { statusReason } from '../../analysis/words';
import { base64Bytes } from '../../audio/decode';
import { audioText, parseEventBody } from '../../document/eventBody';
import { sessionLabel } from '../../document/indexer';
import type { InspectReport, SessionReport } from './inspectReport';
import { userNote, type UserNote } from '../../trace/notes';
import { TraceReader, type TraceEntry } from '../../trace/reader';
import type { EventHead } from '../../trace/parseLine';
import type { TraceRecord } from '../../trace/records';
import { UnreadableFileError } from '../../trace/unreadable';

/** Errors listed one by one; `errorCount` has them all. */
const MOST_ERRORS = 100;
const MOST_NOTES = 10_000;

/** The file could be read, and holds nothing of a trace. */
export class NotATraceError extends UnreadableFileError {
  override readonly name = 'NotATraceError';
  constructor(file: string, why: string) {
    super(`The file ${file} is not a Realtime trace: ${why}.`);
  }
}

/**
 * Reads a trace to its end. Rejects with an `UnreadableFileError` when it cannot be opened, and with a `NotATraceError` when
 * neither a header nor a record is in it.
 */
export async function inspectTrace(file: string): Promise<InspectReport> {
  const reader = await TraceReader.open(file);
  try {
    const count = new Counter(file);
    let understood = false;
    await reader.read((entry) => {
      if (entry.parsed.kind !== 'unreadable') understood = true;
      count.take(entry);
    });
    const { header, problems } = reader;
    if (!header && !understood)
      throw new NotATraceError(
        file,
        problems.length > 0 ? 'none of its lines can be read as a part of one' : 'it is empty',
      );
    return {
      ...count.report(),
      version: header?.version ?? 0,
      startedAt: header?.startedAt ?? '',
      generator: header?.generator ?? '',
      problems,
    };
  } finally {
    await reader.close();
  }
}

class Counter {
  #report: InspectReport;
  #types = new Map<string, InspectReport['types'][number]>();
  #sessions = new Map<string, SessionReport>();
  #unfinished = new Set<string>();
  /** Messages that were held back: what became of them is no further message. */
  #held = new Set<string>();
  #lanes = new AudioLanes();
  #notes = new Map<string, UserNote>();
  #first = Infinity;
  #last = -Infinity;

  constructor(file: string) {
    const none = () => ({ count: 0, bytes: 0, audioSeconds: 0 });
    this.#report = {
      file,
      version: 0,
      startedAt: '',
      generator: '',
      durationMs: 0,
      messages: { client: none(), server: none() },
      types: [],
      sessions: [],
      responses: {},
      errorCount: 0,
      errors: [],
      injected: 0,
      redacted: 0,
      lost: 0,
      httpCalls: 0,
      notes: [],
      problems: [],
    };
  }

  take({ parsed, data, shift, part }: TraceEntry): void {
    if (parsed.kind === 'unreadable') return;
    const record = parsed.kind === 'event' ? parsed.head : parsed.record;
    // A note of the user is about an earlier moment than its line.
    const t = (record.kind === 'note' ? (userNote(record)?.at ?? record.t) : record.t) + shift;
    this.#first = Math.min(this.#first, t);
    this.#last = Math.max(this.#last, t);
    const id =
      'session' in record && record.session !== undefined ? `${record.session}${part > 1 ? ` (${part})` : ''}` : '';
    if (parsed.kind === 'record') return this.#takeRecord(parsed.record, id, t);
    const { seq, fate, replaces, origin } = parsed.head;
    if (fate === 'held') this.#held.add(`${id} ${seq}`);
    if (replaces !== undefined && this.#held.delete(`${id} ${replaces}`)) {
      if (origin) this.#report.injected++;
      return;
    }
    this.#takeEvent(parsed.head, id, t);
    const type = parsed.head.type ?? '';
    const { body } = parsed;
    if (!body) return;
    const field = audioField(type, parsed.head.from);
    if (field) {
      const base64 = audioText(data, body, field);
      if (!base64) return;
      const place = this.#lanes.place(id, parsed.head.from, t, base64Bytes(base64), parsed.head.response ?? '');
      this.#report.messages[parsed.head.from].audioSeconds += place.ms / 1000;
    } else if (needsBody(type, parsed.head.from) || type === 'error') {
      const event = parseEventBody(data, body);
      if (event) this.#takeMeaning(parsed.head, id, t, event);
    }
  }

  report(): InspectReport {
    const report = this.#report;
    report.durationMs = this.#last >= this.#first ? this.#last - this.#first : 0;
    report.types = [...this.#types.values()].sort((a, b) => b.count - a.count || a.type.localeCompare(b.type));
    report.sessions = [...this.#sessions.values()];
    report.notes = [...this.#notes.values()]
      .filter(({ removed }) => !removed)
      .sort((a, b) => a.at - b.at)
      .map(({ session, seq, at, text }) => ({ session, seq, t: at, text }));
    if (this.#unfinished.size > 0) report.responses.in_progress = this.#unfinished.size;
    return report;
  }

  #takeEvent(head: EventHead, id: string, t: number): void {
    const report = this.#report;
    const side = report.messages[head.from];
    side.count++;
    side.bytes += head.bytes;
    const type = head.type ?? '';
    const key = `${head.from} ${type}`;
    const known = this.#types.get(key) ?? { from: head.from, type, count: 0, bytes: 0 };
    known.count++;
    known.bytes += head.bytes;
    this.#types.set(key, known);
    if (head.origin) report.injected++;
    if (head.redacted) report.redacted++;
    const session = this.#session(id, t);
    session.messages++;
    session.durationMs = t - session.openedMs;
  }

  #takeMeaning(head: EventHead, id: string, t: number, event: JsonObject): void {
    const report = this.#report;
    this.#lanes.observe(id, head.from, t, event);
    if (event.type === 'error') this.#error(head.seq, id, t, summarise({ ...head, event }));
    if (event.type === 'response.created') this.#unfinished.add(`${id} ${asText(dig(event, 'response', 'id'))}`);
    if (event.type !== 'response.done') return;
    const response = dig(event, 'response') as JsonObject | undefined;
    this.#unfinished.delete(`${id} ${asText(dig(response, 'id'))}`);
    const status = asText(dig(response, 'status')) || 'completed';
    report.responses[status] = (Object.hasOwn(report.responses, status) ? (report.responses[status] ?? 0) : 0) + 1;
    if (status === 'failed') this.#error(head.seq, id, t, `response failed: ${statusReason(response)}`);
  }

  #takeRecord(record: Exclude<TraceRecord, { kind: 'event' }>, id: string, t: number): void {
    switch (record.kind) {
      case 'open':
        this.#sessions.set(id, {
          id,
          label: sessionLabel(record),
          url: record.url,
          status: record.status,
          openedMs: t,
          durationMs: 0,
          close: null,
          messages: 0,
        });
        if (record.status !== 101) this.#error(0, id, t, summarise(record));
        return;
      case 'close': {
        const session = this.#session(id, t);
        session.close = { code: record.code, reason: record.reason, by: record.origin ?? record.by };
        session.durationMs = t - session.openedMs;
        return;
      }
      case 'gap':
        this.#report.lost += record.count;
        return;
      case 'http':
        this.#report.httpCalls++;
        return;
      case 'note': {
        const note = userNote(record);
        if (note !== undefined && (this.#notes.has(note.id) || this.#notes.size < MOST_NOTES))
          this.#notes.set(note.id, { ...note, session: id, at: t });
        return;
      }
      case 'control':
        return;
    }
  }

  #error(seq: number, session: string, t: number, message: string): void {
    this.#report.errorCount++;
    if (this.#report.errors.length < MOST_ERRORS) this.#report.errors.push({ seq, session, t, message });
  }

  #session(id: string, t: number): SessionReport {
    let session = this.#sessions.get(id);
    if (!session) {
      session = { id, label: '', url: '', status: 101, openedMs: t, durationMs: 0, close: null, messages: 0 };
      this.#sessions.set(id, session);
    }
    return session;
  }
}
