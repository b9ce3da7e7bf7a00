import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
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
  (await readdir(folder)).filter((name) => /^\w\.realtime/.test(name)).map((name) => name.charAt(0));

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
