import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync, existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatAge, prepareFolder, recordingFolder, statTraces, tracesIn } from '../../../src/extension/traceFolder';

let root: string;
beforeEach(() => (root = mkdtempSync(path.join(tmpdir(), 'rti-folder-'))));
afterEach(() => rmSync(root, { recursive: true }));

describe('the recording folder', () => {
  it('is .realtime in the workspace, with a .gitignore that ignores everything and is not written twice', async () => {
    const context = { setting: '', workspace: root, storage: path.join(root, 'storage') };
    const folder = await prepareFolder(context);
    expect(folder).toBe(path.join(root, '.realtime'));
    const ignore = path.join(folder, '.gitignore');
    expect(readFileSync(ignore, 'utf8')).toBe('*\n');
    writeFileSync(ignore, '# mine\n');
    await prepareFolder(context);
    expect(readFileSync(ignore, 'utf8')).toBe('# mine\n');
  });

  it('is the storage when no folder is open', () => {
    expect(recordingFolder({ setting: '', workspace: undefined, storage: root })).toBe(path.join(root, 'traces'));
  });

  it('named by the user is relative to the workspace, or absolute, or at home, and gets no .gitignore', async () => {
    const at = (setting: string) => recordingFolder({ setting, workspace: root, storage: '/s' });
    expect(at('runs/today')).toBe(path.join(root, 'runs', 'today'));
    expect(at(path.join(root, 'elsewhere'))).toBe(path.join(root, 'elsewhere'));
    expect(at('~/traces')).toBe(path.join(homedir(), 'traces'));
    expect(at('~other')).toBe(path.join(root, '~other'));
    expect(at('${workspaceFolder}/t')).toBe(path.join(root, 't'));
    const made = await prepareFolder({ setting: 'runs', workspace: root, storage: '/s' });
    expect(existsSync(made)).toBe(true);
    expect(existsSync(path.join(made, '.gitignore'))).toBe(false);
  });

  it('lists its traces, the newest first, once each, and nothing else', async () => {
    const file = (name: string, age: number) => {
      const full = path.join(root, name);
      writeFileSync(full, 'x'.repeat(age));
      utimesSync(full, 1000 - age, 1000 - age);
      return full;
    };
    const old = file('old.realtime.jsonl', 9);
    const fresh = file('new.realtime.jsonl', 3);
    file('notes.jsonl', 1);
    mkdirSync(path.join(root, 'folder.realtime.jsonl'));
    const listed = await statTraces([
      ...(await tracesIn(root)),
      old,
      path.join(root, 'gone.realtime.jsonl'),
      path.join(root, 'notes.jsonl'),
    ]);
    expect(listed.map(({ file, size }) => [file, size])).toEqual([
      [fresh, 3],
      [old, 9],
    ]);
    expect(await tracesIn(path.join(root, 'nowhere'))).toEqual([]);
  });
});

describe('numbers for people', () => {
  it.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
  ])('%d ms are %s', (ms, text) => expect(formatAge(ms)).toBe(text));
});
