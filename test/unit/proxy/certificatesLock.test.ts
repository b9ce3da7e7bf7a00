import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeStale, takeLock } from '../../../src/proxy/folderLock';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lock-'));
  file = path.join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the lock', () => {
  it('is held by one at a time, and every one has its turn', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      const release = await takeLock(file);
      most = Math.max(most, ++inside);
      await readFile(file);
      inside--;
      await release();
    };
    await Promise.all(Array.from({ length: 12 }, work));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over from one that died by a single one of those who wait', async () => {
    for (let round = 0; round < 20; round++) {
      await writeFile(file, 'dead');
      await utimes(file, 1000, 1000);
      let inside = 0;
      let most = 0;
      const work = async () => {
        const release = await takeLock(file);
        most = Math.max(most, ++inside);
        await readFile(file);
        inside--;
        await release();
      };
      await Promise.all(Array.from({ length: 6 }, work));
      expect(most).toBe(1);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a living one stays, when another has judged the one before it stale', async () => {
    const release = await takeLock(file);
    const token = await readFile(file, 'utf8');
    removeStale(file, 'dead');
    expect(await readFile(file, 'utf8')).toBe(token);
    await release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('that has become that of another is not released', async () => {
    const release = await takeLock(file);
    await writeFile(file, 'of another');
    await release();
    expect(await readFile(file, 'utf8')).toBe('of another');
  });

  it('held too long is an error that says by whom, and what to do', async () => {
    await takeLock(file);
    const message = new RegExp(
      `process ${process.pid} on ${hostname()} has held the lock .*lock for 0 s\\. Remove that file`,
    );
    await expect(takeLock(file, { staleMs: 60_000, giveUpMs: 100 })).rejects.toThrow(message);
    await writeFile(file, '');
    await expect(takeLock(file, { staleMs: 60_000, giveUpMs: 0 })).rejects.toThrow(/^another process has held/);
  });
});
