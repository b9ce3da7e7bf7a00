/** What must not be lost on the way from one trace to another: long lines, names, where a trace comes from. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { split, trim } from '../../../src/rewrite/cut';
import { merge } from '../../../src/rewrite/merge';
import { recover } from '../../../src/rewrite/recover';
import { share } from '../../../src/rewrite/share';
import { giveName } from '../../../src/trace/giveName';
import { generator, linesOf, Recording, scratch, valuesOf } from './traces';

let folder = '';
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await scratch()));
afterAll(() => remove());
const out = (name: string) => path.join(folder, `${name}.realtime.jsonl`);
const headerOf = async (file: string) =>
  JSON.parse((await readFile(file, 'utf8')).split('\n')[0] ?? '') as Record<string, unknown>;
const header = {
  kind: 'trace',
  version: 1,
  id: 'was',
  startedAt: '2026-11-20T21:00:00.000Z',
  generator: 'test/1',
  continues: 'before',
  times: 'ids',
  replayOf: { trace: 'first', session: 's1' },
};
const note = (t: number, text: string) => JSON.stringify({ kind: 'note', t, text });

describe('a line longer than any that is shown', () => {
  it('is copied whole by every command', async () => {
    const recording = new Recording(out('long'));
    recording.open('s1', 0);
    const text = JSON.stringify({ type: 'x', text: 'a'.repeat(66 << 20) });
    recording.say('s1', 1, '>', text);
    recording.say('s1', 2, '>', { type: 'y' });
    recording.end();
    const whole = await readFile(out('long'));
    const body = whole.subarray(whole.indexOf(10) + 1);
    await trim(out('long'), out('long-trim'), {}, { generator });
    await recover(out('long'), out('long-recover'), { generator });
    await merge([out('long')], out('long-merge'), { generator });
    for (const name of ['long-trim', 'long-recover', 'long-merge']) {
      const copy = await readFile(out(name));
      const lines = copy.subarray(copy.indexOf(10) + 1);
      // Not compared as texts: what they differ in would be printed.
      if (!lines.equals(body)) {
        const at = lines.findIndex((byte, place) => byte !== body[place]);
        expect.fail(`${name} differs from byte ${at}: ${lines.toString('latin1', at - 40, at + 40)}`);
      }
    }
    expect(readdirSync(folder).filter((name) => /unread|part/.test(name))).toEqual([]);
  });
});

describe('sessions whose names would give one file', () => {
  it('get a file each', async () => {
    const recording = new Recording(out('names'));
    for (const session of ['a/b', 'a_b', 'A_b']) {
      recording.open(session, 0);
      recording.say(session, 1, '>', { type: 'x', session });
    }
    const folderOfParts = path.join(folder, 'parts');
    await mkdir(folderOfParts);
    const nameOf = (part: string) =>
      path.join(folderOfParts, `p.${part.replace(/[^A-Za-z0-9_-]/g, '_')}.realtime.jsonl`);
    const { made } = await split(recording.end(), nameOf, { kind: 'session' }, { generator });
    expect(made.map(({ file }) => path.basename(file))).toEqual([
      'p.a_b.realtime.jsonl',
      'p.a_b-2.realtime.jsonl',
      'p.A_b-3.realtime.jsonl',
    ]);
    for (const { file } of made) expect(await linesOf(file)).toHaveLength(2);
  });
});

describe('a command that fails half way', () => {
  it('leaves none of the files it had finished', async () => {
    const recording = new Recording(out('half'));
    for (const session of ['s1', 's2']) recording.open(session, 0).say(session, 1, '>', { type: 'x' });
    const parts = path.join(folder, 'half');
    await mkdir(parts);
    await writeFile(path.join(parts, 'theirs'), 'theirs');
    const nameOf = (part: string) => path.join(parts, part);
    const work = split(
      recording.end(),
      nameOf,
      { kind: 'session' },
      {
        generator,
        // A name that comes to be taken while its file is written.
        progress: () => {
          writeFileSync(path.join(parts, 's2'), 'another program');
        },
      },
    );
    await expect(work).rejects.toThrow('s2 exists already');
    expect(readdirSync(parts).sort()).toEqual(['s2', 'theirs']);
    expect(await readFile(path.join(parts, 's2'), 'utf8')).toBe('another program');
  });
  it('leaves nothing of what could not be read either', async () => {
    await writeFile(out('junk'), 'hello\nworld\n');
    await expect(recover(out('junk'), out('junk-out'), { generator })).rejects.toThrow('Nothing in');
    expect(existsSync(`${out('junk-out')}.unread`)).toBe(false);
  });
});

describe('a name that was taken meanwhile', () => {
  it('stays whose it is', async () => {
    const [part, file] = [path.join(folder, 'a.part'), path.join(folder, 'a')];
    await writeFile(part, 'new');
    await writeFile(file, 'old');
    await expect(giveName(part, file)).rejects.toThrow('exists already');
    expect(await readFile(file, 'utf8')).toBe('old');
  });
});

describe('where a trace comes from', () => {
  it('is still said by what is made of it', async () => {
    await writeFile(out('from'), [JSON.stringify(header), note(1, 'a'), ''].join('\n'));
    await recover(out('from'), out('from-recover'), { generator });
    await share(out('from'), out('from-share'), { generator, masks: [] });
    await trim(out('from'), out('from-trim'), {}, { generator });
    const { times, replayOf, continues } = header;
    for (const name of ['from-recover', 'from-share'])
      expect(await headerOf(out(name)), name).toMatchObject({ madeFrom: ['was'], times, replayOf, continues });
    expect(await headerOf(out('from-trim'))).toMatchObject({ madeFrom: ['was'], times, replayOf });
  });
  it('puts a recovered part of a recording where the part was', async () => {
    const first = new Recording(out('part1'), undefined, 'part1');
    first.open('s1', 0);
    first.say('s1', 1, '>', { type: 'x', n: 1 });
    first.end();
    const open = (await linesOf(out('part1')))[0] ?? '';
    const second = { ...header, id: 'part2', continues: 'part1', times: undefined, replayOf: undefined };
    const line =
      '{"kind":"event","seq":2,"session":"s1","t":2,"sent":2,"from":"client","type":"x","bytes":12,"event":{"type":"x"}}';
    await writeFile(out('part2'), [JSON.stringify(second), open, line, ''].join('\n'));
    await recover(out('part1'), out('part1-again'), { generator });
    await merge([out('part1-again'), out('part2')], out('parts'), { generator });
    const lines = await valuesOf(out('parts'));
    expect(lines.map(({ kind }) => kind as string)).toEqual(['open', 'event', 'event']);
    expect(new Set(lines.map(({ session }) => session as string))).toEqual(new Set(['s1']));
  });
});

describe('a file that may be written over', () => {
  it('goes when the new one is whole, and stays when none could be made', async () => {
    const recording = new Recording(out('over-source'));
    recording.open('s1', 0);
    recording.say('s1', 1, '>', { type: 'x' });
    recording.end();
    await writeFile(out('over'), 'before\n');
    await expect(trim(out('over-source'), out('over'), {}, { generator })).rejects.toThrow('exists already');
    const range = { from: 5000 };
    await expect(trim(out('over-source'), out('over'), range, { generator, over: true })).rejects.toThrow('Nothing');
    await expect(recover(out('over'), out('over'), { generator, over: true })).rejects.toThrow('Nothing');
    const stopped = { generator, over: true, masks: [], signal: AbortSignal.abort(new Error('Stopped.')) };
    await expect(share(out('over-source'), out('over'), stopped)).rejects.toThrow('Stopped.');
    expect(await readFile(out('over'), 'utf8')).toBe('before\n');
    await trim(out('over-source'), out('over'), {}, { generator, over: true });
    expect(await headerOf(out('over'))).toMatchObject({ madeBy: 'trim' });
    expect(readdirSync(folder).filter((name) => name.includes('part-'))).toEqual([]);
  });
});
