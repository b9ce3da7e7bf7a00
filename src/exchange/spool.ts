/**
 * What an import has found so far, on the disk beside the trace to be: a session's messages may come before its address, and
 * sessions one after the other that were open at the same time. Secrets are replaced before anything is written here.
 */
import { appendFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { messageLine, type Line, type Message } from '../trace/line';
import { formatTime } from '../trace/line';
import { redactBody, redactHeaders, redactSubprotocols, redactUrl } from '../trace/redact';
import type { HeaderRecord } from '../trace/records';
import { IdClock } from './idClock';
import {
  Findings,
  type ImportedCall,
  type ImportedClose,
  type ImportedControl,
  type ImportedGap,
  type ImportedMessage,
  type ImportedNote,
  type ImportedOpen,
  type Sink,
  type Times,
} from './model';

/** Lines of a session kept in memory before they are written, bytes. */
const MOST_WAITING = 1 << 20;

/** A file of lines in the order of their times, which count from `session.base`. */
export interface SpoolFile {
  file: string;
  waiting: Buffer[];
  bytes: number;
  lines: number;
  /** Times of the first and the last line. */
  first: number;
  last: number;
}

export interface SpooledSession {
  name: string;
  open: ImportedOpen | undefined;
  close: ImportedClose | undefined;
  /** What its times count from, ms since 1970. */
  base: number | undefined;
  times: Times;
  clock: IdClock;
  /** Its messages; and what the file has apart from them, in an order of its own. */
  main: SpoolFile;
  aside: SpoolFile;
  messages: number;
}

/** A gap, note or call, which belongs to no session's file. */
export type Loose =
  | { kind: 'gap'; key: string | undefined; gap: ImportedGap }
  | { kind: 'note'; at: number | undefined; text: string; own: ImportedNote | undefined }
  | { kind: 'call'; call: ImportedCall };

export class Spool implements Sink {
  readonly report = new Findings();
  readonly sessions = new Map<string, SpooledSession>();
  readonly loose: Loose[] = [];
  /** Where each note of the user stands among them. */
  readonly #notes = new Map<string, number>();
  made: { startedAt: string; id: string } | undefined;
  redacted = 0;
  readonly #folder: string;
  #files = 0;

  /** `folder` is made when it is needed, readable by its owner only, and goes with `discard`. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  open(key: string, open: ImportedOpen, name = ''): void {
    const session = this.#session(key);
    session.open = cleaned(open);
    if (name !== '') session.name = name;
  }

  name(key: string, name: string): void {
    this.#session(key).name = name;
  }

  begins(key: string, at: number): void {
    this.#session(key).base ??= Math.floor(at);
  }

  message(key: string, message: ImportedMessage): void {
    const session = this.#session(key);
    const to = message.aside === true ? session.aside : session.main;
    const t = this.#time(session, to, message);
    const line = lineOf(message, t);
    if (/,"redacted":\[/.test(line.head)) this.redacted += 1;
    if (message.aside !== true) session.messages += 1;
    this.#append(
      to,
      t,
      line.body ? [Buffer.from(line.head), line.body, Buffer.from(line.tail)] : [Buffer.from(line.head)],
    );
  }

  control(key: string, { at, ...control }: ImportedControl, aside = false): void {
    const session = this.#session(key);
    session.base ??= Math.floor(at);
    const to = aside ? session.aside : session.main;
    const t = Math.max(to.last, at - session.base);
    const record = { kind: 'control', session: 's', t: Number(formatTime(Math.max(0, t))), ...control };
    this.#append(to, t, [Buffer.from(`${JSON.stringify(record)}\n`)]);
  }

  close(key: string, close: ImportedClose): void {
    this.#session(key).close = { ...close, reason: plain(redactUrl(close.reason)), ...named(close) };
  }

  gap(key: string | undefined, gap: ImportedGap): void {
    this.loose.push({ kind: 'gap', key, gap: { ...gap, reason: plain(gap.reason) } });
  }

  note(at: number | undefined, text: string, own?: ImportedNote): void {
    const note: Loose = {
      kind: 'note',
      at,
      text: own?.removed === true ? '' : plain(text),
      own: own && { ...own, id: plain(own.id) },
    };
    const known = own && this.#notes.get(own.id);
    // Words that were changed or taken away do not go along.
    if (known !== undefined) this.loose[known] = note;
    else {
      if (own) this.#notes.set(own.id, this.loose.length);
      this.loose.push(note);
    }
  }

  call(call: ImportedCall): void {
    this.loose.push({ kind: 'call', call });
  }

  origin(origin: { startedAt: string; id: string }): void {
    this.made ??= origin;
  }

  forget(key: string): void {
    const session = this.sessions.get(key);
    this.sessions.delete(key);
    for (const { file } of session ? [session.main, session.aside] : []) rmSync(file, { force: true });
  }

  /** Writes out what waits of a session that is complete. */
  flush(key?: string): void {
    for (const [name, { main, aside }] of this.sessions)
      if (key === undefined || key === name) for (const file of [main, aside]) this.#write(file);
  }

  discard(): void {
    if (existsSync(this.#folder)) rmSync(this.#folder, { recursive: true, force: true });
  }

  #session(key: string): SpooledSession {
    const known = this.sessions.get(key);
    if (known) return known;
    const file = (): SpoolFile => ({
      file: path.join(this.#folder, String(this.#files++)),
      waiting: [],
      bytes: 0,
      lines: 0,
      first: 0,
      last: 0,
    });
    const made: SpooledSession = {
      name: '',
      open: undefined,
      close: undefined,
      base: undefined,
      times: 'recorded',
      clock: new IdClock(),
      main: file(),
      aside: file(),
      messages: 0,
    };
    this.sessions.set(key, made);
    return made;
  }

  /** When it passed, ms since the session's base. A session whose first message has no time has none. */
  #time(session: SpooledSession, to: SpoolFile, { at, data, from, binary }: ImportedMessage): number {
    if (session.messages === 0 && to === session.main) session.times = at === undefined ? 'order' : 'recorded';
    if (session.times !== 'recorded') {
      const t = session.clock.next(binary ? undefined : parsed(data), from);
      if (session.clock.startedAt !== undefined) session.times = 'ids';
      return t;
    }
    if (at === undefined) {
      this.report.guessed.add('A message without a time was put to the time of the one before it.');
      return to.last;
    }
    // What came before the first message (an address, a ping) may be later than it by a recorder's rounding.
    session.base ??= Math.floor(Math.min(at, session.open?.at ?? at));
    const t = at - session.base;
    if (t < to.last - 0.0005)
      this.report.guessed.add(
        'A message stood earlier than the one before it; the order was kept, and its time put to that one.',
      );
    return Math.max(0, t, to.last);
  }

  #append(to: SpoolFile, t: number, parts: Buffer[]): void {
    if (to.lines === 0) to.first = t;
    to.last = t;
    to.lines += 1;
    for (const part of parts) {
      to.waiting.push(part);
      to.bytes += part.length;
    }
    if (to.bytes > MOST_WAITING) this.#write(to);
  }

  #write(file: SpoolFile): void {
    if (file.waiting.length === 0) return;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    appendFileSync(file.file, Buffer.concat(file.waiting), { mode: 0o600 });
    file.waiting = [];
    file.bytes = 0;
  }
}

function parsed(data: Buffer | undefined): unknown {
  try {
    return data && JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A line as the recorder would have written it, with the number and the name that the file gave. */
function lineOf({ from, data, bytes, binary, head = {} }: ImportedMessage, t: number): Line {
  // A message that was not held back went on; nobody but our own recorder knows when.
  const sent = head.sent !== undefined ? t + head.sent : head.fate === undefined && head.seq === undefined ? t : NaN;
  const message: Message = {
    session: 's',
    t,
    sent,
    from,
    data,
    bytes: data?.length ?? bytes ?? 0,
    binary,
    injected: head.origin === 'inspector',
    replaces: head.replaces,
    fate: head.fate,
    rule: undefined,
    ...named(head),
  };
  const line = messageLine(head.seq ?? 0, t, sent, message);
  if (head.bytes === undefined && head.redacted === undefined) return line;
  // Captured text before these places is quoted: its own quotes are escaped there.
  let text = line.head;
  if (head.bytes !== undefined) text = text.replace(/,"bytes":\d+/, `,"bytes":${head.bytes}`);
  if (head.redacted && !/,"redacted":\[/.test(text)) {
    const redacted = `,"redacted":${JSON.stringify(head.redacted)}`;
    const place = /,"(?:event":|text":"|opcode":)/.exec(text)?.index;
    if (place !== undefined) text = text.slice(0, place) + redacted + text.slice(place);
  }
  return { ...line, head: text };
}

/** A text that somebody else wrote, or that another program did not look at. */
const plain = (text: string): string => redactBody(text)?.text ?? text;

/** Names of rules and breakpoints are written by people too. */
function named({ rule, breakpoint }: { rule?: string; breakpoint?: string }): { rule?: string; breakpoint?: string } {
  return {
    ...(rule === undefined ? {} : { rule: plain(rule) }),
    ...(breakpoint === undefined ? {} : { breakpoint: plain(breakpoint) }),
  };
}

function cleaned({ at, ...open }: ImportedOpen): ImportedOpen {
  return {
    ...open,
    at,
    url: redactUrl(open.url),
    headers: redactHeaders(flat(open.headers)),
    subprotocols: redactSubprotocols(open.subprotocols),
    upstream: redactUrl(open.upstream),
    ...(open.responseHeaders ? { responseHeaders: redactHeaders(flat(open.responseHeaders)) } : {}),
    ...(open.error === undefined ? {} : { error: plain(redactUrl(open.error)) }),
    ...(open.body === undefined ? {} : { body: plain(open.body) }),
    ...named(open),
  };
}

/** Names and values in turn, as redaction wants them. */
export function flat(headers: HeaderRecord): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().flatMap((one) => [name, one]));
}
