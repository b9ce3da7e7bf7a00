import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trim } from '../../../src/rewrite/cut';
import { merge } from '../../../src/rewrite/merge';
import { generator, linesOf, problemsOf, Recording, scratch, valuesOf } from './traces';

let folder = '';
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await scratch()));
afterAll(() => remove());
const out = (name: string) => path.join(folder, `${name}.realtime.jsonl`);

describe('merge', () => {
  it('puts lines in the order of the wall, numbers them anew, and leaves bodies as they were', async () => {
    const a = new Recording(out('a'), '2026-11-20T21:00:10.000Z');
    a.open('s1', 0);
    const held = a.say('s1', 100, '>', '{"type":"x",  "n":1.0}', { sent: NaN, fate: 'held' });
    a.say('s1', 900, '>', '{"type":"x",  "n":2.0}', { injected: true, replaces: held });
    a.end();
    const b = new Recording(out('b'), '2026-11-20T21:00:10.500Z');
    b.open('s1', 0);
    b.say('s1', 100.25, '<', 'two\nlines');
    b.say('s1', 200, '<', Buffer.from([1, 2]));
    b.record({
      kind: 'gap',
      t: 250,
      from: 3,
      to: 6,
      count: 4,
      reason: 'The trace could not be written: the disk is full.',
    });
    b.record({
      kind: 'http',
      t: 300,
      start: 260,
      method: 'POST',
      url: '/v1/realtime/calls',
      status: 201,
      requestHeaders: {},
      responseHeaders: {},
    });
    b.close('s1', 600);
    b.end();
    const { notes } = await merge([out('b'), out('a')], out('both'), { generator });
    const lines = await valuesOf(out('both'));
    expect(lines.map(({ kind, seq, session, t }) => [kind, seq, session, t] as unknown)).toEqual([
      ['open', undefined, 's1', 0],
      ['event', 1, 's1', 100],
      ['open', undefined, 's2', 500],
      ['event', 2, 's2', 600.25],
      ['event', 3, 's2', 700],
      ['gap', undefined, undefined, 750],
      ['http', undefined, undefined, 800],
      ['event', 8, 's1', 900],
      ['close', undefined, 's2', 1100],
    ]);
    expect(lines[7]).toMatchObject({ replaces: 1, origin: 'inspector', sent: 900 });
    expect(lines[5]).toMatchObject({ from: 4, to: 7, count: 4 });
    expect(lines[6]).toMatchObject({ start: 760 });
    expect((await linesOf(out('both')))[1]).toContain('"event":{"type":"x",  "n":1.0}}');
    expect(lines[3]).toMatchObject({ text: 'two\nlines' });
    expect(lines[4]).toMatchObject({ base64: 'AQI=', opcode: 2 });
    expect(notes).toContain(`Session s1 of ${out('b')} is s2 now.`);
    expect(await problemsOf(out('both'))).toEqual([]);
  });
  it('makes of the parts of a trace the trace again', async () => {
    const whole = new Recording(out('whole'));
    whole.open('s1', 0);
    for (let n = 0; n < 50; n += 1)
      whole.say('s1', n * 10 + 1, n % 2 ? '<' : '>', { type: 'x', n, text: 'é'.repeat(n) });
    whole.end();
    await trim(out('whole'), out('first'), { to: 250 }, { generator });
    // Nothing of the first part is in the second but the handshake.
    await trim(out('whole'), out('second'), { from: 251 }, { generator });
    await merge([out('first'), out('second')], out('again'), { generator });
    const bodies = (await valuesOf(out('again')))
      .filter(({ kind }) => kind === 'event')
      .map(({ event }) => event as unknown);
    expect(bodies).toEqual(
      (await valuesOf(out('whole'))).filter(({ kind }) => kind === 'event').map(({ event }) => event as unknown),
    );
  });
  it('refuses what does not say when it began', async () => {
    await writeFile(out('bare'), '{"kind":"note","t":1,"text":"x"}\n');
    await expect(merge([out('whole'), out('bare')], out('no'), { generator })).rejects.toThrow(
      'does not say when it began',
    );
  });
});
