import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recover } from '../../../src/rewrite/recover';
import { generator, linesOf, problemsOf, Recording, scratch } from './traces';

let folder = '';
let remove: () => Promise<void>;
let whole = '';
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  const recording = new Recording(path.join(folder, 'whole.realtime.jsonl'));
  recording.open('s1', 0);
  for (let n = 0; n < 5; n += 1) recording.say('s1', n, '>', { type: 'x', n });
  whole = await readFile(recording.end(), 'utf8');
});
afterAll(() => remove());
const place = (name: string) => path.join(folder, `${name}.realtime.jsonl`);
async function damaged(name: string, text: string) {
  await writeFile(place(name), text);
  return recover(place(name), place(`${name}-out`), { generator });
}

describe('recover', () => {
  it('keeps every line of a whole trace, and makes no second file', async () => {
    const done = await damaged('intact', whole);
    expect(done).toMatchObject({ kept: 6, unread: 0, rest: undefined });
    expect(await linesOf(place('intact-out'))).toEqual(await linesOf(place('whole')));
  });
  it('loses nothing wherever the file is torn', async () => {
    const body = whole.slice(whole.indexOf('\n') + 1);
    for (let cut = 1; cut < body.length; cut += 37) {
      const name = `torn${cut}`;
      const text = whole.slice(0, whole.length - cut);
      const done = await damaged(name, text);
      expect(await problemsOf(place(`${name}-out`))).toEqual([]);
      const rest = done.rest === undefined ? '' : await readFile(done.rest, 'utf8');
      const made = await linesOf(place(`${name}-out`));
      const isGap = (line: string) => line.startsWith('{"kind":"gap"');
      expect(made.filter(isGap)).toHaveLength(rest === '' ? 0 : 1);
      const recovered = made.flatMap((line) => (isGap(line) ? [] : [`${line}\n`])).join('');
      const header = whole.slice(0, whole.indexOf('\n') + 1);
      expect((header + recovered + rest).trimEnd()).toBe(text.trimEnd());
    }
  });
  it('puts what cannot be read in its own file', async () => {
    const lines = whole.trimEnd().split('\n');
    const done = await damaged(
      'middle',
      [...lines.slice(0, 3), '{"kind":"event","se\u0000\u0000', 'junk', ...lines.slice(3)].join('\n') + '\n',
    );
    expect(done).toMatchObject({ kept: 6, unread: 2 });
    expect(await readFile(done.rest ?? '', 'utf8')).toBe('{"kind":"event","se\u0000\u0000\njunk\n');
  });
  it('says where lines are missing, and how many messages where numbers tell', async () => {
    const lines = whole.trimEnd().split('\n');
    // Header, open, events 1 to 5: the second and third are damaged, and the end is torn.
    const text = [...lines.slice(0, 3), '{"kind":"ev', 'junk', ...lines.slice(5), '{"kind":"event","seq":6,'].join(
      '\n',
    );
    const done = await damaged('gaps', text);
    expect(done).toMatchObject({ kept: lines.length - 3, unread: 3 });
    const gaps = (await linesOf(place('gaps-out')))
      .map((line, at) => ({ at, ...(JSON.parse(line) as Record<string, unknown>) }) as Record<string, unknown>)
      .filter(({ kind }) => kind === 'gap');
    const reason = (lines: string) =>
      `${lines} of the damaged trace could not be read: what is left is in gaps-out.realtime.jsonl.unread.`;
    expect(gaps).toEqual([
      { at: 2, kind: 'gap', t: 0, from: 2, to: 3, count: 2, reason: reason('2 lines') },
      { at: 5, kind: 'gap', t: 4, from: 0, to: 0, count: 0, reason: reason('A line') },
    ]);
  });
  it('makes a header where there is none, and says what its time is worth', async () => {
    const done = await damaged('headless', whole.slice(whole.indexOf('\n') + 1));
    expect(done.notes[0]).toContain('no header');
    expect(await problemsOf(place('headless-out'))).toEqual([]);
  });
  it('refuses what is no trace, and leaves nothing', async () => {
    await expect(damaged('other', 'hello\nworld\n')).rejects.toThrow('Nothing in');
    expect(existsSync(place('other-out'))).toBe(false);
  });
});
