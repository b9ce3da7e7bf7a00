import path from 'node:path';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveTrace, type ReplayServer, type ServeOptions } from '../../../src/replay/server/serve';
import { Recording } from '../../../src/replay/recording';
import { formatSessionReport } from '../../../src/replay/server/sessionReport';
import { UnreadableFileError } from '../../../src/trace/unreadable';
import { simulatedTrace, weatherSession, WEATHER, type Told } from '../expect/simulatedTrace';
import { scratch } from '../rewrite/traces';
import { silence, speech } from '../simulator/speech';
import { mimic, recordedTexts } from './mimic';

const SPEED = 40;
let folder: string;
let remove: () => Promise<void>;
let weather: string;
let spoken: string;
let question: Buffer;
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  weather = simulatedTrace(path.join(folder, 'weather.realtime.jsonl'), weatherSession);
  question = speech('Good morning, is the lamp lit?');
  spoken = simulatedTrace(path.join(folder, 'spoken.realtime.jsonl'), (begin) => {
    const told = begin({ scenario: { turns: [{ answer: 'I hear you.' }] } });
    told.update({ audio: { input: { transcription: { model: 'whisper-1' } } } });
    for (let turn = 0; turn < 2; turn += 1) {
      told.hear(Buffer.concat([silence(500), question, silence(1000)]));
      told.wait(10_000);
    }
    told.close(4000, 'server', 'enough');
  });
});
afterAll(() => remove());

const running: ReplayServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
async function serve(options: Partial<ServeOptions> & { trace: string }): Promise<ReplayServer> {
  const server = await serveTrace({ speed: SPEED, certificates: path.join(folder, 'certificates'), ...options });
  running.push(server);
  return server;
}
/** The report of the first client, when it has gone. */
async function first(server: ReplayServer) {
  await server.ended(1);
  const [report] = server.report().sessions;
  if (!report) throw new Error('nobody came');
  return report;
}

/** The same sound in pieces of 37 ms, with more silence before and behind. */
function otherwise(pcm: Buffer): string[] {
  const all = Buffer.concat([silence(900), pcm, silence(1800)]);
  const pieces: string[] = [];
  for (let at = 0; at < all.length; at += 37 * 48)
    pieces.push(
      JSON.stringify({ type: 'input_audio_buffer.append', audio: all.subarray(at, at + 37 * 48).toString('base64') }),
    );
  return pieces;
}

describe.each(['original', 'gated', 'fast'] as const)('in timing "%s"', (timing) => {
  it('a client that does what was recorded gets what was recorded, byte for byte', async () => {
    const server = await serve({ trace: weather, timing, strict: true });
    const { texts } = await mimic(server.ws, weather);
    expect(texts).toEqual(await recordedTexts(weather));
    expect(await first(server)).toMatchObject({ outcome: 'complete', matched: 7, expected: 7, waitsFor: '' });
  });

  it('speech is heard in other pieces and with more silence, and the recorded end comes', async () => {
    const server = await serve({ trace: spoken, timing, strict: true });
    let turn = 0;
    const appends: number[] = [];
    const { texts, closed } = await mimic(server.ws, spoken, 0, {
      stay: true,
      edit: (text, nth) => {
        if (!text.includes('input_audio_buffer.append')) return text;
        const isFirst = appends.length === 0 || nth === (turn === 1 ? secondTurn() : -1);
        appends.push(nth);
        if (!isFirst) return undefined;
        turn += 1;
        return otherwise(question);
      },
    });
    expect(texts).toEqual(await recordedTexts(spoken));
    expect(closed).toEqual({ code: 4000, reason: 'enough' });
    expect(await first(server)).toMatchObject({ outcome: 'complete', first: null });
  });
});

/** Place of the second turn's first sound among the client's messages: an update, then half of the appends. */
function secondTurn(): number {
  const bytes = Buffer.concat([silence(500), question, silence(1000)]).length;
  return 1 + Math.ceil(bytes / 4800);
}

it('a message is sent as long after its cause as it was recorded, and never before', async () => {
  const server = await serve({ trace: weather, timing: 'gated', speed: 1, strict: true });
  const socket = new WebSocket(`${server.ws}/realtime?model=gpt-realtime`);
  const came: { type: string; t: number }[] = [];
  const waiting: { type: string; done: () => void }[] = [];
  socket.on('message', (data: Buffer) => {
    const { type } = JSON.parse(data.toString()) as { type: string };
    came.push({ type, t: performance.now() });
    for (const one of waiting) if (one.type === type) one.done();
  });
  const next = (type: string) => new Promise<void>((done) => waiting.push({ type, done }));
  await next('session.created');
  const recorded = (await recordedTexts(weather)).length;
  expect(came.length).toBeLessThan(recorded);
  // Nothing comes while nothing is done: each of these was caused.
  const quiet = came.length;
  const answered = new Promise((resolve) => socket.once('pong', resolve));
  socket.ping();
  await answered;
  expect(came).toHaveLength(quiet);
  expect(server.report().sessions[0]?.waitsFor).toMatch(/^session\.update \(#\d+\)$/);
  const session = { type: 'realtime', output_modalities: ['text'], instructions: 'Call tools.', tools: [WEATHER] };
  const updated = next('session.updated');
  socket.send(JSON.stringify({ type: 'session.update', session }));
  await updated;
  socket.close();
});

describe('a client that does otherwise', () => {
  const changed = (text: string) => text.replace('"degrees\\":12', '"degrees\\":21');

  it('is told the first divergence exactly, and the strict server ends there', async () => {
    const server = await serve({ trace: weather, strict: true });
    const { texts, closed } = await mimic(server.ws, weather, 0, { edit: changed });
    const { error } = JSON.parse(texts.at(-1) ?? '') as { error: Record<string, unknown> };
    expect(error).toMatchObject({ type: 'replay_divergence', code: 'replay_changed', param: 'item.output' });
    expect(error['message']).toMatch(
      /^conversation\.item\.create differs from the recorded one \(#\d+\) in item\.output\.\n- #\d+ conversation\.item\.create\n\+ message 4 conversation\.item\.create\n- {3}item\.output: ".*12.*"\n\+ {3}item\.output: ".*21.*"$/,
    );
    expect(closed).toEqual({ code: 1008, reason: 'replay_divergence' });
    expect(await first(server)).toMatchObject({
      outcome: 'diverged',
      ...{ expected: 7, matched: 3, otherwise: 1 },
      first: {
        kind: 'changed',
        expected: { type: 'conversation.item.create' },
        came: { number: 4, type: 'conversation.item.create' },
        differences: [{ path: 'item.output' }],
      },
    });
  });

  it('is served on by the lenient one, which notes it', async () => {
    const server = await serve({ trace: weather });
    const { texts } = await mimic(server.ws, weather, 0, { edit: changed });
    expect(texts).toEqual(await recordedTexts(weather));
    const report = await first(server);
    expect(report).toMatchObject({ outcome: 'diverged', matched: 6, otherwise: 1, divergences: [{ kind: 'changed' }] });
    expect(formatSessionReport(report)).toContain('diverged (6 of 7 as recorded, 1 otherwise, 58 of 58 sent)');
  });

  it('by going on where the recording ends is told once that it is used up, and the log has it', async () => {
    const logged: string[] = [];
    const server = await serve({ trace: weather, timing: 'fast', onLog: (line) => logged.push(line) });
    const more = '{"type":"response.create"}';
    let nth = 0;
    await mimic(server.ws, weather, 0, { edit: (text) => (++nth === 7 ? [text, more, more, more] : text) });
    const report = await first(server);
    expect(report).toMatchObject({ matched: 7, beyond: 3, first: { kind: 'used up', came: { number: 8 } } });
    expect(report.divergences).toHaveLength(1);
    expect(logged).toEqual([
      'Client 1: The recording is used up: response.create came where nothing more was expected, and what comes from here on is not answered.',
    ]);
    expect(formatSessionReport(report)).toContain('3 when the recording was used up');
  });

  it('may do so in fields that are to be ignored', async () => {
    const server = await serve({ trace: weather, strict: true, ignore: ['item.output'] });
    await mimic(server.ws, weather, 0, { edit: changed });
    expect(await first(server)).toMatchObject({ outcome: 'complete' });
  });

  it('by another message is told which was expected', async () => {
    const server = await serve({ trace: weather, strict: true });
    await mimic(server.ws, weather, 0, {
      edit: (text, nth) => (nth === 1 ? '{"type":"input_audio_buffer.clear"}' : text),
    });
    expect((await first(server)).first).toMatchObject({
      kind: 'unexpected',
      message: expect.stringMatching(
        /^input_audio_buffer\.clear came where conversation\.item\.create \(#\d+\) was expected\.$/,
      ),
    });
  });

  it('by leaving one out is waited for, then gone on without', async () => {
    const server = await serve({ trace: weather, patienceMs: 50 });
    const { texts } = await mimic(server.ws, weather, 0, {
      hurried: true,
      edit: (text, nth) => (nth === 1 ? undefined : text),
    });
    expect(texts).toEqual(await recordedTexts(weather));
    const { divergences } = await first(server);
    expect(
      divergences.map(({ kind }) => kind),
      JSON.stringify(divergences),
    ).toContain('missing');
  });

  it('by going early is told what was still to come', async () => {
    const server = await serve({ trace: weather, strict: true });
    const socket = new WebSocket(`${server.ws}/realtime?model=gpt-realtime`);
    socket.once('message', () => socket.close());
    expect(await first(server)).toMatchObject({ first: { kind: 'left', expected: { type: 'session.update' } } });
  });

  it.each([
    [
      'before it has spoken',
      1,
      /before \d+ ms of sound before input_audio_buffer\.speech_started \(#\d+\) had come\.$/,
    ],
    ['before it was configured', 0, /before session\.update \(#\d+\) came\.$/],
  ])('by going %s is told the first thing that is missing', async (_when, sent, message) => {
    const recording = await Recording.open(spoken);
    const frame = recording.sessions[0]?.frames.find(({ type }) => type === 'session.update');
    const body = frame && (await recording.body(frame));
    await recording.close();
    const update = body?.kind === 'text' ? body.text : '';
    const server = await serve({ trace: spoken, strict: true, timing: 'fast' });
    const socket = new WebSocket(`${server.ws}/realtime?model=gpt-realtime`);
    socket.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === 'session.created' && sent > 0) socket.send(update);
      else socket.close();
    });
    const report = await first(server);
    expect(report.outcome).toBe('diverged');
    expect(report.first).toMatchObject({ kind: 'left', message: expect.stringMatching(message) as string });
  });

  it('by saying less than was recorded is told how much', async () => {
    const server = await serve({ trace: spoken, timing: 'fast', patienceMs: 50 });
    await mimic(server.ws, spoken, 0, {
      stay: true,
      edit: (text, nth) => (nth > 9 && nth < secondTurn() ? undefined : text),
    });
    const { divergences } = await first(server);
    expect(divergences[0]?.message).toMatch(
      /^\d+ ms of sound came before input_audio_buffer\.speech_\w+ \(#\d+\) where \d+ ms were recorded\.$/,
    );
  });

  it('by asking for another model is told so', async () => {
    const server = await serve({ trace: weather, strict: true });
    const { closed } = await mimic(server.ws, weather, 0, { path: '/realtime?model=gpt-realtime-mini' });
    expect(closed?.code).toBe(1008);
    expect((await first(server)).first?.message).toBe(
      'The client asked for a realtime session of "gpt-realtime-mini", the recording has a realtime session of "gpt-realtime".',
    );
  });

  it('with bytes that are no event is no surprise', async () => {
    const server = await serve({ trace: weather });
    for (const garbage of [
      '',
      '[]',
      'null',
      '{"type":7}',
      '\u0000',
      '{"type":"conversation.item.create","item":"x"}',
    ]) {
      const socket = new WebSocket(`${server.ws}/realtime?model=gpt-realtime`);
      await new Promise((resolve) => socket.once('message', resolve));
      socket.send(garbage);
      socket.send(Buffer.from([1, 2, 3]));
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.close();
      });
    }
    await server.ended(6);
    expect(server.report().sessions.every(({ outcome }) => outcome === 'diverged')).toBe(true);
  });
});

it('ids that the client mints are its own in what it gets', async () => {
  const file = simulatedTrace(path.join(folder, 'ids.realtime.jsonl'), (begin) => {
    const told = begin();
    told.update({ output_modalities: ['text'] });
    const content = [{ type: 'input_text', text: 'Hello' }];
    told.send({
      type: 'conversation.item.create',
      event_id: 'e1',
      item: { id: 'item_old', type: 'message', role: 'user', content },
    });
    told.send({ type: 'conversation.item.delete', event_id: 'e2', item_id: 'nobody' });
    told.send({ type: 'conversation.item.retrieve', item_id: 'item_old' });
    told.close();
  });
  const server = await serve({ trace: file, strict: true, timing: 'fast' });
  const { texts } = await mimic(server.ws, file, 0, {
    edit: (text) => text.replaceAll('item_old', 'item_new').replace('"e2"', '"mine"'),
  });
  const all = texts.join('\n');
  expect(all).toContain('item_new');
  expect(all).not.toContain('item_old');
  expect(all).toContain('"event_id":"mine"');
  expect((await recordedTexts(file)).join('\n').replaceAll('item_old', 'item_new').replaceAll('"e2"', '"mine"')).toBe(
    all,
  );
  expect(await first(server)).toMatchObject({ outcome: 'complete' });
});

describe('several sessions in a trace', () => {
  let file: string;
  beforeAll(() => {
    const hold = (told: Told, instructions: string): void => {
      told.update({ output_modalities: ['text'], instructions });
      told.ask('Hello');
      told.close();
    };
    file = simulatedTrace(path.join(folder, 'several.realtime.jsonl'), (begin) => {
      hold(begin(), 'One.');
      hold(begin(), 'Two.');
      hold(begin({ model: 'gpt-realtime-mini' }, 'wss://api.openai.com/v1/realtime?model=gpt-realtime-mini'), 'Three.');
    });
  });

  it('are given in their order, by model, and from the first again', async () => {
    const server = await serve({ trace: file, strict: true });
    const mini = '/realtime?model=gpt-realtime-mini';
    for (const [session, place] of [
      [0, undefined],
      [2, mini],
      [1, undefined],
      [0, undefined],
    ] as const)
      expect((await mimic(server.ws, file, session, place ? { path: place } : {})).texts).toEqual(
        await recordedTexts(file, session),
      );
    expect(server.report()).toMatchObject({ clients: 4, diverged: 0 });
    expect(server.report().sessions.map(({ session }) => session)).toEqual(['s1', 's3', 's2', 's1']);
  });

  it('are told apart by how their clients begin', async () => {
    const server = await serve({ trace: file, strict: true });
    const { texts } = await mimic(server.ws, file, 1);
    expect(await first(server)).toMatchObject({ session: 's2', outcome: 'complete' });
    // Its greeting was the other session's: what is told later goes by that id.
    const id = (JSON.parse(texts[0] ?? '') as { session: { id: string } }).session.id;
    expect((JSON.parse(texts[1] ?? '') as { session: { id: string } }).session.id).toBe(id);
    expect(texts[1]).toContain('Two.');
  });

  it('can be one alone', async () => {
    const server = await serve({ trace: file, session: 's2' });
    expect((await mimic(server.ws, file, 1)).texts).toEqual(await recordedTexts(file, 1));
    await expect(serve({ trace: file, session: 's9' })).rejects.toThrow(/has no session s9; it has s1, s2, s3/);
  });

  it('are served to fifty clients at once', async () => {
    const server = await serve({ trace: file, strict: true, timing: 'fast' });
    const recorded = [await recordedTexts(file, 0), await recordedTexts(file, 1)];
    const all = await Promise.all(Array.from({ length: 50 }, (_, nth) => mimic(server.ws, file, nth % 2)));
    await server.ended(50);
    const { clients, diverged } = server.report();
    expect({ clients, diverged }).toEqual({ clients: 50, diverged: 0 });
    for (const [nth, { texts }] of all.entries()) expect(texts).toHaveLength(recorded[nth % 2]?.length ?? 0);
  });
});

it('REST calls are answered as recorded, with a key that is good now', async () => {
  const file = simulatedTrace(path.join(folder, 'rest.realtime.jsonl'), (begin) => begin().close());
  const { appendFile } = await import('node:fs/promises');
  const call = {
    kind: 'http',
    ...{ t: 5, start: 1, method: 'POST', url: 'https://api.openai.com/v1/realtime/client_secrets', status: 200 },
    requestHeaders: {},
    // What no HTTP can say is left out.
    responseHeaders: { 'Content-Type': 'application/json', location: 'a\r\nb: c' },
    responseBody: JSON.stringify({
      value: '[redacted]',
      expires_at: 1,
      session: { type: 'realtime', model: 'gpt-realtime' },
    }),
  };
  await appendFile(file, `${JSON.stringify(call)}\n`);
  const server = await serve({ trace: file });
  const response = await fetch(`${server.url}/realtime/client_secrets`, { method: 'POST', body: '{}' });
  const body = (await response.json()) as { value: string; expires_at: number; session: unknown };
  expect(body.value).toMatch(/^ek_/);
  expect(body.expires_at).toBeGreaterThan(Date.now() / 1000);
  expect(body.session).toEqual({ type: 'realtime', model: 'gpt-realtime' });
  const other = await fetch(`${server.url}/realtime/calls`, { method: 'POST' });
  expect(other.status).toBe(404);
  expect(await other.text()).toContain(
    'The recording has no POST realtime/calls. It has: POST realtime/client_secrets.',
  );
});

it('a reason longer than a close frame holds is cut, between characters', async () => {
  const file = simulatedTrace(path.join(folder, 'reason.realtime.jsonl'), (begin) =>
    begin().close(4000, 'server', 'ü'.repeat(100)),
  );
  const server = await serve({ trace: file, timing: 'fast' });
  const { closed } = await mimic(server.ws, file, 0, { stay: true });
  expect(closed).toEqual({ code: 4000, reason: 'ü'.repeat(61) });
});

it('who waits for clients that never come is told when the server is stopped', async () => {
  const server = await serve({ trace: weather });
  const ended = server.ended(2);
  await server.stop();
  await ended;
});

it('a file that cannot be served is told why', async () => {
  await expect(serve({ trace: path.join(folder, 'nothing.jsonl') })).rejects.toThrow(UnreadableFileError);
});
