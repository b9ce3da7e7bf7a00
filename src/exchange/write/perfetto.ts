/**
 * All spans of a trace in the JSON that chrome://tracing and ui.perfetto.dev read: a process for each session, a thread for
 * each lane, slices for spans and instants for the moments in them. Times are microseconds since the trace began.
 */
import type { Span, SpanLane } from '../../analysis/model';
import { NOTE_REMOVED } from '../../analysis/notes';
import { Remarks, type ExportReport } from '../model';
import { analysed, type Analysed, type AnalysedSession, type Chosen } from './analysed';
import type { Write } from './transcript';

/** In the order of the timeline. */
const LANES: readonly SpanLane[] = [
  'connection',
  'http',
  'speech',
  'turn',
  'response',
  'item',
  'part',
  'call',
  'mcp',
  'transcription',
];
/** Rows that one lane may take where its spans lie across one another. */
const MOST_ROWS = 100;

export async function exportPerfetto(
  trace: string,
  write: Write,
  chosen: Chosen,
): Promise<Omit<ExportReport, 'files'>> {
  const whole = await analysed(trace, chosen);
  const lost = new Remarks();
  const counts = { sessions: 0, spans: 0 };
  try {
    const meta = {
      displayTimeUnit: 'ms',
      otherData: { source: 'Realtime Inspector', startedAt: new Date(whole.startedAt || 0).toISOString() },
    };
    await write(`${JSON.stringify(meta).slice(0, -1)},"traceEvents":[\n`);
    let separator = '';
    const emit = async (event: object) => {
      await write(separator + JSON.stringify(event));
      separator = ',\n';
    };
    const sessions = [...whole.sessions];
    // Calls belong to no session, nor do some notes.
    const loose = [...whole.reading.spans.values()].filter(({ session }) => session === '');
    if (loose.length > 0 && chosen.session === undefined)
      sessions.push({
        id: '',
        label: loose.every(({ lane }) => lane === 'note') ? 'Notes' : 'REST calls',
        start: 0,
        end: Math.max(...loose.map(endOf)),
        playback: [],
      });
    for (const [at, session] of sessions.entries()) {
      counts.sessions += session.id === '' ? 0 : 1;
      counts.spans += await writeSession(session, at + 1, whole, emit, lost);
    }
    await write('\n]}\n');
    lost.once('Messages themselves, their causes and sound are not in it: spans and the moments in them are.');
    return { trace, as: 'perfetto', counts, lost: lost.list(), guessed: [], problems: whole.problems };
  } finally {
    await whole.close();
  }
}

const endOf = ({ start, end }: Span) => end ?? start;

async function writeSession(
  session: AnalysedSession,
  pid: number,
  whole: Analysed,
  emit: (event: object) => Promise<void>,
  lost: Remarks,
): Promise<number> {
  const name = [session.id, session.label].filter(Boolean).join(' ');
  await emit({ ph: 'M', pid, name: 'process_name', args: { name } });
  await emit({ ph: 'M', pid, name: 'process_sort_index', args: { sort_index: pid } });
  let count = 0;
  for (const [at, lane] of LANES.entries()) {
    const spans = [...whole.reading.spans.values()]
      .filter((span) => span.session === session.id && span.lane === lane)
      .sort((a, b) => a.start - b.start || (b.end ?? Infinity) - (a.end ?? Infinity));
    /** When each row is free again: slices of one thread must not lie across one another. */
    const free: number[] = [];
    for (const span of spans) {
      const end = Math.max(span.start, span.end ?? session.end);
      let row = free.findIndex((until) => until <= span.start);
      if (row < 0) row = Math.min(free.length, MOST_ROWS - 1);
      const tid = (at + 1) * MOST_ROWS + row;
      if (free[row] === undefined) {
        await emit({ ph: 'M', pid, tid, name: 'thread_name', args: { name: row === 0 ? lane : `${lane} ${row + 1}` } });
        await emit({ ph: 'M', pid, tid, name: 'thread_sort_index', args: { sort_index: tid } });
      }
      free[row] = Math.max(free[row] ?? 0, end);
      if (span.end === null) lost.add('Spans that had not ended in the trace end with their session');
      await emit(slice(span, pid, tid, end));
      count += 1;
      for (const mark of span.marks)
        await emit({
          ph: 'i',
          s: 't',
          pid,
          tid,
          name: mark.name,
          cat: lane,
          ts: micros(mark.t),
          args: { row: mark.row },
        });
    }
  }
  for (const { label, start, status, startRow } of [...whole.reading.spans.values()].filter(isNoteOf(session.id))) {
    if (status === NOTE_REMOVED) continue;
    const event = { ph: 'i', s: 'p', pid, tid: 0, name: label || 'bookmark', cat: 'note', ts: micros(start) };
    await emit({ ...event, args: { row: startRow } });
  }
  return count;
}

const isNoteOf = (id: string) => (span: Span) => span.lane === 'note' && span.session === id;

function slice(span: Span, pid: number, tid: number, end: number): object {
  const { label, lane, start, status, detail, response, item, call, startRow } = span;
  const args = { status, detail, response, item, call, row: startRow };
  return {
    ph: 'X',
    pid,
    tid,
    name: label || lane,
    cat: lane,
    ts: micros(start),
    dur: micros(end) - micros(start),
    args: Object.fromEntries(Object.entries(args).filter(([, value]) => value !== '')),
  };
}

const micros = (ms: number) => Math.round(ms * 1000);
