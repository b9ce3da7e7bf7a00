/** The user's notes in traces made of traces: where their moment is, as they were last. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteRecord, type UserNote } from '../../../src/trace/notes';
import { HeldNotes } from '../../../src/rewrite/heldNotes';
import { split, trim } from '../../../src/rewrite/cut';
import { merge } from '../../../src/rewrite/merge';
import { share } from '../../../src/rewrite/share';
import { formatShare } from '../../../src/rewrite/shareText';
import { generator, Recording, scratch } from './traces';

type Line = Record<string, unknown>;

describe('notes', () => {
  let room: Awaited<ReturnType<typeof scratch>>;
  beforeAll(async () => void (room = await scratch()));
  afterAll(() => room.remove());
  let made = 0;
  const place = () => path.join(room.folder, `${(made += 1)}.realtime.jsonl`);
  const linesOf = async (file: string) =>
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  const notesOf = async (file: string) => (await linesOf(file)).filter(({ kind }) => kind === 'note');

  /** Messages at 1, 2 and 3 s of two sessions; notes of all of them at its end, one changed, one taken away. */
  function recorded(startedAt?: string): string {
    const talk = new Recording(place(), startedAt).open('s1', 1).open('s2', 2);
    talk.say('s1', 1000, '>', { type: 'one' });
    talk.say('s2', 2000, '>', { type: 'two' });
    talk.say('s1', 3000, '>', { type: 'three' });
    const note = (id: string, at: number, text: string, more: Partial<UserNote> = {}) =>
      talk.record(noteRecord({ id, text, at, session: 's1', seq: 0, removed: false, ...more }, 3000));
    note('a', 1000, 'first words', { seq: 1 });
    note('b', 2000, 'about two', { session: 's2', seq: 2 });
    note('c', 2500, 'a regret');
    note('d', 3000, 'of all', { session: '' });
    note('a', 1000, 'second words', { seq: 1 });
    note('c', 2500, '', { removed: true });
    return talk.end();
  }

  it('are trimmed by their moments and sessions, and nothing that was changed or taken away goes along', async () => {
    const out = place();
    await trim(recorded(), out, { from: 500, to: 2600 }, { generator });
    expect(await notesOf(out)).toMatchObject([
      { id: 'a', text: 'second words', at: 1000, t: 2000, seq: 1 },
      { id: 'b', text: 'about two', at: 2000, t: 2000 },
    ]);
    expect(await readFile(out, 'utf8')).not.toMatch(/first words|regret/);
    const only = place();
    await trim(recorded(), only, { sessions: ['s2'] }, { generator });
    expect((await notesOf(only)).map(({ id }) => id)).toEqual(['b', 'd']);
  });

  it('go into the part of their moment, or of their session', async () => {
    const byTime = path.join(room.folder, 'time');
    const { made: parts } = await split(recorded(), (n) => `${byTime}-${n}`, { kind: 'time', ms: 1500 }, { generator });
    const ids = await Promise.all(parts.map(async ({ file }) => (await notesOf(file)).map(({ id }) => id)));
    expect(ids).toEqual([['a'], ['b'], ['d']]);
    const bySession = path.join(room.folder, 'session');
    await split(recorded(), (name) => `${bySession}-${name}`, { kind: 'session' }, { generator });
    expect((await notesOf(`${bySession}-s1`)).map(({ id }) => id)).toEqual(['a', 'd']);
    expect((await notesOf(`${bySession}-s2`)).map(({ id }) => id)).toEqual(['b', 'd']);
  });

  it('keep their moment and their message in a merged trace', async () => {
    const [early, late] = [recorded('2026-11-20T21:00:00.000Z'), recorded('2026-11-20T21:00:10.000Z')];
    const otherTalk = new Recording(place(), '2026-11-20T21:00:20.000Z').open('s1', 1);
    otherTalk.say('s1', 5, '>', { type: 'last' });
    const other = otherTalk.end();
    const out = place();
    await merge([early, other], out, { generator });
    const lines = await linesOf(out);
    const first = lines.find(({ type }) => type === 'one');
    expect((await notesOf(out))[0]).toMatchObject({
      id: 'a',
      at: 1000,
      seq: first?.['seq'],
      session: first?.['session'],
    });
    const times = lines.slice(1).map(({ t }) => t as number);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const shifted = place();
    await merge([early, late], shifted, { generator });
    // The same note in two traces is one, as the later of its lines says.
    expect((await notesOf(shifted))[0]).toMatchObject({ id: 'a', at: 11_000, text: 'second words' });
    expect(await notesOf(shifted)).toHaveLength(3);
  });

  it('are all there, however many they are, and wait in a file that goes', async () => {
    const count = 12_000;
    const talk = new Recording(place()).open('s1', 1);
    for (let at = 1; at <= 3; at += 1) talk.say('s1', at * 1000, '>', { type: 'one' });
    // 600 characters each: more than waits in memory. Their moments are not in the order of their lines.
    for (let n = 0; n < count; n += 1) {
      const note = { id: `n${n}`, text: `${n} ${'word '.repeat(120)}`, at: 3000 - (n % 3000), session: 's1', seq: 1 };
      talk.record(noteRecord({ ...note, removed: false }, 3000));
    }
    for (const [id, text] of [
      ['n5', 'changed'],
      ['n6', ''],
    ] as const)
      talk.record(noteRecord({ id, text, at: 2995, session: 's1', seq: 1, removed: text === '' }, 3000));
    const trace = talk.end();
    const before = await readdir(room.folder);

    const ways: Record<string, (out: string) => Promise<{ made: { file: string }[] }>> = {
      trim: (out) => trim(trace, out, {}, { generator }),
      'split by time': (out) => split(trace, (n) => `${out}-${n}`, { kind: 'time', ms: 1500 }, { generator }),
      'split by session': (out) => split(trace, (n) => `${out}-${n}`, { kind: 'session' }, { generator }),
      merge: (out) => merge([trace], out, { generator }),
      share: (out) => share(trace, out, { generator, masks: [] }),
    };
    for (const [way, run] of Object.entries(ways)) {
      const { made } = await run(place());
      const notes = (await Promise.all(made.map(({ file }) => notesOf(file)))).flat();
      expect([way, notes.length]).toEqual([way, count - 1]);
      expect(new Set(notes.map(({ id }) => id)).size).toBe(count - 1);
      expect(notes.find(({ id }) => id === 'n5')).toMatchObject({ text: 'changed', at: 2995 });
      expect(notes.find(({ id }) => id === 'n11999')?.['text']).toMatch(/^11999 word/);
      const moments = notes.map(({ at }) => at as number);
      expect(moments).toEqual([...moments].sort((a, b) => a - b));
    }
    const preview = await share(trace, undefined, { generator, masks: [] });
    expect(preview.report.found.notes.values).toBe(count - 1);

    const stop = new AbortController();
    const stopped = merge([trace], place(), {
      generator,
      signal: stop.signal,
      progress: (done) => done > 0.9 && stop.abort(new Error('Stopped.')),
    });
    await expect(stopped).rejects.toThrow('Stopped.');
    const left = (await readdir(room.folder)).filter((name) => !before.includes(name));
    expect(left.filter((name) => /\.(?:notes|part)-/.test(name))).toEqual([]);
  });

  it('more than can be kept in mind are refused, and not left out', () => {
    const held = new HeldNotes(place(), 2);
    const note = (id: string, removed = false) => ({
      ...noteRecord({ id, text: id, at: 1, session: '', seq: 0, removed }, 5),
      id,
    });
    for (const id of ['a', 'b', 'a']) held.hold(note(id));
    expect(() => held.hold(note('c'))).toThrow('more than 2 notes');
    held.hold(note('b', true));
    held.hold(note('c'));
    expect([...held.release(9)].map((one) => [one.note.id, one.note.t])).toEqual([
      ['a', 9],
      ['c', 9],
    ]);
  });

  it('are listed before they are shared, and masked when that is chosen', async () => {
    const trace = recorded();
    const seen = await share(trace, undefined, { generator, masks: [] });
    expect(seen.report.found.notes).toEqual({
      values: 3,
      size: 'second words'.length + 'about two'.length + 'of all'.length,
    });
    expect(formatShare(seen.report)).toMatch(/notes: second words \| about two \| of all/);
    expect(formatShare(seen.report)).not.toMatch(/regret/);
    const out = place();
    await share(trace, out, { generator, masks: ['notes'] });
    expect((await notesOf(out)).map(({ text }) => text)).toEqual(['xxxxxx xxxxx', 'xxxxx xxx', 'xx xxx']);
    expect((await readFile(out, 'utf8')).match(/"one"/)).not.toBeNull();
  });
});
