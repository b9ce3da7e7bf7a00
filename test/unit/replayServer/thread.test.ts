import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { WebSocket } from 'ws';
import { afterEach, expect, it } from 'vitest';
import { serveInThread, type ServeJob, type ServeThread } from '../../../src/replay/server/thread';
import type { SessionReport } from '../../../src/replay/server/sessionReport';
import { cleanUp, dist, later, temporaryFolder } from '../fidelity/bed';
import { simulatedTrace, weatherSession } from '../expect/simulatedTrace';
import { linesOf, runEngine, until } from '../proxy/runningEngine';
import { Recording } from '../rewrite/traces';
import { mimic, recordedTexts } from './mimic';

afterEach(cleanUp);

const trace = async () => simulatedTrace(path.join(await temporaryFolder(), 'weather.realtime.jsonl'), weatherSession);

async function serve(job: ServeJob) {
  const told = { sessions: [] as SessionReport[], died: [] as string[], refused: [] as number[] };
  const thread: ServeThread = await serveInThread(
    dist,
    { plain: true, timing: 'fast', ...job },
    {
      session: (report) => void told.sessions.push(report),
      refused: (_session, status) => void told.refused.push(status),
      log: () => undefined,
      died: (message) => void told.died.push(message),
    },
  );
  later(() => thread.stop());
  return { thread, told };
}

const wsOf = ({ url }: ServeThread) => url.replace(/^http/, 'ws');

it('a trace served in a thread answers as one served here, and tells of each client', async () => {
  const file = await trace();
  const { thread, told } = await serve({ trace: file, strict: true });
  expect((await mimic(wsOf(thread), file)).texts).toEqual(await recordedTexts(file));
  await mimic(wsOf(thread), file, 0, { edit: (text) => text.replace('Thank you!', 'No.') });
  await until(() => told.sessions.length === 2);
  expect(told.sessions).toMatchObject([{ outcome: 'complete' }, { outcome: 'diverged', first: { kind: 'changed' } }]);
  expect(await thread.report()).toMatchObject({ clients: 2, diverged: 1, sessions: told.sessions });
  await thread.stop();
  expect(await thread.report()).toMatchObject({ clients: 2, diverged: 1 });
  await expect(mimic(wsOf(thread), file)).rejects.toThrow(/ECONNREFUSED/);
  expect(told.died).toEqual([]);
});

it('one that retires goes on with the client it has, and ends with it', async () => {
  const file = await trace();
  const { thread, told } = await serve({ trace: file });
  const socket = new WebSocket(`${wsOf(thread)}/realtime?model=gpt-realtime`);
  await new Promise((resolve) => socket.once('message', resolve));
  thread.retire();
  const updated = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime' } }));
  await updated;
  socket.close();
  await until(() => told.sessions.length === 1);
  await thread.stop();
  expect(await thread.report()).toMatchObject({ clients: 1, sessions: [{ closed: { code: 1005 } }] });
});

it('one that cannot begin says why', async () => {
  const folder = await temporaryFolder();
  await expect(serve({ trace: path.join(folder, 'gone.realtime.jsonl') })).rejects.toThrow(
    /gone\.realtime\.jsonl cannot be read: it does not exist\./,
  );
  const deaf = new Recording(path.join(folder, 'client.realtime.jsonl')).open('s1', 1);
  deaf.say('s1', 2, '>', { type: 'response.create' });
  await expect(serve({ trace: deaf.end() })).rejects.toThrow(/holds nothing a server sent: there is nothing to serve/);
  const empty = new Recording(path.join(folder, 'empty.realtime.jsonl'));
  await expect(serve({ trace: empty.end() })).rejects.toThrow(/holds no session/);
});

it('is the upstream of the proxy, and the new trace names what it was served from', async () => {
  const file = await trace();
  const { thread } = await serve({ trace: file, ignore: ['session', 'item.content[*].text'] });
  const engine = await runEngine('', { upstream: { kind: 'trace', url: thread.url, file }, apiKey: 'sk-stored-key' });
  const ca = readFileSync(engine.address.ca, 'utf8');
  const client = new OpenAI({ apiKey: 'none', baseURL: engine.address.https });
  const rt = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca } }, client);
  await new Promise<void>((resolve, reject) => {
    rt.on('error', reject);
    rt.on('session.created', () => rt.send({ type: 'session.update', session: { type: 'realtime' } }));
    rt.on('session.updated', () => resolve());
  });
  rt.close();
  await until(() => linesOf(engine.file).some(({ kind }) => kind === 'close'));
  const open = linesOf(engine.file).find(({ kind }) => kind === 'open') as { responseHeaders: Record<string, string> };
  expect(open.responseHeaders['realtime-inspector-served']).toBe('weather.realtime.jsonl#s1');
});

it('the stored key goes to a server of the settings, and never to a trace', async () => {
  const seen: string[] = [];
  const server = createServer().on('upgrade', ({ headers }: IncomingMessage, socket: Duplex) => {
    seen.push(JSON.stringify(headers));
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const engine = await runEngine(url, { apiKey: 'sk-stored-key' });
  const knock = async () => {
    const socket = new WebSocket(`${engine.address.http.replace(/^http/, 'ws')}/realtime?model=gpt-realtime`);
    await once(socket, 'error');
  };
  await knock();
  await engine.setUpstream({ kind: 'trace', url, file: 'any' });
  await knock();
  expect(seen.map((headers) => headers.includes('sk-stored-key'))).toEqual([true, false]);
});
