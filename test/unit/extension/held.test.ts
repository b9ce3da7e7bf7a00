/** Breakpoints and held messages as the window has them, over a real engine with real sockets. */
import { afterEach, describe, expect, it } from 'vitest';
import { Breakpoints, timeoutOf } from '../../../src/extension/breakpoints';
import { breakpointLine, directionOf, filterLike } from '../../../src/extension/breakpointText';
import { restoreSecrets } from '../../../src/extension/heldSecrets';
import { HeldQueue } from '../../../src/extension/heldQueue';
import { redactEvent } from '../../../src/trace/redact';
import { cleanUp } from '../fidelity/bed';
import { wsHand } from '../fidelity/hand';

afterEach(cleanUp);

/** A list kept as the workspace keeps it, and what was logged. */
function memory(kept: unknown = undefined) {
  const log: string[] = [];
  const deps = {
    read: () => memory.kept,
    write: (list: unknown) => void (memory.kept = structuredClone(list)),
    log: (_level: string, message: string) => void log.push(message),
  };
  const memory = { kept, log, deps };
  return memory;
}

async function window() {
  const hand = await wsHand();
  const kept = memory();
  const breakpoints = new Breakpoints(kept.deps);
  const held = new HeldQueue(breakpoints);
  held.begin(hand.engine);
  await breakpoints.begin(hand.engine);
  return { hand, kept, breakpoints, held };
}

describe('breakpoints', () => {
  it('hold in the running proxy as soon as they are set, and count', async () => {
    const { hand, breakpoints, held } = await window();
    const { client, got } = await hand.session('a');
    const id = breakpoints.add('type:response.create from:client');
    await breakpoints.settled();
    client.send('{"type":"response.create"}');
    await expect.poll(() => held.count).toBe(1);
    expect(breakpoints.get(id)?.hits).toBe(1);
    expect(held.first).toMatchObject({ type: 'response.create', from: 'client', filter: breakpoints.get(id)?.filter });
    await held.releaseAll();
    await expect.poll(() => got.server).toEqual(['{"type":"response.create"}']);
    expect(held.state?.settled.map(({ outcome }) => outcome)).toEqual(['released']);
  });

  it('that hold once are switched off by their hit, also in what is kept, and hold again when switched on', async () => {
    const { hand, kept, breakpoints, held } = await window();
    const { client, got } = await hand.session('a');
    const id = breakpoints.add('', { once: true });
    await breakpoints.settled();
    client.send('one');
    await expect.poll(() => breakpoints.get(id)?.enabled).toBe(false);
    expect(kept.kept).toEqual([{ id, filter: '', enabled: false, once: true }]);
    client.send('two');
    await held.releaseAll();
    await expect.poll(() => got.server).toEqual(['one', 'two']);
    breakpoints.change(id, { enabled: true });
    await breakpoints.settled();
    client.send('three');
    await expect.poll(() => held.count).toBe(1);
    await held.releaseAll();
  });

  it('whose expression takes too long are switched off, also in what is kept', async () => {
    const { hand, kept, breakpoints } = await window();
    const { client, got } = await hand.session('a');
    const id = breakpoints.add('/(a+)+b/');
    await breakpoints.settled();
    client.send(`${'a'.repeat(60)}!`);
    await expect.poll(() => breakpoints.get(id)?.enabled).toBe(false);
    await expect.poll(() => got.server.length).toBe(1);
    expect(kept.kept).toEqual([{ id, filter: '/(a+)+b/', enabled: false }]);
    const { description, tooltip } = breakpointLine(breakpoints.all[0]!);
    expect(description).toMatch(/^out of force: The expression .* took longer than 50 ms/);
    expect(tooltip).toMatch(/\nSwitch it on to try again\.$/);
    breakpoints.enableAll(true);
    expect(breakpoints.get(id)).toMatchObject({ enabled: true, problem: '' });
  });

  it('that the proxy did not take are said not to be in force, and nobody is told that they are', async () => {
    const { hand, kept, breakpoints } = await window();
    expect([breakpoints.running, breakpoints.failed]).toEqual([true, '']);
    // Its threads are gone, and nobody has said so yet.
    await hand.engine.stop();
    breakpoints.add('type:error');
    await expect(breakpoints.settled()).rejects.toThrow(
      /^The proxy has not taken the breakpoints as they are now: .+ Change one to try again, or start the proxy anew\.$/,
    );
    expect(breakpoints.failed).not.toBe('');
    expect(kept.log).toHaveLength(1);
    breakpoints.end();
    await breakpoints.settled();
    const next = await wsHand();
    await breakpoints.begin(next.engine);
    await breakpoints.settled();
    expect([breakpoints.running, breakpoints.failed]).toEqual([true, '']);
  });

  it('come back in the next window, and what is no list is none', () => {
    const kept = memory();
    const first = new Breakpoints(kept.deps);
    first.add('type:error', { timeoutMs: 2000 });
    first.enableAll(false);
    const next = new Breakpoints(kept.deps);
    expect(next.all).toEqual([
      { id: 'b1', filter: 'type:error', enabled: false, timeoutMs: 2000, hits: 0, problem: '' },
    ]);
    expect(next.add('type:x')).toBe('b2');
    for (const nonsense of [null, 'x', [1, { id: 1 }, null], { length: 3 }])
      expect(new Breakpoints(memory(nonsense).deps).all).toEqual([]);
  });

  it('take no filter that cannot be asked of a passing message', () => {
    const breakpoints = new Breakpoints(memory().deps);
    expect(() => breakpoints.add('turn:3')).toThrow('turn: is known only after the analysis');
    expect(() => breakpoints.add('type:')).toThrow('A value is missing behind type:');
    const id = breakpoints.add('error');
    expect(() => breakpoints.change(id, { filter: 'is:rule' })).toThrow('rule is known only of a recorded message');
    expect(breakpoints.all.map(({ filter }) => filter)).toEqual(['error']);
  });

  it('are told in words', () => {
    expect(directionOf('type:session.update from:client')).toBe('→ server');
    expect(directionOf('-from:client')).toBe('← client');
    expect(directionOf('')).toBe('↔');
    expect(filterLike('session.update', 'client', false)).toBe('type:session.update from:client');
    expect(filterLike('a b', 'server', false)).toBe('type:"a b" from:server');
    expect(filterLike('', 'server', false)).toBeUndefined();
    const state = {
      id: 'b1',
      filter: 'error from:server',
      enabled: true,
      hits: 2,
      once: true,
      timeoutMs: 1500,
      problem: '',
    };
    expect(breakpointLine(state)).toMatchObject({
      label: 'error from:server',
      description: '2 hits · ← client · only once · lets go after 1.5 s',
    });
    expect(timeoutOf('2.5 s')).toBe(2500);
    expect(timeoutOf('')).toBeUndefined();
    for (const wrong of ['0', '-1', 'x', '1e9']) expect(() => timeoutOf(wrong)).toThrow('Give seconds');
  });
});

describe('a held message', () => {
  it('is edited, dropped or answered, and said to be lost when its connection ends', async () => {
    const { hand, breakpoints, held } = await window();
    const { client, got } = await hand.session('a');
    breakpoints.add('from:client');
    await breakpoints.settled();
    for (const n of [1, 2, 3, 4]) client.send(`{"type":"response.create","n":${n}}`);
    await expect.poll(() => held.count).toBe(4);
    const ids = held.state?.held.map(({ id }) => id) ?? [];
    const at = (n: number) => ids[n] ?? '';
    expect(held.body(at(0))).toEqual({ text: '{"type":"response.create","n":1}', cutFrom: 0, readOnly: '' });
    await held.decide(at(0), { kind: 'release', text: '{"type":"response.create","n":"edited"}' });
    await held.decide(at(1), { kind: 'drop' });
    await held.decide(at(2), { kind: 'answer', text: '{"type":"error"}' });
    await expect
      .poll(() => [...got.server, ...got.client])
      .toEqual(['{"type":"response.create","n":"edited"}', '{"type":"error"}']);
    const lost: string[] = [];
    held.onDidLose.on(({ type }) => lost.push(type));
    client.terminate();
    await expect.poll(() => held.count).toBe(0);
    expect(lost).toEqual(['response.create']);
    expect(held.state?.settled.map(({ outcome }) => outcome)).toEqual(['edited', 'dropped', 'answered', 'lost']);
    await expect(held.decide(at(3), { kind: 'drop' })).rejects.toThrow('not held any more');
  });

  it('tells when its time-out lets it go, and how many wait', async () => {
    const { hand, breakpoints, held } = await window();
    const { client } = await hand.session('a');
    breakpoints.add('type:b', { timeoutMs: 60_000 });
    await breakpoints.settled();
    for (const type of ['b', 'c', 'd']) client.send(JSON.stringify({ type }));
    await expect.poll(() => held.state?.waiting).toMatchObject([{ from: 'client', messages: 3 }]);
    const [row] = held.state?.held ?? [];
    expect((row?.until ?? 0) - (row?.at ?? 0)).toBe(60_000);
    await held.keep(row?.id ?? '');
    expect(held.first).toMatchObject({ id: row?.id, type: 'b' });
    expect(held.first).not.toHaveProperty('until');
    held.end();
    expect(held.state).toBeUndefined();
  });

  it('is shown without its secrets, and goes on with them', async () => {
    const { hand, breakpoints, held } = await window();
    const { client, got } = await hand.session('a');
    breakpoints.add('type:session.update');
    await breakpoints.settled();
    const secret = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789';
    const tool = { type: 'mcp', server_label: 'w', authorization: secret };
    client.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', tools: [tool] } }));
    await expect.poll(() => held.count).toBe(1);
    const { text } = held.body(held.first?.id ?? '');
    expect(JSON.stringify([held.state, text])).not.toContain('abcdefghij');
    await held.decide(held.first?.id ?? '', { kind: 'release', text: text.replace('"w"', '"weather"') });
    await expect.poll(() => got.server.length).toBe(1);
    expect(JSON.parse(got.server[0] ?? '')).toMatchObject({
      session: { tools: [{ server_label: 'weather', authorization: secret }] },
    });
  });

  it('that is very large or binary can only be let go or dropped', async () => {
    const { hand, breakpoints, held } = await window();
    const { client, got } = await hand.session('a');
    breakpoints.add('from:client');
    await breakpoints.settled();
    const large = JSON.stringify({ type: 'conversation.item.create', image: 'A'.repeat(15 << 20) });
    client.send(large);
    client.send(Buffer.from([1, 2, 3]));
    await expect.poll(() => held.count).toBe(2);
    const [one, two] = held.state?.held ?? [];
    expect(one).toMatchObject({ type: 'conversation.item.create', bytes: large.length });
    const body = held.body(one?.id ?? '');
    expect([body.text.length, body.cutFrom, body.readOnly !== '']).toEqual([100_000, large.length, true]);
    expect(held.body(two?.id ?? '')).toMatchObject({ text: '', readOnly: expect.stringContaining('binary') as string });
    await expect(held.decide(one?.id ?? '', { kind: 'release', text: '{}' })).rejects.toThrow('only be let go');
    await held.decide(one?.id ?? '', { kind: 'release' });
    await expect.poll(() => got.server.map(({ length }) => length)).toEqual([large.length]);
    await held.decide(two?.id ?? '', { kind: 'drop' });
  });
});

describe('secrets of an edited message', () => {
  const key = (n: number) => `sk-proj-${String(n).repeat(40)}`;
  const message = (...tools: object[]) => JSON.stringify({ type: 'session.update', session: { tools } });
  const tool = (n: number) => ({ server_label: `s${n}`, authorization: key(n) });
  const original = message(tool(1), tool(2));
  const shown = redactEvent(original)?.text ?? '';
  const hidden = (n: number) => ({ server_label: `s${n}`, authorization: '[redacted]' });

  it('go back to where they were, also when others have moved', () => {
    expect(shown).toBe(message(hidden(1), hidden(2)));
    expect(restoreSecrets(message(hidden(2)), shown, original)).toBe(message(tool(2)));
    expect(restoreSecrets(message(hidden(2), hidden(1)), shown, original)).toBe(message(tool(2), tool(1)));
    expect(restoreSecrets(message({ mine: key(9) }), shown, original)).toBe(message({ mine: key(9) }));
    expect(restoreSecrets(shown, shown, original)).toBe(original);
  });

  it('go nowhere else', () => {
    const moved = message({ server_label: 'evil', authorization: '[redacted]' });
    expect(() => restoreSecrets(moved, shown, original)).toThrow('Write the value of /session/tools/0/authorization');
    expect(() => restoreSecrets(`${shown}x`, shown, original)).toThrow('not JSON');
  });
});
