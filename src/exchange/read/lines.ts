/** One message a line: JSON with a direction, bare events, or a console's lines with an arrow before the JSON. */
import { isUtf8 } from 'node:buffer';
import { lineData, LineReader } from '../../trace/lineReader';
import { sideOf } from '../../trace/foreignMessage';
import type { Work } from '../../rewrite/source';
import type { Remarks, Sink } from '../model';
import type { MessageTaker } from './messages';
import { isObject, parsedJson } from './values';

/** What a console prints: perhaps a time, an arrow or a word, and the message. */
const PRINTED =
  /^\s*(?:\[?(\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)\]?\s+)?(<-|->|[<>←→↑↓▲▼]|[A-Za-z]+)\s*:?\s*(\{.*)$/s;

/** Reads the lines into the taker. `isPrinted`: lines may have an arrow before their JSON, and others are no messages. */
export async function importLines(
  file: string,
  taker: MessageTaker,
  sink: Sink,
  isPrinted: boolean,
  { signal, progress }: Work,
): Promise<void> {
  const { problems, lost } = sink.report;
  const lines = await LineReader.open(file);
  const take = (text: string, number: number): boolean => {
    if (text.trim() === '') return true;
    const value = parsedJson(text);
    if (isObject(value)) {
      if (taker.take(value, `Line ${number}`)) return true;
      problems.add(`Line ${number} is neither a message with its direction nor an event.`);
      return true;
    }
    if (isPrinted) {
      const [, time, mark, json = ''] = PRINTED.exec(text) ?? [];
      const from = sideOf(mark);
      const event = from && parsedJson(json);
      if (from && event !== undefined)
        return taker.take({ direction: from, text: json, ...(time === undefined ? {} : { time }) }, `Line ${number}`);
      lost.add('Lines that are no messages');
      return true;
    }
    return false;
  };
  try {
    const size = await lines.size();
    await lines.read(
      (line) => {
        if (line.bytes > line.end - line.start)
          problems.add(`Line ${line.number} is too long to be read (${line.bytes} bytes).`);
        else if (!take(textOfLine(lineData(line), line.number, problems), line.number))
          problems.add(`Line ${line.number} is no JSON.`);
      },
      () => {
        signal?.throwIfAborted();
        if (size > 0) progress?.(lines.position / size);
        return true;
      },
    );
    lines.takeTail((line) => {
      if (!take(textOfLine(lineData(line), line.number, problems), line.number))
        problems.add(`The last line (${line.number}) is torn, after ${line.bytes} bytes.`);
      return true;
    });
  } finally {
    await lines.close();
  }
}

/** A line's text; what no text holds of it is replaced, and said to be. */
function textOfLine(data: Buffer, number: number, problems: Remarks): string {
  if (!isUtf8(data))
    problems.add(`Line ${number} is not valid UTF-8: U+FFFD stands in the place of what cannot be read.`);
  // Of a line that ends with CRLF the carriage return is no part of what stands on it.
  const text = data.toString('utf8').replace(/\r$/, '');
  return number === 1 ? text.replace(/^\uFEFF/, '') : text;
}
