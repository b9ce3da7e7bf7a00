import { request } from 'node:http';
import path from 'node:path';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { serveTrace, type ReplayServer } from '../../../src/replay/server/serve';
import { Recording, scratch } from '../rewrite/traces';
import { mimic, recordedTexts } from './mimic';

let place: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  place = await scratch();
});
afterAll(() => place.remove());
const running: ReplayServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
async function serve(trace: string, session?: string): Promise<ReplayServer> {
  const more = session === undefined ? {} : { session };
  const server = await serveTrace({ trace, certificates: path.join(place.folder, 'certificates'), ...more });
  running.push(server);
  return server;
}

const url = 'wss://api.openai.com/v1/realtime?model=gpt-realtime';
const LIMITED = '{"error":{"message":"Rate limit reached.","type":"tokens","code":"rate_limit_exceeded"}}';
const HEADERS = {
  'content-type': 'application/json',
  'retry-after': '2',
  'x-request-id': 'req_1',
  'set-cookie': ['__cf_bm=[redacted]; path=/'],
  'x-key': 'Bearer [redacted]',
  connection: 'keep-alive',
  'transfer-encoding': 'chunked',
  'content-length': '99999',
  'x-odd': 'one\r\nx-forged: yes',
};

/** Refused with 429, then let in; then one of another model, refused too. */
function refusedOnce(name: string, more: object = {}): string {
  const recording = new Recording(path.join(place.folder, name));
  recording.open('s1', 1, { url, status: 429, responseHeaders: HEADERS, body: LIMITED, ...more });
  recording.open('s2', 1000, { url });
  recording.say('s2', 1010, '<', { type: 'session.created', event_id: 'e1', session: { id: 'sess_1' } });
  recording.close('s2', 2000);
  const other = url.replace('gpt-realtime', 'gpt-nothing');
  recording.open('s3', 3000, { url: other, status: 404, body: '{"error":{"message":"No such model."}}' });
  return recording.end();
}

/** What a handshake is answered with. */
const handshake = (server: ReplayServer, model = 'gpt-realtime') =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const asked = request(`${server.url}/realtime?model=${model}`, { headers });
    asked.once('error', reject);
    asked.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
    });
    asked.once('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.end();
  });

it('a refused handshake is refused as recorded, in its turn, without what belonged to that connection or was secret', async () => {
  const file = refusedOnce('order.realtime.jsonl');
  const server = await serve(file);
  const { status, headers, body } = await handshake(server);
  expect({ status, body }).toEqual({ status: 429, body: LIMITED });
  expect(headers).toEqual({
    'content-type': 'application/json',
    'retry-after': '2',
    'x-request-id': 'req_1',
    'content-length': String(Buffer.byteLength(LIMITED)),
    connection: 'close',
  });
  // The session that came behind it in the recording comes behind it now, and then the first again.
  expect((await mimic(server.ws, file)).texts).toEqual(await recordedTexts(file));
  expect((await handshake(server)).status).toBe(429);
  expect(server.report()).toMatchObject({ clients: 1, refused: 2, diverged: 0 });
});

it('a refusal of another model is for clients that ask for that model', async () => {
  const server = await serve(refusedOnce('models.realtime.jsonl'));
  expect((await handshake(server, 'gpt-nothing')).status).toBe(404);
  // Nobody was recorded that asked for this one: a session is the better answer.
  expect((await handshake(server, 'gpt-unknown')).status).toBe(101);
});

it('one that the upstream never answered is answered as the proxy did, and a refusal can be served alone', async () => {
  const file = refusedOnce('never.realtime.jsonl', { status: 0, body: undefined, error: 'The name was not found.' });
  const server = await serve(file, 's1');
  for (let time = 0; time < 2; time += 1) {
    const { status, body } = await handshake(server);
    expect(status).toBe(502);
    expect(body).toContain('The upstream did not answer when session s1 was recorded. The name was not found.');
  }
});

it('openai for Node is refused as by the service, and let in when it tries again', async () => {
  const server = await serve(refusedOnce('openai.realtime.jsonl'));
  const client = new OpenAI({ apiKey: 'sk-none', baseURL: server.https });
  const connect = () => new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca: server.ca } }, client);
  const refused = connect();
  const error = await new Promise<Error>((resolve) => refused.on('error', resolve));
  expect(error.message).toMatch(/429/);
  const again = connect();
  await new Promise<void>((resolve, reject) => {
    again.on('error', reject);
    again.on('session.created', () => resolve());
  });
  again.close();
});

it('the agents SDK is told that it was refused', async () => {
  const server = await serve(refusedOnce('agents.realtime.jsonl'));
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Keeper' }), {
    transport: 'websocket',
    model: 'gpt-realtime',
  });
  session.on('error', () => undefined);
  await expect(
    session.connect({ apiKey: 'any', url: `${server.ws}/realtime?model=gpt-realtime` }),
  ).rejects.toBeDefined();
  expect(server.report()).toMatchObject({ clients: 0, refused: 1 });
});
