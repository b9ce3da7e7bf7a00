/** Small traces as files, made by the recorder's own writer. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { messageLine, type Message } from '../../../src/trace/line';
import type { TraceRecord } from '../../../src/trace/records';
import { TraceWriter } from '../../../src/trace/writer';
import { inspectTrace } from '../../../src/exchange/page/inspectTrace';

/** A folder that goes with the tests. */
export async function scratch(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rewrite-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export const generator = 'test/1';

/** Writes a trace; its lines are told by calls, in their order. */
export class Recording {
  readonly file: string;
  readonly #writer: TraceWriter;
  #seq = 0;

  constructor(file: string, startedAt = '2026-11-20T21:00:00.000Z', id = path.basename(file)) {
    this.file = file;
    this.#writer = new TraceWriter(file, {
      kind: 'trace',
      version: 1,
      id,
      startedAt,
      generator: 'realtime-inspector/0',
    });
  }
  open(session: string, t: number, more: object = {}): this {
    const open = { kind: 'open', session, t, url: `wss://example.test/v1/realtime?model=m&s=${session}`, headers: {} };
    return this.record({
      ...open,
      subprotocols: [],
      status: 101,
      upstream: 'example.test',
      phases: {},
      ...more,
    } as TraceRecord);
  }
  close(session: string, t: number): this {
    return this.record({ kind: 'close', session, t, code: 1000, reason: '', by: 'client' });
  }
  record(record: TraceRecord): this {
    this.#writer.record(record);
    return this;
  }
  /** A message of the client (`>`) or the server (`<`); `event` may be its text. Answers its number. */
  say(
    session: string,
    t: number,
    from: '>' | '<',
    event: object | string | Buffer,
    more: Partial<Message> = {},
  ): number {
    this.#seq += 1;
    const data = Buffer.isBuffer(event)
      ? event
      : Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
    const message: Message = {
      session,
      t,
      sent: t,
      from: from === '>' ? 'client' : 'server',
      data,
      bytes: data.length,
      binary: Buffer.isBuffer(event),
      injected: false,
      replaces: undefined,
      fate: undefined,
      rule: undefined,
      ...more,
    };
    this.#writer.message(this.#seq, t, messageLine(this.#seq, t, message.sent, message));
    return this.#seq;
  }
  end(): string {
    this.#writer.close();
    return this.file;
  }
}

/** The lines of a file without its header. */
export async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('{"kind":"trace"'));
}
/** The lines of a file as values. */
export const valuesOf = async (file: string) => (await linesOf(file)).map((line) => JSON.parse(line) as Line);
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what stands on a line is looked at field by field
export type Line = Record<string, any>;

/** Every trace made must be readable without a word of complaint. */
export async function problemsOf(file: string): Promise<string[]> {
  return (await inspectTrace(file)).problems;
}
