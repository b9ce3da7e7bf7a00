/** `realtime-inspector validate FILE|-`: checks one event, a file of events or a trace, as the composer does. */
import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { parseTree, type Node } from 'jsonc-parser';
import {
  findEvent,
  lintEvent,
  lintHandshake,
  NEW_SESSION,
  advance,
  dialectOfHandshake,
  placeOfPointer,
} from '../protocol';
import type { DialectId, Problem, SessionState } from '../protocol';
import type { Side } from '../protocol/side';
import { UnreadableFileError, whyUnreadable } from '../trace/unreadable';

/** Problems listed one by one; the counts have them all. */
const MOST = 1000;
/** A payload longer than this is none; a trace of any length is read line by line. */
const LONGEST_PAYLOAD = 256 << 20;

/** A problem and where it stands. */
export interface ValidateProblem extends Pick<Problem, 'severity' | 'message' | 'path'> {
  /** From 1, in the file. */
  line: number;
  /** From 1; of a trace only where the line itself is broken. */
  column?: number;
  /** Of a trace: the record's number and session. */
  seq?: number;
  session?: string;
  from?: Side;
  type?: string;
  /** What the rewrite on offer does, and the event after it. */
  fix?: { title: string; text: string };
}

/** What `validate --json` prints. */
export interface ValidateReport {
  file: string;
  kind: 'event' | 'events' | 'trace';
  /** Events checked. */
  events: number;
  errors: number;
  warnings: number;
  notes: number;
  problems: ValidateProblem[];
}

/** The input is no JSON and no trace, or cannot be read at all. */
export class UnreadableError extends UnreadableFileError {}

/**
 * Checks a file, or what a stream brings for `-`. A direction is taken from the record, else from the event's type, else
 * `from`. Rejects with `UnreadableError`, a message for people.
 */
export async function validateFile(
  file: string,
  { stdin = process.stdin, from = 'client' }: { stdin?: Readable; from?: Side } = {},
): Promise<ValidateReport> {
  const name = file === '-' ? 'standard input' : file;
  const report = new Collector(name);
  const source = file === '-' ? stdin : fs.createReadStream(file);
  try {
    const lines = linesOf(source);
    const head = await firstLine(lines);
    if (head === undefined) throw new UnreadableError(`${name} is empty.`);
    if (isTraceLine(head.text)) {
      await checkTrace(head, lines, report);
    } else {
      const rest = [head.text];
      let length = head.text.length;
      for await (const { text } of lines) {
        rest.push(text);
        length += text.length;
        if (length > LONGEST_PAYLOAD) throw new UnreadableError(`${name} is too long for a payload and is no trace.`);
      }
      const text = rest.join('\n');
      if (!/^\s*[[{]/.test(text)) throw new UnreadableError(`${name} is neither JSON nor a trace.`);
      checkPayload(text, head.number, from, report);
    }
  } catch (cause) {
    if (cause instanceof UnreadableError) throw cause;
    throw new UnreadableError(`${name} cannot be read: ${whyUnreadable(cause)}.`, { cause });
  } finally {
    source.destroy();
  }
  return report.done();
}

/** The exit code for a report: notes are no problem. */
export function exitCode(report: ValidateReport): 0 | 1 {
  return report.errors + report.warnings > 0 ? 1 : 0;
}

/** The report for people, a final line feed. What was captured is cleaned of control characters. */
export function formatValidation(report: ValidateReport): string {
  const lines = report.problems.map((problem) => {
    const place = problem.column === undefined ? `${problem.line}` : `${problem.line}:${problem.column}`;
    const what = [
      problem.seq === undefined ? '' : `#${problem.seq}`,
      problem.type ?? '',
      placeOfPointer(problem.path),
    ].filter(Boolean);
    const fix = problem.fix ? ` (${problem.fix.title})` : '';
    return plain(`${report.file}:${place} ${[problem.severity, ...what].join(' ')}: ${problem.message}${fix}`);
  });
  const all = report.errors + report.warnings + report.notes;
  if (all > report.problems.length) lines.push(`and ${all - report.problems.length} more`);
  const counts = [count(report.errors, 'error'), count(report.warnings, 'warning'), count(report.notes, 'note')];
  lines.push(plain(`${report.file}: ${count(report.events, 'event')}, ${counts.join(', ')}`));
  return `${lines.join('\n')}\n`;
}

class Collector {
  #report: ValidateReport;

  constructor(file: string) {
    this.#report = { file, kind: 'event', events: 0, errors: 0, warnings: 0, notes: 0, problems: [] };
  }

  begin(kind: ValidateReport['kind']): void {
    this.#report.kind = kind;
  }

  event(): void {
    this.#report.events += 1;
  }

  add(problem: ValidateProblem): void {
    const counts = { error: 'errors', warning: 'warnings', note: 'notes' } as const;
    this.#report[counts[problem.severity]] += 1;
    if (this.#report.problems.length < MOST) this.#report.problems.push(problem);
  }

  done(): ValidateReport {
    return this.#report;
  }
}

interface Line {
  text: string;
  /** From 1. */
  number: number;
}

/** Lines by line feed alone: JSON text may hold any other kind of line break. */
async function* linesOf(source: Readable): AsyncGenerator<Line, void, undefined> {
  const decoder = new TextDecoder('utf-8');
  let pieces: string[] = [];
  let number = 1;
  for await (const chunk of source) {
    const text: string = typeof chunk === 'string' ? chunk : decoder.decode(chunk as Buffer, { stream: true });
    const parts = text.split('\n');
    pieces.push(parts[0] ?? '');
    for (const part of parts.slice(1)) {
      yield { text: pieces.join(''), number };
      number += 1;
      pieces = [part];
    }
  }
  pieces.push(decoder.decode());
  const last = pieces.join('');
  if (last !== '') yield { text: last, number };
}

async function firstLine(lines: AsyncGenerator<Line, void, undefined>): Promise<Line | undefined> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) return undefined;
    if (value.text.trim() !== '') return value;
  }
}

type Json = Record<string, unknown>;

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

const RECORDS = new Set(['trace', 'open', 'event', 'close', 'control', 'gap', 'note', 'http']);

/** A record of our own traces, or a `{direction, event}` line of others'. */
function isTraceLine(text: string): boolean {
  const record = parseObject(text);
  return record !== undefined && (RECORDS.has(String(record['kind'])) || isExchange(record));
}

function isExchange(record: Json): boolean {
  const { direction, event } = record;
  return (direction === 'client' || direction === 'server') && typeof event === 'object' && event !== null;
}

/** What is known of one session of a trace. */
interface Session {
  state: SessionState;
  dialect?: DialectId;
}

async function checkTrace(head: Line, rest: AsyncGenerator<Line, void, undefined>, report: Collector): Promise<void> {
  report.begin('trace');
  const sessions = new Map<string, Session>();
  const take = ({ text, number }: Line): void => {
    if (text.trim() === '') return;
    const record = parseObject(text);
    if (!record) {
      report.add({
        severity: 'warning',
        message: 'This line is not a JSON object: torn or damaged.',
        path: '',
        line: number,
      });
      return;
    }
    checkRecord(record, number, sessions, report);
  };
  take(head);
  for await (const line of rest) take(line);
}

function checkRecord(record: Json, line: number, sessions: Map<string, Session>, report: Collector): void {
  const id = typeof record['session'] === 'string' ? record['session'] : '';
  if (record['kind'] === 'open') {
    const url = typeof record['url'] === 'string' ? record['url'] : '';
    const headers = (record['headers'] ?? {}) as Record<string, string | string[]>;
    const dialect = dialectOfHandshake({ url, headers });
    // A second run may use the same name again.
    sessions.set(id, { state: NEW_SESSION, ...(dialect === undefined ? {} : { dialect }) });
    for (const { severity, message } of lintHandshake({ url, headers })) {
      report.add({ severity, message, path: '', line, session: id });
    }
    return;
  }
  const exchange = isExchange(record);
  if (record['kind'] !== 'event' && !exchange) return;
  const side = exchange ? record['direction'] : record['from'];
  if (side !== 'client' && side !== 'server') return;
  const seq = typeof record['seq'] === 'number' ? { seq: record['seq'] } : {};
  const place = { line, ...seq, ...(id === '' ? {} : { session: id }), from: side } as const;
  const { event } = record;
  report.event();
  if (event === undefined) {
    const kept = record['text'] !== undefined || record['base64'] !== undefined;
    if (kept) report.add({ severity: 'error', message: 'This message is not JSON text.', path: '', ...place });
    return;
  }
  const session = sessions.get(id) ?? { state: NEW_SESSION };
  const type = typeof (event as Json)['type'] === 'string' ? { type: (event as Json)['type'] as string } : {};
  // The second line of a message that was held and let go as it came says nothing new.
  const isAgain = record['replaces'] !== undefined && record['origin'] === undefined;
  for (const problem of isAgain
    ? []
    : lintEvent(JSON.stringify(event), side, session.state, { dialect: session.dialect })) {
    report.add({ ...place, ...type, ...told(problem) });
  }
  // A held message counts from when it was let go.
  if (exchange || record['sent'] !== undefined) session.state = advance(session.state, event as Json, side);
  sessions.set(id, session);
}

function told({
  severity,
  message,
  path,
  fix,
}: Problem): Pick<ValidateProblem, 'severity' | 'message' | 'path' | 'fix'> {
  return { severity, message, path, ...(fix ? { fix } : {}) };
}

function checkPayload(text: string, line: number, from: Side, report: Collector): void {
  const root = parseTree(text.replace(/^\ufeff/, ' '));
  const whole = isJson(text);
  if (!whole && isJsonLines(text)) {
    report.begin('events');
    text.split('\n').forEach((one, index) => {
      if (one.trim() !== '') checkEventText(one, line + index, 1, from, report);
    });
  } else if (whole && root?.type === 'array') {
    report.begin('events');
    for (const element of root.children ?? []) checkElement(text, element, line, from, report);
  } else {
    checkEventText(text, line, 1, from, report);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Several lines, the first of them a whole object: one event a line. */
function isJsonLines(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length > 1 && parseObject(lines[0] ?? '') !== undefined;
}

function checkElement(text: string, element: Node, line: number, from: Side, report: Collector): void {
  const before = text.slice(0, element.offset);
  const first = line + before.split('\n').length - 1;
  const column = element.offset - before.lastIndexOf('\n');
  checkEventText(text.slice(element.offset, element.offset + element.length), first, column, from, report);
}

/** Checks the text of an event that begins at a place of the file. */
function checkEventText(text: string, line: number, column: number, from: Side, report: Collector): void {
  report.event();
  const event = parseObject(text);
  const type = event?.['type'];
  const side = typeof type === 'string' ? sideOf(type, from) : from;
  // One payload has no session around it.
  const problems = lintEvent(text, side, NEW_SESSION);
  // After a slip in the JSON the parser trips over what comes of it: the first is what to mend.
  for (const problem of isJson(text) ? problems : problems.slice(0, 1)) {
    const before = text.slice(0, problem.offset);
    const rows = before.split('\n').length - 1;
    report.add({
      line: line + rows,
      column: (rows === 0 ? column - 1 : 0) + problem.offset - before.lastIndexOf('\n'),
      from: side,
      ...(typeof type === 'string' ? { type } : {}),
      ...told(problem),
    });
  }
}

function sideOf(type: string, otherwise: Side): Side {
  if (findEvent(type, 'client')) return 'client';
  return findEvent(type, 'server') ? 'server' : otherwise;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Captured words must not steer a terminal. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ');
}
