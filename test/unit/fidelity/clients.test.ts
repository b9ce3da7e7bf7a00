import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { cleanUp, dist, later, listen, readTrace, root, sessionOf, startProxy } from './bed';
import type { RunningProxy } from './bed';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';

// Real clients, their packages unmodified, through the built proxy to a small Realtime server.

let proxy: RunningProxy;
/** What the upstream received and sent, as text, for the session in turn. */
let received: string[] = [];
let sent: string[] = [];
let extensions = '';
let request: http.IncomingMessage;

beforeAll(async () => {
  const server = http.createServer((req, res) => {
    void req.toArray().then((chunks) => {
      res.setHeader('Content-Type', 'application/json');
      res.end(
        JSON.stringify({
          value: 'ek_0123456789abcdef0123456789abcdef',
          asked: JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as unknown,
        }),
      );
    });
  });
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: { threshold: 0 },
    handleProtocols: (protocols) => (protocols.has('realtime') ? 'realtime' : false),
  });
  sockets.on('connection', (ws, req) => {
    request = req;
    extensions = ws.extensions;
    const say = (event: object): void => {
      const text = JSON.stringify(event);
      sent.push(text);
      ws.send(text);
    };
    say({
      type: 'session.created',
      event_id: 'event_1',
      session: { type: 'realtime', id: 'sess_1', object: 'realtime.session' },
    });
    ws.on('message', (data) => {
      received.push(String(data));
      const event = JSON.parse(String(data)) as { type: string; session?: unknown };
      if (event.type === 'session.update')
        say({ type: 'session.updated', event_id: 'event_2', session: event.session });
      else
        say({
          type: 'conversation.item.added',
          event_id: `event_${sent.length}`,
          item: { id: 'item_1', type: 'message', role: 'user', content: [] },
          echo: event,
        });
    });
  });
  proxy = await startProxy(await listen(server));
});
afterAll(cleanUp);
beforeEach(() => {
  received = [];
  sent = [];
});

async function run(app: string, env: Record<string, string>, flags: string[] = []): Promise<string> {
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', app], {
    cwd: root,
    env: { PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-secret', ...env },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk));
  await once(child, 'close');
  return out;
}

/** The trace has what the upstream received and sent, message for message. */
async function traceAgrees(mark: string): Promise<void> {
  const trace = await sessionOf(proxy.file, mark, ({ messages }) => messages.length >= received.length + sent.length);
  expect(trace.messages.filter((one) => one.from === 'client').map((one) => String(one.data))).toEqual(received);
  expect(trace.messages.filter((one) => one.from === 'server').map((one) => String(one.data))).toEqual(sent);
  expect(JSON.stringify(trace.records[0])).not.toContain('sk-secret');
}

const SDK = (model: string): string => `
  import { OpenAIRealtimeWS } from 'openai/realtime/ws';
  const rt = new OpenAIRealtimeWS({ model: '${model}' });
  rt.on('error', (error) => { console.log('error', error.message, String(error.cause?.message)); process.exit(); });
  rt.on('session.created', (event) => {
    console.log(event.session.id);
    rt.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Speak \u00e9\u{1f600}' } });
  });
  rt.on('session.updated', (event) => { console.log(event.session.instructions); rt.close(); });
`;

describe('openai', () => {
  it('OpenAIRealtimeWS over TLS, with the base URL and the authority in the environment', async () => {
    const out = await run(SDK('tls'), { OPENAI_BASE_URL: proxy.https, NODE_EXTRA_CA_CERTS: proxy.ca });
    expect(out).toBe('sess_1\nSpeak \u00e9\u{1f600}\n');
    expect(request.headers.authorization).toBe('Bearer sk-secret');
    await traceAgrees('model=tls');
  });

  it('without the authority fails, and the proxy says what to set', async () => {
    const out = await run(SDK('untrusted'), { OPENAI_BASE_URL: proxy.https });
    expect(out).toMatch(/^error .*certificate/);
    await expect.poll(() => proxy.said()).toContain(`NODE_EXTRA_CA_CERTS=${proxy.ca}`);
  });

  it('OpenAIRealtimeWS through the preload, with no base URL', async () => {
    const out = await run(SDK('preload'), { REALTIME_INSPECTOR_PROXY: proxy.http }, [
      '--require',
      path.join(dist, 'preload.cjs'),
    ]);
    expect(out).toBe('sess_1\nSpeak \u00e9\u{1f600}\n');
    await traceAgrees('model=preload');
  });

  it('client secrets pass, and the trace has the call without the secrets', async () => {
    const out = await run(
      `import OpenAI from 'openai';
       const answer = await new OpenAI().realtime.clientSecrets.create({ session: { type: 'realtime', model: 'm' } });
       console.log(answer.value);`,
      { OPENAI_BASE_URL: proxy.http },
    );
    expect(out).toBe('ek_0123456789abcdef0123456789abcdef\n');
    await expect
      .poll(async () => (await readTrace(proxy.file)).records.filter((record) => record.kind === 'http').length)
      .toBe(1);
    const { records, lines } = await readTrace(proxy.file);
    expect(records.find((record) => record.kind === 'http')).toMatchObject({ method: 'POST', status: 200 });
    expect(lines.filter((line) => /ek_0123456789abcdef|sk-secret/.test(line))).toEqual([]);
  });
});

it('a proxy started from a terminal with the preload does not send its own calls back to a proxy', async () => {
  let asked = 0;
  const decoy = http.createServer((_req, res) => res.end(String((asked += 1))));
  const base = await listen(decoy);
  const other = await startProxy('openai', {
    NODE_OPTIONS: `--require ${path.join(dist, 'preload.cjs')}`,
    REALTIME_INSPECTOR_PROXY: base,
    HTTPS_PROXY: 'http://127.0.0.1:1',
  });
  const answer = await fetch(`${other.http}/realtime/calls`, { method: 'POST', body: 'sdp' });
  expect(answer.status).toBe(502);
  expect(await answer.text()).toContain('The HTTP proxy 127.0.0.1:1 could not be used to reach api.openai.com');
  expect(asked).toBe(0);
});

describe('@openai/agents-realtime', () => {
  const app = (connect: string): string => `
    import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
    const agent = new RealtimeAgent({ name: 'a', instructions: 'Be brief.' });
    const session = new RealtimeSession(agent, { transport: 'websocket', model: 'gpt-realtime' });
    session.on('error', (error) => console.log('error', error));
    session.transport.on('session.updated', (event) => { console.log(event.session.instructions); session.close(); });
    await session.connect({ apiKey: 'sk-secret', ${connect} });
  `;

  it('by its url option', async () => {
    const out = await run(app(`url: '${proxy.ws}/realtime?model=agents-url'`), {});
    expect(out).toBe('Be brief.\n');
    await traceAgrees('model=agents-url');
  });

  it('through the preload, with no option', async () => {
    const out = await run(app(''), { REALTIME_INSPECTOR_PROXY: proxy.http }, [
      '--require',
      path.join(dist, 'preload.cjs'),
    ]);
    expect(out).toBe('Be brief.\n');
    await traceAgrees('model=gpt-realtime');
  });
});

describe('a page in Chromium', () => {
  let browser: Browser;
  let page: string;
  beforeAll(async () => {
    browser = await launchChromium('--host-resolver-rules=MAP *.example 127.0.0.1');
    later(() => browser.close());
    const server = http.createServer((_req, res) =>
      res.setHeader('Content-Type', 'text/html').end('<title>app</title>'),
    );
    page = (await listen(server)).replace('/v1', '/');
  }, 30_000);

  const script = async ({
    url,
    texts,
  }: {
    url: string;
    texts: string[];
  }): Promise<{ got: string[]; protocol: string; code: number }> => {
    const ws = new WebSocket(url, ['realtime', 'openai-insecure-api-key.sk-secret']);
    const got: string[] = [];
    const ended = new Promise<{ got: string[]; protocol: string; code: number }>((resolve) => {
      ws.onclose = (event) => resolve({ got, protocol: ws.protocol, code: event.code });
    });
    ws.onopen = () => {
      for (const text of texts) ws.send(text);
    };
    ws.onmessage = (event) => {
      got.push(String(event.data));
      if (got.length === texts.length + 1) ws.close(3001, 'done');
    };
    return ended;
  };
  const texts = Array.from({ length: 25 }, (_, i) =>
    JSON.stringify({
      type: 'conversation.item.create',
      i,
      text: 'compressed by the browser '.repeat(i * 20),
      '\ud83d\ude00': '\u2028',
    }),
  );

  it('with its own WebSocket, compressed: both ends and the trace have the same messages', async () => {
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.goto(page);
    const result = await tab.evaluate(script, { url: `${proxy.ws}/realtime?model=chromium-plain`, texts });
    expect(extensions).toContain('permessage-deflate');
    expect(received).toEqual(texts);
    expect(result).toEqual({ got: sent, protocol: 'realtime', code: 3001 });
    await traceAgrees('model=chromium-plain');
    const trace = await sessionOf(proxy.file, 'model=chromium-plain');
    expect(trace.records.find((record) => record.kind === 'close')).toMatchObject({
      code: 3001,
      reason: 'done',
      by: 'client',
    });
    await context.close();
  }, 20_000);

  it('refuses the certificate as long as it is not trusted, and the proxy says so', async () => {
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.goto(page);
    const result = await tab.evaluate(script, { url: `${proxy.https.replace('https', 'wss')}/realtime`, texts: [] });
    expect(result.code).toBe(1006);
    expect(proxy.said()).toContain('certificate');
    await context.close();
  }, 20_000);

  it('of a foreign name is refused, by its Origin and under its own name by the Host', async () => {
    const context = await browser.newContext();
    const tab = await context.newPage();
    // Both names lead to this machine, as they do after DNS rebinding.
    await tab.goto(page.replace('127.0.0.1', 'evil.example'));
    const port = proxy.port;
    for (const host of ['127.0.0.1', 'evil.example']) {
      const result = await tab.evaluate(script, { url: `ws://${host}:${port}/v1/realtime?model=evil`, texts: [] });
      expect(result.code).toBe(1006);
    }
    expect(received).toEqual([]);
    await expect.poll(() => proxy.said()).toContain('A page of "http://evil.example');
    await expect.poll(() => proxy.said()).toContain(`asked as "evil.example:${port}"`);
    await context.close();
  }, 20_000);
});
