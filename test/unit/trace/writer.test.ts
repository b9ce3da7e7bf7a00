import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';
import { messageLine } from '../../../src/trace/line';
import { TraceWriter } from '../../../src/trace/writer';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});
function temporary(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rti-writer-'));
  folders.push(folder);
  return folder;
}
const header = {
  kind: 'trace',
  version: 1,
  id: 'x',
  startedAt: '2026-01-01T00:00:00.000Z',
  generator: 'test',
} as const;

function line(seq: number, data: Buffer) {
  return messageLine(seq, seq, seq, {
    session: 's1',
    t: seq,
    sent: seq,
    from: 'server',
    data,
    bytes: data.length,
    binary: false,
    fate: undefined,
    rule: undefined,
    injected: false,
    replaces: undefined,
  });
}

describe('a trace writer', () => {
  it('makes a file only its owner can read, and refuses one that exists', () => {
    const file = path.join(temporary(), 'deep', 'x.realtime.jsonl');
    new TraceWriter(file, header).close();
    expect(fs.statSync(file).mode & 0o077).toBe(0);
    expect(() => new TraceWriter(file, header)).toThrow(/EEXIST/);
  });

  it('writes lines of any size whole and in order, and knows the size of the file', () => {
    const file = path.join(temporary(), 'x.realtime.jsonl');
    const writer = new TraceWriter(file, header);
    const bodies = [10, 3 << 20, 100, 1 << 20, 0].map((size, n) => `{"type":"é${n}","x":"${'y'.repeat(size)}"}`);
    bodies.forEach((body, n) => writer.message(n + 1, n, line(n + 1, Buffer.from(body))));
    writer.record({ kind: 'note', t: 1.23456, text: 'a\nb' });
    writer.close();
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((text) => (JSON.parse(text) as { kind: string; seq?: number }).seq)).toEqual([
      undefined,
      1,
      2,
      3,
      4,
      5,
      undefined,
    ]);
    bodies.forEach((body, n) => expect(lines[n + 1]?.endsWith(`"event":${body}}`)).toBe(true));
    expect(JSON.parse(lines[6] as string)).toEqual({ kind: 'note', t: 1.235, text: 'a\nb' });
    expect(writer.size).toBe(fs.statSync(file).size);
  });

  it('marks its file as being written until it is closed', () => {
    const file = path.join(temporary(), 'x.realtime.jsonl');
    const writer = new TraceWriter(file, header);
    expect(JSON.parse(fs.readFileSync(`${file}.lock`, 'utf8'))).toEqual({
      pid: process.pid,
      host: os.hostname(),
      trace: 'x',
    });
    writer.close();
    expect(fs.existsSync(`${file}.lock`)).toBe(false);
  });

  it('leaves a lock alone that has become that of another, and does without one where none can be made', () => {
    const folder = temporary();
    const file = path.join(folder, 'x.realtime.jsonl');
    const writer = new TraceWriter(file, header);
    fs.writeFileSync(`${file}.lock`, 'of another');
    writer.close();
    expect(fs.readFileSync(`${file}.lock`, 'utf8')).toBe('of another');
    const long = path.join(folder, `${'n'.repeat(255 - '.realtime.jsonl'.length)}.realtime.jsonl`);
    new TraceWriter(long, header).close();
    expect(fs.statSync(long).size).toBeGreaterThan(0);
  });

  it('keeps its lock fresh, for machines that can only judge by its age', () => {
    const file = path.join(temporary(), 'x.realtime.jsonl');
    let now = 0;
    const writer = new TraceWriter(file, header, () => now);
    const age = () => Date.now() - fs.statSync(`${file}.lock`).mtimeMs;
    fs.utimesSync(`${file}.lock`, 1000, 1000);
    now = 3_000_000;
    writer.flush();
    expect(age()).toBeGreaterThan(1e9);
    now = 4_000_000;
    writer.flush();
    expect(age()).toBeLessThan(1e9);
    writer.close();
  });

  it('says when its file is deleted under it, having looked at most once a second', () => {
    const file = path.join(temporary(), 'x.realtime.jsonl');
    let now = 0;
    const writer = new TraceWriter(file, header, () => now);
    writer.flush();
    fs.rmSync(file);
    now = 999;
    writer.flush();
    expect(writer.trouble).toBe('');
    now = 1000;
    writer.flush();
    expect(writer.trouble).toMatch(/x\.realtime\.jsonl was deleted .* start the proxy again/);
    writer.close();
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
  });

  // A file size limit of the system stands in for a full disk: it fails in the middle of a write just as one does.
  it.runIf(process.platform === 'linux')(
    'loses no line it began, counts those it could not keep, and goes on when there is room',
    async () => {
      const folder = temporary();
      await build({
        entryPoints: ['test/unit/trace/fullDiskWriter.ts'],
        bundle: true,
        platform: 'node',
        format: 'cjs',
        outfile: path.join(folder, 'run.cjs'),
        logLevel: 'error',
        mainFields: ['module', 'main'],
      });
      const run = spawnSync('bash', ['-c', `ulimit -S -f 64; exec "${process.execPath}" run.cjs`], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(run.stderr).toBe('');
      const told = JSON.parse(run.stdout) as { trouble: string; after: string };
      expect(told.trouble).toMatch(/cannot be written: .+ Nothing was kept from #\d+ on\. Traffic goes on/);
      expect(told.after).toBe('');
      const lines = fs
        .readFileSync(path.join(folder, 'x.realtime.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text) as { kind: string; seq: number; from: number; to: number; count: number });
      const gap = lines.find((one) => one.kind === 'gap');
      const kept = lines.filter((one) => one.kind === 'event').map((one) => one.seq);
      expect(gap).toMatchObject({ count: (gap?.to ?? 0) - (gap?.from ?? 0) + 1 });
      // Every message is either in the file or in the gap, and none is in both.
      const lost = Array.from({ length: gap?.count ?? 0 }, (_, n) => (gap?.from ?? 0) + n);
      expect([...kept, ...lost].sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
      expect(lost.length).toBeGreaterThan(0);
      expect(kept.at(-1)).toBe(400);
    },
  );
});
