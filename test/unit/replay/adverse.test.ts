import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { connect, pathOf } from '../../../src/replay/client/connect';
import { shortReason } from '../../../src/replay/closeReason';
import { settingOf, type Setting } from '../../../src/replay/client/overlay';
import { RefusedError, type WireListener } from '../../../src/replay/client/wire';
import type { RecordedSession } from '../../../src/replay/recording';
import { cleanUp, later } from '../fidelity/bed';
import { until } from '../proxy/runningEngine';
import { begin, replay } from './running';
import { linesOf, sentence, sentBy, Tape, written } from './taped';

afterEach(cleanUp);

const update = (session: object) => ({ type: 'session.update', session: { type: 'realtime', ...session } });
const DEAF: WireListener = { opened: () => undefined, text: () => undefined, closed: () => undefined };
const SESSION: RecordedSession = {
  ...{ id: 's1', url: '', headers: {}, subprotocols: [], subprotocol: '', open: undefined, frames: [] },
  ...{ close: undefined, timed: true, lost: 0 },
};

function typedTurn(): Tape {
  const tape = new Tape();
  tape.send(update({ output_modalities: ['text'] }));
  tape.wait(100);
  tape.say('Hello');
  tape.send({ type: 'response.create' });
  tape.wait(1000);
  return tape;
}

/** A server of bytes; its base URL. */
async function raw(met: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    met(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

it('a stop ends a replay whose session is never opened', async () => {
  let met = 0;
  const url = await raw(() => met++);
  const running = await begin(typedTurn().file(), { upstream: { kind: 'url', url } });
  await until(() => met > 0);
  running.run.stop();
  expect(await running.done).toMatchObject({ ending: { kind: 'stopped' }, sent: 0 });
});

it('one that is stopped before there is anything to record says that it left no trace', async () => {
  const running = await begin(typedTurn().file());
  running.run.stop();
  expect(await running.done).toMatchObject({ ending: { kind: 'stopped' }, sent: 0, trace: '' });
});

it('a socket that breaks before it is open is a refusal, and nothing is left unhandled', async () => {
  for (const answer of ['', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'no HTTP\r\n\r\n']) {
    const url = await raw((socket) => socket.once('data', () => socket.end(answer)));
    const opened = connect(url, SESSION, '', DEAF, new AbortController().signal);
    await expect(opened).rejects.toBeInstanceOf(RefusedError);
  }
  // A rejection that nobody takes would fail the test run after this turn.
  await new Promise((resolve) => setImmediate(resolve));
});

it('a server that reads nothing ends a replay instead of filling the memory', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  later(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (socket) => {
    socket.send('{"type":"session.created","session":{}}');
    socket.pause();
  });
  const tape = new Tape();
  for (let n = 0; n < 16; n++) tape.say('x'.repeat(2 << 20));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const result = await replay(tape.file(), { timing: 'original', upstream: { kind: 'url', url }, gateTimeoutMs: 300 });
  expect(result.ending).toMatchObject({ kind: 'stalled', waitedFor: ['the server to read what it was sent'] });
});

it('a recording by another hand may hold what no handshake can: it is left out', async () => {
  const file = typedTurn().file();
  const lines = linesOf(file).map((line) => {
    if (line.kind === 'open')
      return {
        ...line,
        url: 'no address',
        headers: { 'x-good': 'yes', 'x-bad': 'a\r\nb', 'bad name': 'x', 'x-many': ['one', 'two\u0000'] },
        subprotocols: ['realtime', 'realtime', 'two words', ''],
      };
    return line.kind === 'close' ? { ...line, code: 1000, reason: 'é'.repeat(200) } : line;
  });
  const hostile = written(lines.map((line) => JSON.stringify(line)).join('\n') + '\n');
  const result = await replay(hostile, { timing: 'fast' });
  expect(result).toMatchObject({ ending: { kind: 'completed' }, skipped: [] });
  const open = linesOf(result.trace).find(({ kind }) => kind === 'open') as unknown as RecordedSession;
  expect(JSON.stringify(open.headers)).toContain('x-good');
  expect(JSON.stringify(open.headers)).not.toMatch(/x-bad|bad name|x-many/);
  expect(open.subprotocols).toEqual(['realtime']);
  expect(linesOf(result.trace).find(({ kind }) => kind === 'close')).toMatchObject({ reason: 'é'.repeat(61) });
});

it('an address and a reason are made so that they can be sent', () => {
  expect(pathOf({ url: 'no address' }, 'm 1')).toBe('/realtime?model=m%201');
  expect(pathOf({ url: 'wss://h/openai/v1/realtime?model=a&key=[redacted]' }, '')).toBe('/realtime?model=a');
  for (const reason of ['', 'bye', '😀'.repeat(100), `${'a'.repeat(122)}😀`, '\ud83d'.repeat(200)])
    expect(Buffer.byteLength(shortReason(reason))).toBeLessThanOrEqual(123);
  expect(shortReason(`${'a'.repeat(122)}😀`)).toBe('a'.repeat(122));
});

it('a step that was taken back before the session was open lets nothing go in a later pause', async () => {
  const running = await begin(typedTurn().file(), { timing: 'original' });
  const { run } = running;
  run.step();
  run.resume();
  run.on('frame', () => run.pause());
  await until(() => run.progress.state === 'paused');
  // Whatever waits has been woken by the pause, and has had its chance.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(run.progress.sent).toBe(1);
  run.stop();
  await running.done;
});

it('an open microphone goes on while another message waits for the end of speech', async () => {
  const tape = new Tape();
  const detection = { type: 'server_vad', create_response: false, silence_duration_ms: 400 };
  tape.send(update({ output_modalities: ['text'], audio: { input: { turn_detection: detection } } }));
  tape.wait(100);
  tape.hear(sentence(700));
  tape.send({ type: 'response.create' });
  tape.hear(sentence(2000));
  const file = tape.file();
  const name = 'session.audio.input.turn_detection.silence_duration_ms';
  const result = await replay(file, {
    speed: 4,
    gateTimeoutMs: 3000,
    overlay: { name: 'patient', set: [settingOf(name, '1500') as Setting], frames: [], insert: [] },
  });
  expect(result).toMatchObject({ ending: { kind: 'completed' }, skipped: [] });
  expect(result.filledMs).toBeGreaterThan(0);
  expect(sentBy(result.trace)).toEqual(sentBy(file));
  expect(readFileSync(result.trace, 'utf8')).toContain('"silence_duration_ms":1500');
});
