import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { settingOf, type Overlay, type Setting } from '../../../src/replay/client/overlay';
import type { FrameOutcome } from '../../../src/replay/client/result';
import { cleanUp, later } from '../fidelity/bed';
import { until } from '../proxy/runningEngine';
import { begin, replay } from './running';
import { linesOf, sentBy, Tape, written } from './taped';

afterEach(cleanUp);

const weather = { type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {} } };
const update = (session: object) => ({ type: 'session.update', session: { type: 'realtime', ...session } });

/** A typed turn with a call, its output, and the answer. */
function toolTurn(): Tape {
  const tape = new Tape({ turns: [{ when: { turn: 1 }, answer: { output: [{ call: 'get_weather' }] } }] });
  tape.send(update({ output_modalities: ['text'], tools: [weather] }));
  tape.wait(100);
  tape.say('What is the weather?');
  tape.send({ type: 'response.create' });
  tape.wait(1000);
  const { call_id } = tape.last('response.function_call_arguments.done');
  tape.send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output: 'fog' } });
  tape.send({ type: 'response.create' });
  tape.wait(1000);
  return tape;
}

const scenario = (value: object) => written(JSON.stringify(value), 'answers.scenario.jsonc');
const says = (value: object) => ({
  upstream: { kind: 'simulator' as const },
  simulation: { scenario: scenario(value), seed: 1 },
});
const set = (place: string, value: unknown): Setting => settingOf(place, JSON.stringify(value)) as Setting;
const overlay = (changes: Partial<Overlay>): Overlay => ({
  name: 'other',
  set: [],
  frames: [],
  insert: [],
  ...changes,
});
const eventsOf = (file: string, type: string) =>
  linesOf(file).flatMap(({ event }) => (event?.['type'] === type ? [event] : []));

/** A server that says this to everybody and nothing more. */
async function mute(greeting: object[], leave?: number): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  later(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (socket) => {
    for (const event of greeting) socket.send(JSON.stringify(event));
    if (leave !== undefined) socket.on('message', () => socket.close(leave, 'enough'));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

describe('a replay to a server that does otherwise', () => {
  it('does not send the output of a call that did not come, and says so', async () => {
    const result = await replay(toolTurn().file(), { ...says({ turns: [{ answer: 'No tool for this.' }] }), speed: 4 });
    expect(result.ending).toEqual({ kind: 'completed' });
    expect(result.skipped).toMatchObject([
      {
        type: 'conversation.item.create',
        reason: expect.stringMatching(
          /^there was no call id of function_call get_weather 1 of the response to #\d+$/,
        ) as string,
      },
    ]);
    expect(eventsOf(result.trace, 'conversation.item.create')).toHaveLength(1);
  });

  it('says which message waited for what when that never comes', async () => {
    const url = await mute([{ type: 'session.created', session: {} }]);
    const result = await replay(toolTurn().file(), { upstream: { kind: 'url', url }, gateTimeoutMs: 150 });
    expect(result.ending).toMatchObject({ kind: 'stalled', type: 'conversation.item.create' });
    expect(result.message).toMatch(/^#\d+ \(conversation\.item\.create\) waited for what did not come: #\d+: answered/);
  });

  it('goes on without it where that is asked for', async () => {
    const url = await mute([{ type: 'session.created', session: {} }]);
    const file = toolTurn().file();
    const result = await replay(file, { upstream: { kind: 'url', url }, gateTimeoutMs: 60, onStall: 'continue' });
    expect(result.ending).toEqual({ kind: 'completed' });
    expect(result.problems.join('\n')).toMatch(/waited in vain for/);
    // What can be said without the server's ids is said.
    expect(sentBy(result.trace)).toEqual([
      'session.update',
      'conversation.item.create',
      'response.create',
      'response.create',
    ]);
  });

  it('tells of a session that the server ends early', async () => {
    const url = await mute([{ type: 'session.created', session: {} }], 4000);
    const result = await replay(toolTurn().file(), { upstream: { kind: 'url', url } });
    expect(result.ending).toMatchObject({ kind: 'closed early', code: 4000, reason: 'enough' });
    expect(result.message).toMatch(/^The server ended the session before #\d+: 4000 enough\.$/);
  });

  it('tells of a refused handshake, in the words of who refused', async () => {
    const gone = await replay(toolTurn().file(), { upstream: { kind: 'url', url: 'http://127.0.0.1:9/v1' } });
    expect(gone.ending).toMatchObject({ kind: 'refused', status: 502 });
    expect(gone.message).toMatch(/could not be reached/);
  });

  it('refuses original times of a recording that has none', async () => {
    const line = (direction: string, event: object) => JSON.stringify({ direction, event });
    const file = written(
      `${line('server', { type: 'session.created', session: {} })}\n${line('client', { type: 'response.create' })}\n`,
      'x.jsonl',
    );
    await expect(begin(file, { timing: 'original' })).rejects.toThrow(/use the timing gated or fast/);
    await expect(begin(toolTurn().file(), { session: 's9' })).rejects.toThrow(/has no session s9; it has s1/);
  });
});

describe('changes on the way', () => {
  it('set the configuration, and change, drop, replace and add single messages', async () => {
    const tape = new Tape();
    tape.send(update({ instructions: 'Be long.', output_modalities: ['text'] }));
    tape.wait(100);
    tape.say('Hello');
    tape.send({ type: 'input_audio_buffer.clear' });
    tape.wait(100);
    tape.send({ type: 'response.create' });
    tape.wait(2000);
    tape.send(update({ tools: [weather] }));
    tape.wait(100);
    const file = tape.file();
    const seqOf = (type: string) => linesOf(file).find(({ event }) => event?.['type'] === type)?.seq ?? 0;
    const result = await replay(file, {
      speed: 4,
      overlay: overlay({
        set: [set('session.instructions', 'Be brief.'), set('response.metadata', { run: 'other' })],
        frames: [
          {
            of: { seq: seqOf('conversation.item.create') },
            set: [
              {
                path: [{ name: 'item' }, { name: 'content' }, { index: 0 }, { name: 'text' }],
                place: 'item.content[0].text',
                value: '"Good day"',
              },
            ],
            drop: false,
          },
          { of: { type: 'input_audio_buffer.clear' }, set: [], drop: true },
        ],
        insert: [{ after: seqOf('response.create'), text: '{"type":"response.cancel"}' }],
      }),
    });
    expect(result).toMatchObject({ skipped: [], leftOut: 1 });
    const updates = linesOf(result.trace).flatMap(({ from, event }) =>
      from === 'client' && event?.['type'] === 'session.update' ? [event['session']] : [],
    );
    // The second update does not speak of the instructions, so it leaves them alone.
    expect(updates).toMatchObject([{ instructions: 'Be brief.' }, { tools: [weather] }]);
    expect(updates[1]).not.toHaveProperty('instructions');
    expect(eventsOf(result.trace, 'response.create')).toMatchObject([{ response: { metadata: { run: 'other' } } }]);
    expect(JSON.stringify(eventsOf(result.trace, 'conversation.item.create')[0])).toContain('Good day');
    expect(sentBy(result.trace)).toEqual([
      'session.update',
      'conversation.item.create',
      'response.create',
      'response.cancel',
      'session.update',
    ]);
    expect(linesOf(result.trace)[0]).toMatchObject({ replayOf: { session: 's1', overlay: 'other' } });
  });

  it('make an update where the recorded client sent none', async () => {
    const tape = new Tape();
    tape.say('Hello');
    tape.send({ type: 'response.create' });
    tape.wait(2000);
    const result = await replay(tape.file(), {
      speed: 4,
      overlay: overlay({ set: [set('session.output_modalities', ['text'])] }),
    });
    expect(sentBy(result.trace)[0]).toBe('session.update');
    expect(eventsOf(result.trace, 'response.output_text.done').length).toBe(1);
  });

  it('do not send what secrets were taken out of, unless others are set in their place', async () => {
    const tape = new Tape();
    tape.send(
      update({
        output_modalities: ['text'],
        tools: [{ type: 'mcp', server_label: 'shop', server_url: 'http://127.0.0.1:9/', authorization: '[redacted]' }],
      }),
    );
    tape.wait(500);
    const file = tape.file();
    const text = linesOf(file).map(({ event, ...head }) => {
      const gone = event?.['type'] === 'session.update' ? { redacted: ['/session/tools/0/authorization'] } : {};
      return JSON.stringify({ ...head, ...gone, ...(event ? { event } : {}) });
    });
    const redacted = written(`${text.join('\n')}\n`);
    const plain = await replay(redacted, { gateTimeoutMs: 100, onStall: 'continue' });
    expect(plain.skipped).toMatchObject([
      { reason: expect.stringContaining('/session/tools/0/authorization') as string },
    ]);
    const given = await replay(redacted, {
      gateTimeoutMs: 100,
      onStall: 'continue',
      overlay: overlay({ set: [set('session.tools', [weather])] }),
    });
    expect(given.skipped).toEqual([]);
    expect(sentBy(given.trace)).toEqual(['session.update']);
  });
});

describe('a hand on a replay', () => {
  it('pauses it, sends message after message, and lets it go on', async () => {
    const running = await begin(toolTurn().file(), { speed: 4 });
    const { run } = running;
    const outcomes: FrameOutcome[] = [];
    run.on('frame', (outcome) => outcomes.push(outcome));
    run.pause();
    await until(() => run.progress.state === 'paused');
    for (let sent = 1; sent <= 3; sent++) {
      run.step();
      await until(() => outcomes.length === sent);
    }
    expect(run.progress).toMatchObject({ state: 'paused', sent: 3, total: 5 });
    run.resume();
    const result = await running.done;
    expect(result.ending).toEqual({ kind: 'completed' });
    expect(result.sent).toBe(5);
    expect(result.byHand).toBe(3);
    expect(result.pausedMs).toBeGreaterThan(0);
    const words = /was paused for .+, and 3 messages were sent by hand\.$/;
    expect(result.message).toMatch(words);
    // And in the trace, where everybody looks who wonders why an answer took so long.
    expect(linesOf(result.trace).filter(({ kind }) => kind === 'note')).toMatchObject([
      { text: expect.stringMatching(words) as string },
    ]);
  });

  it('ends it at once, and what there is of the new trace is whole', async () => {
    const running = await begin(toolTurn().file(), { timing: 'original' });
    running.run.on('frame', () => running.run.stop());
    const result = await running.done;
    expect(result).toMatchObject({ ending: { kind: 'stopped' }, sent: 1 });
    expect(linesOf(result.trace).find(({ kind }) => kind === 'close')).toMatchObject({ code: 1000, by: 'client' });
  });
});
