import { appendFile, mkdir, rename, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lineData, LineReader, type RawLine } from '../../../src/trace/lineReader';
import { TraceReader, type TraceEntry } from '../../../src/trace/reader';
import { eventLine, HEADER, openLine, traceFile } from './traceLines';

type Kept = Pick<RawLine, 'number' | 'offset' | 'bytes'> & { text: string };

async function readLines(reader: LineReader): Promise<Kept[]> {
  const lines: Kept[] = [];
  await reader.read((line) => {
    const { number, offset, bytes } = line;
    lines.push({ number, offset, bytes, text: lineData(line).toString() });
  });
  return lines;
}

async function openTrace(content: string, chunkBytes?: number): Promise<{ file: string; reader: TraceReader }> {
  const file = await traceFile(content);
  const reader = await TraceReader.open(file, chunkBytes ? { chunkBytes } : {});
  onTestFinished(() => reader.close());
  return { file, reader };
}

type KeptEntry = Pick<TraceEntry, 'parsed' | 'shift' | 'part' | 'data'> & Pick<RawLine, 'number' | 'bytes'>;

async function entriesOf(reader: TraceReader): Promise<KeptEntry[]> {
  const entries: KeptEntry[] = [];
  await reader.read(({ parsed, shift, part, data, line: { number, bytes } }) =>
    entries.push({ parsed, shift, part, data: Buffer.from(data), number, bytes }),
  );
  return entries;
}

const event = (seq: number) => eventLine(seq, seq, 'server', `{"type":"x","n":${seq}}`);

describe('LineReader', () => {
  it.each([1, 2, 3, 7, 64])('gives the same lines and offsets when it reads %i bytes at a time', async (chunkBytes) => {
    const content = 'one\n\nthrée\n  four with a tail\nlast';
    const reader = await LineReader.open(await traceFile(content), { chunkBytes });
    onTestFinished(() => reader.close());
    const lines = await readLines(reader);
    expect(lines.map((line) => line.text)).toEqual(['one', '', 'thrée', '  four with a tail']);
    for (const line of lines) {
      expect(Buffer.from(content).toString('utf8', line.offset, line.offset + line.bytes)).toBe(line.text);
    }
    expect(lines.map((line) => line.number)).toEqual([1, 2, 3, 4]);
    expect(reader.tailBytes).toBe(4);
  });

  it('goes on where it stopped when the file grows, in the middle of a line and of a character', async () => {
    const file = await traceFile('a\nbé'.slice(0, 3));
    const reader = await LineReader.open(file);
    onTestFinished(() => reader.close());
    expect(await readLines(reader)).toHaveLength(1);
    const rest = Buffer.from('é!\nc\n');
    await appendFile(file, rest.subarray(0, 1));
    expect(await readLines(reader)).toEqual([]);
    await appendFile(file, rest.subarray(1));
    expect((await readLines(reader)).map((line) => [line.text, line.offset])).toEqual([
      ['bé!', 2],
      ['c', 7],
    ]);
  });

  it('hands on only the beginning of a line over its limit, with the true length, and the next line whole', async () => {
    const reader = await LineReader.open(await traceFile(`${'x'.repeat(300_000)}\nnext\n`), {
      chunkBytes: 1000,
      longestLine: 100_000,
    });
    onTestFinished(() => reader.close());
    const lines = await readLines(reader);
    expect(lines.map((line) => [line.bytes, line.text.length, line.offset])).toEqual([
      [300_000, 65_536, 0],
      [4, 4, 300_001],
    ]);
  });

  it('stops between chunks when told to and goes on later', async () => {
    const reader = await LineReader.open(await traceFile('a\nb\nc\n'), { chunkBytes: 2 });
    onTestFinished(() => reader.close());
    const seen: string[] = [];
    await reader.read(
      (line) => seen.push(lineData(line).toString()),
      () => false,
    );
    expect(seen).toEqual(['a']);
    expect((await readLines(reader)).map((line) => line.text)).toEqual(['b', 'c']);
  });
});

describe('TraceReader', () => {
  it('reads header and records, and has nothing to complain of in a whole trace', async () => {
    const { reader } = await openTrace(`${HEADER}\n${openLine()}\n${event(1)}\n\n${event(2)}\n`);
    const entries = await entriesOf(reader);
    expect(reader.header).toMatchObject({ version: 1, startedAt: '2026-11-20T21:00:00.000Z' });
    expect(entries.map((entry) => [entry.parsed.kind, entry.number])).toEqual([
      ['record', 2],
      ['event', 3],
      ['event', 5],
    ]);
    expect(reader.problems).toEqual([]);
  });

  it('reports a torn last line and shows the rest; when the line is finished it is shown too', async () => {
    const { file, reader } = await openTrace(`${HEADER}\n${event(1)}\n${event(2).slice(0, 40)}`);
    expect(await entriesOf(reader)).toHaveLength(1);
    expect(reader.problems).toEqual([expect.stringMatching(/line \(3\) is torn: 40 bytes/)]);
    await appendFile(file, `${event(2).slice(40)}\n`);
    expect(await entriesOf(reader)).toMatchObject([{ parsed: { head: { seq: 2 } } }]);
    expect(reader.problems).toEqual([]);
  });

  it('takes a whole last line without its line feed once, whatever follows', async () => {
    const { file, reader } = await openTrace(`${HEADER}\n${event(1)}`);
    expect(await entriesOf(reader)).toHaveLength(1);
    expect(await entriesOf(reader)).toEqual([]);
    await appendFile(file, `\n${event(2)}\n`);
    expect(await entriesOf(reader)).toMatchObject([{ number: 3, parsed: { head: { seq: 2 } } }]);
    expect(reader.problems).toEqual([]);
  });

  it('reports bad lines with their numbers and reads on', async () => {
    const { reader } = await openTrace(`${HEADER}\nrubbish\n${event(1)}\n{"kind":"hologram","t":1}\n`);
    const entries = await entriesOf(reader);
    expect(entries.map((entry) => entry.parsed.kind)).toEqual(['unreadable', 'event', 'unreadable']);
    expect(reader.problems).toEqual([
      expect.stringMatching(/^Line 2 .*not JSON/),
      expect.stringMatching(/^Line 4 .*hologram/),
    ]);
  });

  it('lists a hundred problems and counts the rest', async () => {
    const { reader } = await openTrace(`${HEADER}\n${'bad\n'.repeat(250)}`);
    expect(await entriesOf(reader)).toHaveLength(250);
    expect(reader.problems).toHaveLength(101);
    expect(reader.problems.at(-1)).toMatch(/^150 more/);
  });

  it('says that a trace was written by a newer version, and shows it', async () => {
    const { reader } = await openTrace(`${HEADER.replace('"version":1', '"version":9')}\n${event(1)}\n`);
    expect(await entriesOf(reader)).toHaveLength(1);
    expect(reader.problems).toEqual([expect.stringMatching(/newer version \(format 9/)]);
  });

  it('says that a header is missing, and shows the rows', async () => {
    const { reader } = await openTrace(`${event(1)}\n`);
    expect(await entriesOf(reader)).toHaveLength(1);
    expect(reader.header).toBeUndefined();
    expect(reader.problems).toEqual([expect.stringMatching(/does not begin with a trace header/)]);
  });

  it('puts joined traces on one axis', async () => {
    const later = HEADER.replace('21:00:00.000', '21:00:10.500');
    const { reader } = await openTrace(`${HEADER}\n${event(1)}\n${later}\n${event(2)}\n`);
    expect((await entriesOf(reader)).map((entry) => [entry.shift, entry.part])).toEqual([
      [0, 1],
      [10_500, 2],
    ]);
  });

  it('reads a line of 20 MiB whole', async () => {
    const audio = 'QUJD'.repeat(5 << 20);
    const json = `{"type":"input_audio_buffer.append","audio":"${audio}"}`;
    const { reader } = await openTrace(`${HEADER}\n${eventLine(1, 1, 'client', json)}\n${event(2)}\n`);
    const [long, next] = await entriesOf(reader);
    expect(long?.data.length).toBe(long?.bytes);
    expect(long?.parsed).toMatchObject({ kind: 'event', head: { bytes: json.length } });
    expect(next?.parsed).toMatchObject({ kind: 'event', head: { seq: 2 } });
  });

  it('says that the file has become shorter, or that another took its place', async () => {
    const { file, reader } = await openTrace(`${HEADER}\n${event(1)}\n`);
    await entriesOf(reader);
    await writeFile(`${file}.new`, HEADER);
    await rename(`${file}.new`, file);
    await entriesOf(reader);
    expect(reader.problems).toEqual([expect.stringMatching(/Another file/)]);

    const second = await openTrace(`${HEADER}\n${event(1)}\n`);
    await entriesOf(second.reader);
    await truncate(second.file, 10);
    await entriesOf(second.reader);
    expect(second.reader.problems).toEqual([expect.stringMatching(/shorter/)]);
  });

  it('rejects a file that is not there, and a folder, each with one clear sentence', async () => {
    const file = await traceFile('');
    await expect(TraceReader.open(`${file}.no`)).rejects.toThrow(/cannot be opened: it does not exist\./);
    const folder = path.join(path.dirname(file), 'folder');
    await mkdir(folder);
    await expect(TraceReader.open(folder)).rejects.toThrow(/it is a folder/);
  });
});
