import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { split, trim } from '../../../src/rewrite/cut';
import { generator, linesOf, problemsOf, Recording, scratch, valuesOf } from './traces';

let folder = '';
let remove: () => Promise<void>;
let trace = '';
/** Texts a careless copy would change. */
const odd = '{"type":"x.odd",  "n":1.0e2,"s":"\\u00e9\\/","type":"x.odd"}';

beforeAll(async () => {
  ({ folder, remove } = await scratch());
  const recording = new Recording(path.join(folder, 'two.realtime.jsonl'));
  recording.open('s1', 0);
  recording.say('s1', 1, '<', { type: 'session.created', session: { model: 'm' } });
  recording.say('s1', 2, '>', { type: 'session.update', session: { voice: 'a' } });
  recording.say('s1', 3, '<', { type: 'session.updated', session: { model: 'm', voice: 'a' } });
  recording.open('s2', 1000);
  recording.say('s2', 1001, '<', { type: 'session.created', session: { model: 'other' } });
  recording.record({ kind: 'note', t: 1500, text: 'halfway' });
  recording.say('s1', 2000, '>', odd);
  recording.say('s1', 2001, '>', 'no JSON\nat all');
  recording.say('s2', 2500, '<', Buffer.from([0, 1, 2, 250]));
  recording.say('s1', 3000, '<', { type: 'response.done', response: { id: 'r' } });
  recording.close('s1', 3500);
  recording.say('s2', 4000, '<', { type: 'response.done', response: { id: 'q' } });
  recording.close('s2', 4500);
  trace = recording.end();
});
afterAll(() => remove());

const out = (name: string) => path.join(folder, `${name}.realtime.jsonl`);

describe('trim', () => {
  it('keeps a range byte for byte, behind handshake and configuration of the sessions open then', async () => {
    const { made, notes } = await trim(trace, out('range'), { from: 2000, to: 3000 }, { generator });
    const all = await linesOf(trace);
    const at = (text: string) => all.findIndex((line) => line.includes(text));
    const before = [
      0,
      at('session.created'),
      at('session.updated'),
      at('"session":"s2","t":1000'),
      at('"session":"s2","t":1001'),
    ];
    const inRange = all.slice(at('x.odd'), at('"close"'));
    expect(await linesOf(out('range'))).toEqual([...before.map((line) => all[line]), ...inRange]);
    expect(inRange).toHaveLength(4);
    expect(made).toEqual([{ file: out('range'), lines: 9 }]);
    expect(notes[0]).toContain('5 lines from before');
    const header = JSON.parse((await readFile(out('range'), 'utf8')).split('\n')[0] ?? '');
    expect(header).toMatchObject({
      madeBy: 'trim',
      madeFrom: ['two.realtime.jsonl'],
      startedAt: '2026-11-20T21:00:00.000Z',
    });
    expect(await problemsOf(out('range'))).toEqual([]);
  });
  it('keeps the sessions asked for, and what belongs to none', async () => {
    await trim(trace, out('s2'), { sessions: ['s2'] }, { generator });
    const kept = await valuesOf(out('s2'));
    expect(kept.map(({ session }) => session as unknown)).toEqual(['s2', 's2', undefined, 's2', 's2', 's2']);
  });
  it('takes no configuration of a session that had ended', async () => {
    await trim(trace, out('late'), { from: 3600 }, { generator });
    expect((await valuesOf(out('late'))).some(({ session }) => session === 's1')).toBe(false);
  });
  it.each([
    [{ from: 9000 }, 'from 0.000 to 4.500 s'],
    [{ from: 3000, to: 2000 }, 'ends before it begins'],
    [{ sessions: ['s9'] }, 'no session s9'],
  ])('says why %o has nothing, and leaves no file', async (range, words) => {
    // A note belongs to no session: a range without one shows it.
    const wanted = 'sessions' in range ? { ...range, from: 2000 } : range;
    await expect(trim(trace, out('none'), wanted, { generator })).rejects.toThrow(words);
    expect(readdirSync(folder).filter((name) => name.startsWith('none'))).toEqual([]);
  });
  it('writes over no file, and leaves nothing when it is stopped', async () => {
    await writeFile(out('there'), 'mine');
    await expect(trim(trace, out('there'), {}, { generator })).rejects.toThrow('exists already');
    expect(await readFile(out('there'), 'utf8')).toBe('mine');
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(trim(trace, out('stopped'), {}, { generator, signal })).rejects.toThrow('stopped');
    expect(existsSync(out('stopped'))).toBe(false);
  });
});

describe('split', () => {
  it('gives each session a trace, with all of its lines and those of nobody', async () => {
    const { made } = await split(trace, (part) => out(`by-${part}`), { kind: 'session' }, { generator });
    expect(made.map(({ file }) => path.basename(file))).toEqual(['by-s1.realtime.jsonl', 'by-s2.realtime.jsonl']);
    const parts = await Promise.all(['s1', 's2'].map((name) => linesOf(out(`by-${name}`))));
    const all = await linesOf(trace);
    expect(new Set(parts.flat())).toEqual(new Set(all));
    expect(parts.flat()).toHaveLength(all.length + 1);
    for (const { file } of made) expect(await problemsOf(file)).toEqual([]);
  });
  it('begins a new part after so long, and no line is lost or twice but what a part needs', async () => {
    const { made } = await split(trace, (part) => out(`time-${part}`), { kind: 'time', ms: 1000 }, { generator });
    expect(made.map(({ file }) => path.basename(file, '.realtime.jsonl'))).toEqual([
      'time-1',
      'time-2',
      'time-3',
      'time-4',
      'time-5',
    ]);
    const parts = await Promise.all(made.map(({ file }) => valuesOf(file)));
    expect(parts.map((part) => part[0]?.kind as unknown)).toEqual(['open', 'open', 'open', 'open', 'open']);
    const times = parts.map((part, at) => part.map(({ t }) => t as number).filter((t) => t >= at * 1000));
    expect(times.flat()).toEqual((await valuesOf(trace)).map(({ t }) => t as number));
  });
  it('begins a new part when the last is full', async () => {
    const { made } = await split(trace, (part) => out(`size-${part}`), { kind: 'size', bytes: 600 }, { generator });
    expect(made.length).toBeGreaterThan(2);
    const seqs = (await Promise.all(made.map(({ file }) => valuesOf(file)))).flat().map(({ seq }) => seq as number);
    expect(new Set(seqs.filter((seq) => seq > 0)).size).toBe(9);
  });
});
