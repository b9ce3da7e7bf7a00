/** A long session made of numbers, as the page has it: for checks of how the work grows with it. */
import type { Finding, Playback } from '../../../src/analysis/model';
import type { ColumnBatch, Span } from '../../../src/document/columns';
import { AudioIndex } from '../../../webview/state/audioIndex';
import { Meaning } from '../../../webview/state/meaning';
import { Rows } from '../../../webview/state/rows';
import { TimedIndex } from '../../../webview/state/timedIndex';
import type { TimelineInput } from '../../../webview/timeline/picture';
import { changesOf } from '../analysis/changes';

/** Events of a turn: half of them sound of the user, the rest of the model. */
const turnRows = 100;
const turnMs = 5000;
const lanes = ['speech', 'turn', 'response', 'item', 'part', 'transcription', 'call'] as const;

/** A trace of about `rows` rows; ten spans for every hundred of them. */
export function longTrace(rows: number) {
  const turns = Math.ceil(rows / turnRows);
  const count = turns * turnRows;
  const made = new Rows();
  const column = <A>(
    type: { from(list: { length: number }, of: (_: unknown, at: number) => number): A },
    of: (at: number) => number,
  ) => type.from({ length: count }, (_, at) => of(at));
  const isClient = (at: number) => at % turnRows < 50;
  const strings = ['s1', 'input_audio_buffer.append', 'response.output_audio.delta', 'error'];
  const batch: ColumnBatch = {
    first: 0,
    count,
    t: column(Float64Array, (at) => (at / turnRows) * turnMs),
    sent: column(Float64Array, (at) => (at / turnRows) * turnMs + 0.1),
    seq: column(Uint32Array, (at) => at + 1),
    kind: new Uint8Array(count),
    from: column(Uint8Array, (at) => (isClient(at) ? 0 : 1)),
    flags: column(Uint16Array, (at) => (at % 1009 === 0 ? 4 : 16)),
    type: column(Uint32Array, (at) => (at % 1009 === 0 ? 4 : isClient(at) ? 2 : 3)),
    session: new Uint32Array(count).fill(1),
    response: column(Uint32Array, (at) => (isClient(at) ? 0 : 5 + Math.floor(at / turnRows))),
    item: column(Uint32Array, (at) => (isClient(at) ? 0 : 5 + Math.floor(at / turnRows))),
    call: new Uint32Array(count),
    bytes: new Float64Array(count).fill(100),
    audioMs: new Float32Array(count).fill(45),
    audioAt: column(Float64Array, (at) => (at / turnRows) * turnMs),
    strings: [...strings, ...Array.from({ length: turns }, (_, n) => `id${n}`)],
    firstString: 1,
  };
  if (!made.append(batch)) throw new Error('the batch does not fit');
  const audio = new AudioIndex();
  audio.addRows(made, 0);
  const spans = new TimedIndex<Span>(({ lane, start, end }) => ({ lane, start, end }));
  const playback: Playback[] = [];
  const findings: Finding[] = [];
  const all: Span[] = [];
  for (let n = 0; n < turns; n += 1) {
    const t = n * turnMs;
    for (const [at, lane] of [...lanes, 'item', 'part', 'call'].entries() as IterableIterator<[number, Span['lane']]>)
      all.push({
        key: `${lane} ${at} ${n}`,
        session: 's1',
        lane,
        label: lane,
        start: t + at * 100,
        end: t + 2500 + at * 200,
        status: n % 9 === 0 ? 'cancelled' : 'completed',
        detail: '',
        startRow: n * turnRows,
        endRow: n * turnRows + 90,
        response: `id${n}`,
        item: `id${n}`,
        call: '',
        marks: lane === 'turn' ? [{ name: 'first audio', t: t + 2600, row: n * turnRows + 50 }] : [],
      });
    const isCut = n % 9 === 0;
    playback.push({
      key: `p${n}`,
      session: 's1',
      response: `id${n}`,
      item: `id${n}`,
      arrivedFrom: t + 2500,
      arrivedTo: t + 3000,
      playsFrom: t + 2500,
      playsTo: t + (isCut ? 3500 : 4750),
      generatedMs: 2250,
      heardMs: isCut ? 1000 : 2250,
      cutBy: isCut ? 'interruption' : 'none',
      cutRow: null,
      aheadMs: 1000,
    });
    if (n % 5 === 0)
      findings.push({
        key: `f${n}`,
        rule: 'slow-audio',
        session: 's1',
        severity: n % 10 === 0 ? 'warning' : 'info',
        title: 'Slow',
        explanation: '',
        advice: '',
        t: t + 2600,
        rows: [n * turnRows],
        rowCount: 1,
        occurrences: [],
        times: 1,
      });
  }
  spans.put(all);
  const meaning = new Meaning();
  meaning.add(changesOf({ playback, findings }));
  const extent = { start: 0, end: turns * turnMs };
  const input = (view: { start: number; end: number }, width = 1400, height = 420): TimelineInput => ({
    indexes: made.indexes('s1'),
    typeOf: (row) => made.typeOf(row),
    timeOf: (row) => made.t.at(row) ?? 0,
    isFromClient: (row) => made.from.at(row) === 0,
    isInjected: (row) => made.has(row, 1),
    fateOf: (row) => (made.has(row, 32) ? 'held' : made.has(row, 128) ? 'dropped' : ''),
    spans: (lane) => spans.lane('s1', lane),
    turn: (key) => meaning.turns.get(key),
    findings: meaning.found.lane('s1'),
    playback: meaning.heard.lane('s1'),
    audio: { client: audio.lane('s1', 'client'), server: audio.lane('s1', 'server') },
    peaks: { client: [], server: [] },
    buffer: null,
    arrows: [],
    view,
    extent,
    width,
    height,
    folded: new Set(),
    selectedTime: null,
    selectedSpan: '',
    range: null,
    playhead: null,
    framed: false,
  });
  return { input, extent, rows: made, spans: all.length, put: (span: Span) => spans.put([span]) };
}
