/** What stands in a row of the list: one line of text, made of the event when it is asked for. */
import { audioField } from '../protocol/audioEvents';
import { summarise } from '../analysis/summary';
import { base64Bytes } from '../audio/decode';
import { bytesToMs } from '../audio/format';
import type { LineReader } from '../trace/lineReader';
import { parseLine } from '../trace/parseLine';
import type { EventRecord } from '../trace/records';
import { audioText, messageText } from './eventBody';
import type { TraceIndex } from './indexer';
import type { RowLines } from './rowLines';

/** Lines larger than this are not read for a summary. */
const SUMMARY_LINE = 1 << 20;

export class RowSummaries {
  readonly #index: TraceIndex;
  readonly #lines: RowLines;
  readonly #reader: LineReader;

  constructor(index: TraceIndex, lines: RowLines, reader: LineReader) {
    this.#index = index;
    this.#lines = lines;
    this.#reader = reader;
  }

  /** A summary for each row, '' where there is none; rejects only when the file cannot be read. */
  async of(rows: number[]): Promise<string[]> {
    const summaries = new Map<number, string>();
    const readable = rows.filter((row) => this.#index.bytes.at(row) <= SUMMARY_LINE);
    await this.#lines.each(readable, (row, line) => summaries.set(row, this.#summary(line)));
    for (const row of rows) {
      if (this.#index.bytes.at(row) > SUMMARY_LINE) summaries.set(row, await this.#longSummary(row));
    }
    return rows.map((row) => summaries.get(row) ?? '');
  }

  #summary(line: Buffer): string {
    const parsed = parseLine(line);
    if (parsed.kind === 'record') return summarise(parsed.record);
    if (parsed.kind !== 'event') return summarise({ kind: 'note', t: 0, text: line.toString('utf8', 0, 800) });
    const { head, body } = parsed;
    const record: EventRecord = { ...head };
    const field = audioField(head.type ?? '', head.from);
    if (body && field) {
      const base64 = audioText(line, body, field);
      const audioBytes = base64 === undefined ? 0 : base64Bytes(base64);
      const format = this.#index.lanes.format(head.session, head.from, head.response ?? '');
      return summarise({ ...record, event: {} }, { audioBytes, audioMs: bytesToMs(audioBytes, format) });
    }
    if (body?.format === 'base64') record.base64 = '';
    else if (body) {
      const text = messageText(line, body) ?? '';
      try {
        record.event = JSON.parse(text);
      } catch {
        record.text = text;
      }
    }
    return summarise(record);
  }

  async #longSummary(row: number): Promise<string> {
    const bytes = this.#index.bytes.at(row);
    const data = await this.#reader.range(this.#index.offset.at(row), Math.min(bytes, 64 * 1024));
    const parsed = parseLine(data, bytes);
    if (parsed.kind !== 'event') return `a line of ${bytes} bytes`;
    const { head, body } = parsed;
    const field = audioField(head.type ?? '', head.from);
    if (body?.format === 'event' && field) {
      const audioBytes = Math.floor(((body.end - body.start) * 3) / 4);
      const format = this.#index.lanes.format(head.session, head.from, head.response ?? '');
      return summarise({ ...head, event: {} }, { audioBytes, audioMs: bytesToMs(audioBytes, format) });
    }
    const begins = body ? data.toString('utf8', body.start, Math.min(data.length, body.start + 800)) : '';
    return summarise(body?.format === 'base64' ? { ...head, base64: '' } : { ...head, text: begins });
  }
}
