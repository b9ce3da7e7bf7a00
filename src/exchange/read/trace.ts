/** Traces of this program, of any version and from anywhere: what this version knows of them, with secrets looked for again. */
import { Source, type Work } from '../../rewrite/source';
import type { EventHead } from '../../trace/parseLine';
import { TRACE_VERSION, type TraceRecord } from '../../trace/records';
import type { Sink } from '../model';
import { fromText, goneMessage, takeNote } from './harOwn';

export async function importTrace(file: string, sink: Sink, work: Work): Promise<void> {
  const source = await Source.open(file, 'take');
  const { report } = sink;
  try {
    let isFirst = true;
    for await (const batch of source.batches(work)) {
      const [header] = source.headers;
      if (isFirst && header) {
        sink.origin({ startedAt: header.startedAt, id: header.id });
        report.writer = header.generator.slice(0, 100);
        if (header.version !== TRACE_VERSION)
          report.lost.add(
            `It is of format ${header.version}; what version ${TRACE_VERSION} has no place for was left out.`,
          );
      }
      isFirst = false;
      const start = Date.parse(header?.startedAt ?? '') || 0;
      for (const { parsed, data, number, part, shift } of batch) {
        if (parsed.kind === 'unreadable') report.problems.add(`Line ${number} cannot be read: ${parsed.problem}.`);
        else if (parsed.kind === 'record') takeRecord(sink, parsed.record, part, start + shift);
        else {
          const { head, body } = parsed;
          const raw = body && data.subarray(body.start, body.end);
          const kept = raw && (body.format === 'event' ? Buffer.from(raw) : fromText(raw, body.format));
          takeEvent(sink, head, kept, part, start + shift);
        }
      }
    }
    for (const problem of source.problems) if (!/^Line \d+ cannot be read/.test(problem)) report.problems.add(problem);
  } finally {
    await source.close();
  }
}

const keyOf = (part: number, session: string) => `${part} ${session}`;

function takeEvent(sink: Sink, event: EventHead, data: Buffer | undefined, part: number, start: number): void {
  const { seq, session, t, sent, from, bytes, opcode, origin, replaces, fate, rule, breakpoint, redacted } = event;
  const told = { origin, replaces, fate, rule, breakpoint, redacted };
  const head = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as Partial<
    typeof event
  >;
  sink.message(keyOf(part, session), {
    from,
    at: start + t,
    data: data ?? goneMessage(event),
    binary: opcode === 2,
    head: { ...head, seq, bytes, ...(sent === undefined ? {} : { sent: sent - t }) },
  });
}

function takeRecord(sink: Sink, record: Exclude<TraceRecord, { kind: 'event' }>, part: number, start: number): void {
  const at = start + record.t;
  switch (record.kind) {
    case 'open': {
      const { kind: _kind, session, t: _t, ...open } = record;
      return sink.open(keyOf(part, session), { ...open, at }, session);
    }
    case 'close': {
      const { kind: _kind, session, t: _t, ...close } = record;
      return sink.close(keyOf(part, session), { ...close, at });
    }
    case 'control': {
      const { kind: _kind, session, t: _t, ...control } = record;
      return sink.control(keyOf(part, session), { ...control, at });
    }
    case 'gap': {
      const { kind: _kind, session, t: _t, ...gap } = record;
      return sink.gap(session === undefined ? undefined : keyOf(part, session), { ...gap, at });
    }
    case 'http': {
      const { kind: _kind, t: _t, start: began, ...call } = record;
      return sink.call({ ...call, at, start: start + began });
    }
    case 'note':
      return takeNote(sink, at, record, {
        about: start + (record.at ?? record.t),
        key: record.session === undefined ? undefined : keyOf(part, record.session),
      });
  }
}
