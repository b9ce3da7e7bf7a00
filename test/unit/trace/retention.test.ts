import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { retainTraces } from '../../../src/trace/retention';
import { traceFile } from './traceLines';

/** A folder with traces of 100 bytes each, oldest first, and things that are no traces. */
async function folderOf(...names: string[]): Promise<string> {
  const folder = path.dirname(await traceFile('', 'notes.txt'));
  for (const [age, name] of names.entries()) {
    const file = path.join(folder, `${name}.realtime.jsonl`);
    await writeFile(file, 'x'.repeat(100));
    await utimes(file, 1000 + age, 1000 + age);
  }
  await writeFile(path.join(folder, 'other.jsonl'), 'x'.repeat(1000));
  await mkdir(path.join(folder, 'folder.realtime.jsonl'));
  return folder;
}

const traces = async (folder: string) =>
  (await readdir(folder)).filter((name) => /^\w\.realtime\.jsonl$/.test(name)).map((name) => name.charAt(0));

describe('retainTraces', () => {
  it('deletes the oldest traces until the rest fits', async () => {
    const folder = await folderOf('c', 'a', 'b', 'd');
    const result = await retainTraces(folder, 200, []);
    expect(result.deleted.map((file) => path.basename(file))).toEqual(['c.realtime.jsonl', 'a.realtime.jsonl']);
    expect(result.bytes).toBe(200);
    expect(await traces(folder)).toEqual(['b', 'd']);
    expect(await readdir(folder)).toContain('other.jsonl');
  });

  it('never deletes a trace in use, even when nothing else is left', async () => {
    const folder = await folderOf('a', 'b', 'c');
    const inUse = [path.join(folder, 'a.realtime.jsonl'), path.join(folder, '.', 'b.realtime.jsonl')];
    expect(await retainTraces(folder, 0, inUse)).toMatchObject({ bytes: 200, problems: [] });
    expect(await traces(folder)).toEqual(['a', 'b']);
  });

  it('does nothing below the limit, nor in a folder that is not there', async () => {
    const folder = await folderOf('a', 'b');
    expect(await retainTraces(folder, 200, [])).toEqual({ deleted: [], bytes: 200, problems: [] });
    expect(await retainTraces(path.join(folder, 'none'), 0, [])).toEqual({ deleted: [], bytes: 0, problems: [] });
  });
});

describe('a trace of another process', () => {
  /** The lock beside a trace, last touched `age` ms ago. */
  async function lock(folder: string, name: string, content: unknown, age = 0): Promise<string> {
    const file = path.join(folder, `${name}.realtime.jsonl.lock`);
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    const then = (Date.now() - age) / 1000;
    await utimes(file, then, then);
    return file;
  }
  const locks = async (folder: string) =>
    (await readdir(folder)).filter((name) => name.endsWith('.lock')).map((name) => name.charAt(0));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const host = os.hostname();
  const DAY = 86_400_000;

  function sleeper(): ChildProcess {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    onTestFinished(() => void child.kill());
    return child;
  }

  it('is left alone while that process lives, and goes with its lock when it has died', async () => {
    const folder = await folderOf('a', 'b', 'c');
    const child = sleeper();
    await lock(folder, 'a', { pid: child.pid, host, trace: 't' }, 10 * DAY);
    await lock(folder, 'b', { pid: dead, host, trace: 't' });
    const { deleted } = await retainTraces(folder, 0, []);
    expect(deleted.map((file) => path.basename(file))).toEqual(['b.realtime.jsonl', 'c.realtime.jsonl']);
    expect([await traces(folder), await locks(folder)]).toEqual([['a'], ['a']]);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await gone;
    await retainTraces(folder, 0, []);
    expect([await traces(folder), await locks(folder)]).toEqual([[], []]);
  });

  it('on another machine is left alone for a day after its last sign, whatever the clocks say', async () => {
    const folder = await folderOf('a', 'b', 'c', 'd');
    const owner = { pid: dead, host: 'elsewhere', trace: 't' };
    await lock(folder, 'a', owner, DAY - 60_000);
    await lock(folder, 'b', owner, DAY + 60_000);
    await lock(folder, 'c', owner, -DAY + 60_000);
    await lock(folder, 'd', owner, -DAY - 60_000);
    await retainTraces(folder, 0, []);
    expect([await traces(folder), await locks(folder)]).toEqual([
      ['a', 'c'],
      ['a', 'c'],
    ]);
  });

  it.each(['', '{"pid":', '{"pid":0,"host":"x"}', '{"pid":-1,"host":"x","trace":"t"}', 'null'])(
    'whose lock says %s is judged by its age',
    async (content) => {
      const folder = await folderOf('a', 'b');
      await lock(folder, 'a', content);
      await lock(folder, 'b', content, 2 * DAY);
      await retainTraces(folder, 0, []);
      expect([await traces(folder), await locks(folder)]).toEqual([['a'], ['a']]);
    },
  );

  it('leaves no lock behind that belongs to nobody, below the limit too', async () => {
    const folder = await folderOf('a');
    await lock(folder, 'a', { pid: dead, host, trace: 't' });
    await lock(folder, 'z', { pid: dead, host, trace: 't' });
    await lock(folder, 'y', { pid: process.pid, host, trace: 't' });
    expect(await retainTraces(folder, 1000, [])).toEqual({ deleted: [], bytes: 100, problems: [] });
    expect([await traces(folder), await locks(folder)]).toEqual([['a'], ['y']]);
  });
});
