/** A trace being made of others. It is another file, whole or not there at all. */
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { giveName, nameTaken } from '../trace/giveName';
import { formatTime, type Line } from '../trace/line';
import type { EventHead } from '../trace/parseLine';
import { TRACE_VERSION, type ReplayOrigin, type TimesFrom, type TraceHeader, type TraceRecord } from '../trace/records';
import { UnreadableFileError, whyUnreadable } from '../trace/unreadable';
import { TraceWriter } from '../trace/writer';

/** What a new header says of where the trace comes from. */
export interface Origins {
  startedAt: string;
  generator: string;
  madeFrom: readonly string[];
  madeBy: string;
  /** Where times are from that were not recorded. */
  times?: TimesFrom | undefined;
  /** The file before it, where it is one of several of a recording. */
  continues?: string | undefined;
  replayOf?: ReplayOrigin | undefined;
  /** A file of that name may go when this one is whole: its user said so. */
  over?: boolean | undefined;
}

/** What stays true of a trace whose lines are those of another. */
export function originsOf(header: TraceHeader | undefined): Pick<Origins, 'madeFrom' | 'times' | 'replayOf'> {
  return { madeFrom: header === undefined ? [] : [header.id], times: header?.times, replayOf: header?.replayOf };
}

/** A JSON string with everything beyond ASCII escaped: a head before a body is one byte a character. */
const quoted = (value: string) =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

export class Target {
  readonly file: string;
  readonly #writer: TraceWriter;
  readonly #part: string;
  readonly #over: boolean;
  lines = 0;
  #sealed = false;
  #named = false;

  /** Throws an `UnreadableFileError` when there is such a file already that may not go, or none can be made there. */
  constructor(file: string, origins: Origins) {
    const { startedAt, generator, madeFrom, madeBy, times, continues, replayOf, over = false } = origins;
    this.file = file;
    this.#over = over;
    if (!over && existsSync(file)) throw new UnreadableFileError(nameTaken(file));
    this.#part = `${file}.part-${randomUUID().slice(0, 8)}`;
    const header: TraceHeader = {
      kind: 'trace',
      version: TRACE_VERSION,
      id: randomUUID(),
      startedAt,
      generator,
      ...(continues === undefined ? {} : { continues }),
      madeBy,
      madeFrom: [...madeFrom],
      ...(replayOf === undefined ? {} : { replayOf }),
      ...(times === undefined ? {} : { times }),
    };
    try {
      this.#writer = new TraceWriter(this.#part, header);
    } catch (error) {
      throw new UnreadableFileError(`${file} cannot be written: ${whyUnreadable(error)}.`, { cause: error });
    }
  }

  /** A line as it stood in another trace, byte for byte. */
  verbatim(data: Buffer): void {
    this.#write({ head: '', body: data, tail: '\n' });
  }
  /** An event with another head before the body it had. */
  event(head: EventHead, format: 'event' | 'text' | 'base64' | undefined, body: Buffer | undefined): void {
    const text = headText(head);
    if (format === undefined || body === undefined) this.#write({ head: `${text}}\n`, body: undefined, tail: '' });
    else if (format === 'event') this.#write({ head: `${text},"event":`, body, tail: '}\n' });
    else this.#write({ head: `${text},"${format}":"`, body, tail: '"}\n' });
  }
  record(record: TraceRecord): void {
    this.lines += 1;
    // What kind of line it is stands first, as in every other.
    this.#writer.record(Object.assign({ kind: record.kind }, record));
  }
  /** Where another trace was joined on. */
  header(header: TraceHeader): void {
    this.verbatim(Buffer.from(JSON.stringify(header)));
  }

  /** Nothing more will be written. */
  seal(): void {
    if (this.#sealed) return;
    this.#sealed = true;
    this.#writer.close();
  }
  /** Gives the file its name. Rejects, and leaves nothing behind, when not all of it could be written. */
  async finish(): Promise<void> {
    this.seal();
    const { trouble } = this.#writer;
    if (trouble !== '') {
      rmSync(this.#part, { force: true });
      throw new Error(`${this.file} could not be written whole, so it was not kept. ${trouble}`);
    }
    await giveName(this.#part, this.file, this.#over);
    this.#named = true;
  }
  /** Leaves nothing behind, also when it had its name already; unless another had to go for it: it is whole then. */
  discard(): void {
    this.seal();
    if (this.#named && this.#over) return;
    rmSync(this.#named ? this.file : this.#part, { force: true });
  }

  #write(line: Line): void {
    this.lines += 1;
    this.#writer.message(this.lines, 0, line);
  }
}

/** Everything of an event's line before its body, in the fixed order of keys. */
function headText(head: EventHead): string {
  let text = `{"kind":"event","seq":${head.seq},"session":${quoted(head.session)},"t":${formatTime(head.t)}`;
  if (head.sent !== undefined) text += `,"sent":${formatTime(head.sent)}`;
  text += `,"from":"${head.from}"`;
  if (head.type !== undefined) text += `,"type":${quoted(head.type)}`;
  text += `,"bytes":${head.bytes}`;
  for (const name of ['response', 'item', 'call', 'origin'] as const) {
    const value = head[name];
    if (value !== undefined) text += `,"${name}":${quoted(value)}`;
  }
  if (head.replaces !== undefined) text += `,"replaces":${head.replaces}`;
  for (const name of ['fate', 'rule', 'breakpoint'] as const) {
    const value = head[name];
    if (value !== undefined) text += `,"${name}":${quoted(value)}`;
  }
  if (head.redacted !== undefined) text += `,"redacted":[${head.redacted.map(quoted).join(',')}]`;
  if (head.opcode !== undefined) text += `,"opcode":${head.opcode}`;
  return text;
}
