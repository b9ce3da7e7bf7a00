import { appendFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { advance, lintEvent, NEW_SESSION, type SessionState } from '../../../src/protocol';
import type { Side } from '../../../src/protocol/side';
import { Script } from '../simulator/script';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { buildWorker, openIndexed } from './openTestDocument';

buildWorker();

interface Passed {
  from: Side;
  event: Record<string, unknown>;
}

/** A conversation with the simulator: settings, speech into the buffer, spoken answers, a call and a refusal. */
function conversation(): Passed[] {
  const passed: Passed[] = [];
  const script = new Script();
  const keep = () => {
    const heard = script.all.splice(0).map(({ event }) => ({ from: 'server' as const, event }));
    passed.push(...heard);
  };
  const send = (event: Record<string, unknown>, wait = 0) => {
    keep();
    passed.push({ from: 'client', event });
    script.send(event as never);
    script.wait(wait);
    keep();
  };
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  send({
    type: 'session.update',
    session: { type: 'realtime', tools: [{ type: 'function', name: 'get_weather', parameters }] },
  });
  send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } });
  const audio = Buffer.alloc(4800, 7).toString('base64');
  for (let piece = 0; piece < 12; piece++) send({ type: 'input_audio_buffer.append', audio }, 100);
  send({ type: 'input_audio_buffer.commit', event_id: 'mine' }, 500);
  send({ type: 'response.create' }, 30_000);
  send({ type: 'response.create', response: { tool_choice: { type: 'function', name: 'get_weather' } } }, 30_000);
  send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'cedar' } } } }, 100);
  send({ type: 'input_audio_buffer.append', audio });
  return passed;
}

const lineOf = ({ from, event }: Passed, at: number, more: Parameters<typeof eventLine>[4] = {}) => {
  const item = event['item_id'];
  return eventLine(at + 1, at + 2, from, JSON.stringify(event), {
    ...(typeof item === 'string' ? { item } : {}),
    ...more,
  });
};
const folded = (passed: readonly Passed[]): SessionState =>
  passed.reduce((state, { from, event }) => advance(state, event, from), NEW_SESSION);
/** As it is after the post. */
const plain = (state: SessionState): unknown => JSON.parse(JSON.stringify(state));

describe('the state of a session', () => {
  it('is after any row what its events say, in any order of asking', async () => {
    const passed = conversation();
    const types = passed.map(({ event }) => event['type']);
    expect(types).toContain('response.output_audio.delta');
    expect(types).toContain('error');
    const file = await traceFile([HEADER, openLine(), ...passed.map((one, at) => lineOf(one, at)), ''].join('\n'));
    const { document } = await openIndexed(file);
    const whole = await document.sessionState('s1');
    expect(whole.row).toBe(passed.length);
    expect(whole.dialect).toBe('openai');
    expect(plain(whole.state)).toEqual(plain(folded(passed)));
    expect(whole.state.calls).toHaveLength(1);
    expect(whole.state.spoken).toBe(true);
    expect(whole.state.items.some((item) => item.audioMs > 0)).toBe(true);
    for (let row = passed.length; row >= 0; row -= 5) {
      const { state } = await document.sessionState('s1', row);
      expect(plain(state), `row ${row}`).toEqual(plain(folded(passed.slice(0, row))));
    }
    // Several at once for the same session do not count its events twice.
    const answers = await Promise.all([1, 2, 3].map(() => document.sessionState('s1')));
    for (const { state } of answers) expect(state).toEqual(whole.state);
  });

  it('goes on where it stopped as the file grows', async () => {
    const passed = conversation();
    const lines = passed.map((one, at) => lineOf(one, at));
    const file = await traceFile(`${HEADER}\n${openLine()}\n`);
    const { document, follow } = await openIndexed(file);
    expect((await document.sessionState('s1')).state).toEqual(plain(NEW_SESSION));
    for (let at = 0; at < lines.length; at += 11) {
      await appendFile(file, `${lines.slice(at, at + 11).join('\n')}\n`);
      await follow();
      const { state } = await document.sessionState('s1');
      expect(plain(state)).toEqual(plain(folded(passed.slice(0, at + 11))));
    }
  });

  it('is refused nothing the real session would take, and says what it would refuse', async () => {
    const passed = conversation();
    const file = await traceFile([HEADER, openLine(), ...passed.map((one, at) => lineOf(one, at)), ''].join('\n'));
    const { document } = await openIndexed(file);
    const { state } = await document.sessionState('s1');
    const call = state.calls[0]?.call ?? '';
    const output = (id: string) =>
      JSON.stringify({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: id, output: '{}' },
      });
    expect(lintEvent(output(call), 'client', state)).toEqual([]);
    expect(lintEvent(output('call_none'), 'client', state)).toMatchObject([{ severity: 'error', fix: {} }]);
  });

  it('holds no sound and no picture, and no more of long texts than is shown', async () => {
    const image = `data:image/png;base64,${'iVBORw0KGgo'.repeat(5000)}`;
    const item = {
      id: 'item_1',
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_image', image_url: image },
        { type: 'input_audio', audio: 'AAAA'.repeat(9000) },
        { type: 'input_text', text: 'a word '.repeat(5000) },
      ],
    };
    const passed: Passed[] = [
      { from: 'server', event: { type: 'conversation.item.added', previous_item_id: null, item } },
    ];
    const file = await traceFile([HEADER, ...passed.map((one, at) => lineOf(one, at)), ''].join('\n'));
    const { document } = await openIndexed(file);
    const { state } = await document.sessionState('s1');
    expect(state.items).toHaveLength(1);
    expect(JSON.stringify(state).length).toBeLessThan(2000);
    expect(JSON.stringify(state)).not.toContain('iVBOR');
  });

  it('survives JSON that is nested without end', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const json = `{"type":"session.created","session":{"type":"realtime","x":${deep}}}`;
    const file = await traceFile(`${HEADER}\n${eventLine(1, 2, 'server', json)}\n`);
    const { document } = await openIndexed(file);
    expect((await document.sessionState('s1')).state.config).toMatchObject({ type: 'realtime' });
  });

  it('knows nothing of what the inspector told the client, of held messages, and of an earlier session of its name', async () => {
    const created = (model: string) => ({
      from: 'server' as const,
      event: { type: 'session.created', session: { type: 'realtime', model } },
    });
    const file = await traceFile(
      [
        HEADER,
        openLine('s1', 1, 'model=a'),
        lineOf(created('a'), 1),
        lineOf({ from: 'client', event: { type: 'response.create' } }, 2),
        closeLine('s1', 5),
        openLine('s1', 6, 'model=b'),
        lineOf(created('b'), 6),
        lineOf(created('made up'), 7, { origin: 'inspector' }),
        lineOf({ from: 'client', event: { type: 'response.create' } }, 8, { sent: null }),
        '',
      ].join('\n'),
    );
    const { document } = await openIndexed(file);
    const { state } = await document.sessionState('s1');
    expect(state.config).toEqual({ type: 'realtime', model: 'b' });
    expect(state.asked).toEqual([]);
  });

  it('of a name nobody has heard is that of a new session', async () => {
    const { document } = await openIndexed(await traceFile(`${HEADER}\n`));
    expect(await document.sessionState('nobody')).toEqual({ session: 'nobody', row: -1, state: plain(NEW_SESSION) });
  });

  it('of 100,000 events is complete, at its end and half-way', async () => {
    const lines = [HEADER, openLine()];
    const audio = Buffer.alloc(480).toString('base64');
    let seq = 0;
    const add = (from: Side, event: object, item?: string) =>
      lines.push(eventLine(++seq, seq + 1, from, JSON.stringify(event), item === undefined ? {} : { item }));
    add('server', { type: 'session.created', session: { type: 'realtime' } });
    for (let turn = 0; turn < 500; turn++) {
      const id = `item_${turn}`;
      for (let piece = 0; piece < 100; piece++) add('client', { type: 'input_audio_buffer.append', audio });
      add(
        'server',
        { type: 'conversation.item.added', item: { id, type: 'message', role: 'assistant', content: [] } },
        id,
      );
      for (let piece = 0; piece < 98; piece++)
        add('server', { type: 'response.output_audio.delta', response_id: 'r', item_id: id, delta: audio }, id);
      add('server', { type: 'response.output_audio.done', response_id: 'r', item_id: id }, id);
    }
    const file = await traceFile(`${lines.join('\n')}\n`);
    const { document } = await openIndexed(file);
    const { state, row } = await document.sessionState('s1');
    expect(row).toBe(100_001);
    expect(state.items).toHaveLength(500);
    expect(state.items.every((item) => Math.abs(item.audioMs - 980) < 1e-6)).toBe(true);
    expect(state.input.totalMs).toBeCloseTo(500 * 1000, 3);
    const half = await document.sessionState('s1', 50_001);
    expect(half.state.items).toHaveLength(250);
  });
});
