import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { appendNote } from '../../../src/trace/appendNote';
import { LOCK_SUFFIX, tryLockTrace } from '../../../src/trace/lock';
import { MOST_NOTE, noteRecord, userNote, type UserNote } from '../../../src/trace/notes';
import { parseLine } from '../../../src/trace/parseLine';
import { TraceReader } from '../../../src/trace/reader';
import { closeLine, eventLine, HEADER, openLine, traceFile } from './traceLines';

const NOTE: UserNote = { id: 'n1', text: 'too late', at: 12.3456, session: 's1', seq: 2, removed: false };
const lines = (file: string) => fs.readFileSync(file, 'utf8').split('\n');
const parsed = (text: string) => parseLine(Buffer.from(text));

it('a note is written with its moment to the microsecond, and read back as it was', () => {
  const record = noteRecord(NOTE, 99);
  expect(record).toEqual({
    kind: 'note',
    t: 99,
    text: 'too late',
    id: 'n1',
    by: 'user',
    at: 12.346,
    session: 's1',
    seq: 2,
  });
  const read = parsed(JSON.stringify(record));
  expect(read).toEqual({ kind: 'record', record });
  expect(userNote(record)).toEqual({ ...NOTE, at: 12.346 });
});

it('keys in a note never reach the line, and its length has a bound', () => {
  const key = `sk-proj-${'a1B2'.repeat(10)}`;
  expect(noteRecord({ ...NOTE, text: `used ${key} here` }, 0).text).toBe('used [redacted] here');
  expect(noteRecord({ ...NOTE, text: 'the word hunter2' }, 0, ['hunter2']).text).toBe('the word [redacted]');
  expect(noteRecord({ ...NOTE, text: 'x'.repeat(9000) }, 0).text).toHaveLength(MOST_NOTE);
});

it('fields of a wrong type are left out, and a remark without them stays a remark', () => {
  const odd = { kind: 'note', t: 1, text: 'a', id: 7, by: 'me', at: '3', session: {}, seq: -1, removed: 'yes' };
  expect(parsed(JSON.stringify(odd))).toEqual({ kind: 'record', record: { kind: 'note', t: 1, text: 'a' } });
  expect(userNote({ kind: 'note', t: 1, text: 'Recording was off.' })).toBeUndefined();
});

it('a note added to a closed trace is one line more at the time of its last line, and leaves no lock', async () => {
  const before = [HEADER, openLine('s1', 1), closeLine('s1', 9000), ''].join('\n');
  const file = await traceFile(before);
  await appendNote(file, NOTE);
  expect(fs.readFileSync(file, 'utf8')).toBe(`${before}${JSON.stringify(noteRecord(NOTE, 9000))}\n`);
  expect(fs.existsSync(file + LOCK_SUFFIX)).toBe(false);
});

it('a torn last line is ended and kept, and the note can be read behind it', async () => {
  const torn = eventLine(7, 20, 'client', '{"type":"session.update"}').slice(0, -9);
  const file = await traceFile([HEADER, openLine('s1', 1), torn].join('\n'));
  await appendNote(file, NOTE);
  expect(lines(file).slice(2, 3)).toEqual([torn]);
  const kinds: string[] = [];
  const reader = await TraceReader.open(file);
  await reader.read(({ parsed: line }) => kinds.push(line.kind === 'record' ? line.record.kind : line.kind));
  await reader.close();
  expect(kinds).toEqual(['open', 'unreadable', 'note']);
});

it('the time of the last line is found before a line longer than one look', async () => {
  const long = eventLine(1, 4711, 'client', `{"type":"x","y":"${'z'.repeat(300_000)}"}`);
  const file = await traceFile([HEADER, openLine('s1', 1), long, ''].join('\n'));
  await appendNote(file, NOTE);
  expect(JSON.parse(lines(file).at(-2) ?? '')).toMatchObject({ kind: 'note', t: 4711 });
});

it('a trace that another process writes is left alone, also by a note of two at once', async () => {
  const text = [HEADER, openLine('s1', 1), ''].join('\n');
  const file = await traceFile(text);
  const lock = await tryLockTrace(file, 't1');
  expect(await tryLockTrace(file, 't1')).toBeUndefined();
  await expect(appendNote(file, NOTE)).rejects.toThrow(
    `${path.basename(file)} is being written by another program, so no note can be added here.`,
  );
  expect(fs.readFileSync(file, 'utf8')).toBe(text);
  lock?.release();
  await appendNote(file, NOTE);
  expect(lines(file)).toHaveLength(4);
});

it('the lock of a process that is gone does not keep a note out', async () => {
  const file = await traceFile([HEADER, openLine('s1', 1), ''].join('\n'));
  // No process has the highest number there may be.
  fs.writeFileSync(file + LOCK_SUFFIX, JSON.stringify({ host: os.hostname(), pid: 2 ** 30, trace: 't1' }));
  await appendNote(file, NOTE);
  expect(lines(file)).toHaveLength(4);
  expect(fs.existsSync(file + LOCK_SUFFIX)).toBe(false);
});

it.each([
  ['is no trace', 'hello\nworld\n', /does not begin with the header of a trace/],
  ['is of a later version', `${HEADER.replace('"version":1', '"version":9')}\n`, /later version/],
])('a file that %s gets no note', async (_what, text, message) => {
  const file = await traceFile(text);
  await expect(appendNote(file, NOTE)).rejects.toThrow(message);
  expect(fs.readFileSync(file, 'utf8')).toBe(text);
  expect(fs.existsSync(file + LOCK_SUFFIX)).toBe(false);
});

it('a file that is gone, and one that is a folder, are said in one sentence', async () => {
  const file = await traceFile('');
  await expect(appendNote(`${file}.no`, NOTE)).rejects.toThrow(/is not there any more: the note was not kept/);
  await expect(appendNote(path.dirname(file), NOTE)).rejects.toThrow(/^The note was not added to /);
});

it('a trace that may only be read is left as it is, and said so in one sentence', async () => {
  const text = [HEADER, openLine('s1', 1), ''].join('\n');
  const file = await traceFile(text);
  fs.chmodSync(path.dirname(file), 0o755);
  fs.chmodSync(file, 0o444);
  // Root may write everything: nobody's rights are tried then.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await expect(appendNote(file, NOTE)).rejects.toThrow(
      'test.realtime.jsonl may only be read here, so the note was not kept. Make the file and its folder writable, or copy the trace to where you may write.',
    );
    fs.accessSync(file, fs.constants.R_OK);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
  expect(fs.readFileSync(file, 'utf8')).toBe(text);
  expect(fs.existsSync(file + LOCK_SUFFIX)).toBe(false);
});
