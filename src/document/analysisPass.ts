/**
 * The second pass over a trace: bodies and audio of the rows that tell something. It follows the first one in the
 * background, so that rows are there before it has begun.
 */
import { audioField } from '../analysis/audioEvents';
import { SpanTracker, type Span } from '../analysis/spans';
import { decodeAudio } from '../audio/decode';
import { peaksOf } from '../audio/peaks';
import type { Side } from '../protocol/side';
import { parseLine, type BodyPlace } from '../trace/parseLine';
import { audioText, parseEventBody } from './eventBody';
import { RowMark, sessionName, type TraceIndex } from './indexer';

export class AnalysisPass {
  readonly #index: TraceIndex;
  readonly #spans = new SpanTracker();

  constructor(index: TraceIndex) {
    this.#index = index;
  }

  /** True when the pass has to see the row's line. */
  wants(row: number): boolean {
    return this.#index.marks.at(row) !== 0;
  }

  /** Takes a row that is wanted, with its line. Rows come in their order, each once. */
  add(row: number, line: Buffer): void {
    const { shift, part } = this.#index.partOf(row);
    const parsed = parseLine(line, this.#index.bytes.at(row));
    if (parsed.kind === 'record') {
      const { record } = parsed;
      if (record.kind === 'close') this.#spans.close(row, sessionName(record.session, part), record.t + shift);
      return;
    }
    if (parsed.kind !== 'event' || !parsed.body) return;
    const { head, body } = parsed;
    const session = sessionName(head.session, part);
    const mark = this.#index.marks.at(row);
    if ((mark & RowMark.audio) !== 0) this.#addPeaks(session, head.from, head.type ?? '', line, body);
    const event = (mark & RowMark.telling) === 0 ? undefined : parseEventBody(line, body);
    if (event) this.#spans.event(row, session, head.t + shift, event);
  }

  /** Spans changed since the last call. */
  takeSpans(): Span[] {
    return this.#spans.take();
  }

  #addPeaks(session: string, from: Side, type: string, line: Buffer, body: BodyPlace): void {
    const { audio } = this.#index;
    const format = audio.unseenFormat(session, from);
    const field = audioField(type, from);
    if (!format || !field) return;
    const { samples } = decodeAudio(audioText(line, body, field) ?? '', format);
    audio.addPeaks(session, from, peaksOf(samples, format.rate));
  }
}
