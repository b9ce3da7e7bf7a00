import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

// Apps of the user's, in processes of their own, with the preload in front and a small server where the proxy would be.

const root = path.resolve(import.meta.dirname, '../../..');
let folder = '';
let preload = '';
/** Makes the real API unreachable, and says on stdout when an app turns to it. */
let offline = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'preload-'));
  preload = path.join(folder, 'preload.cjs');
  offline = path.join(folder, 'offline.cjs');
  await build({
    entryPoints: [path.join(root, 'src/proxy/preload.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outfile: preload,
  });
  await writeFile(
    offline,
    `const dns = require('node:dns');
     const real = dns.lookup;
     dns.lookup = (name, options, done) => {
       if (name !== 'api.openai.com') return real(name, options, done);
       console.log('looked up ' + name);
       process.nextTick(typeof options === 'function' ? options : done, Object.assign(new Error('offline'), { code: 'EOFFLINE' }));
     };`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Seen {
  url: string;
  host: string;
  authorization: string;
  protocols: string;
  body: string;
}
let seen: Seen[] = [];
let server: http.Server;
let port = 0;
beforeEach(async () => {
  seen = [];
  const note = (req: http.IncomingMessage, body = ''): void => {
    seen.push({
      url: req.url ?? '',
      host: req.headers.host ?? '',
      authorization: req.headers.authorization ?? '',
      protocols: req.headers['sec-websocket-protocol'] ?? '',
      body,
    });
  };
  server = http.createServer(async (req, res) => {
    note(req, Buffer.concat((await req.toArray()) as Buffer[]).toString());
    res.end('from the proxy');
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (client, req) => {
    note(req);
    client.send(JSON.stringify({ type: 'session.created', event_id: 'event_1', session: { id: 'sess_1' } }));
    client.on('message', (data) =>
      client.send(JSON.stringify({ type: 'echo', event: JSON.parse(String(data)) as unknown })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Runs an app (an ES module's text) and returns what it printed. */
async function run(
  app: string,
  options: { proxy?: string; commonJs?: boolean } = {},
): Promise<{ out: string; err: string; code: number | null }> {
  const child = spawn(
    process.execPath,
    [
      '--require',
      offline,
      '--require',
      preload,
      `--input-type=${options.commonJs === true ? 'commonjs' : 'module'}`,
      '-e',
      app,
    ],
    {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        OPENAI_API_KEY: 'sk-test',
        REALTIME_INSPECTOR_PROXY: options.proxy ?? `http://127.0.0.1:${port}/v1`,
      },
    },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { out, err, code };
}

const SDK = `
  import { OpenAIRealtimeWS } from 'openai/realtime/ws';
  const rt = new OpenAIRealtimeWS({ model: 'gpt-realtime' });
  rt.on('error', (error) => { console.log('error', String(error.cause?.message ?? error.message)); process.exit(); });
  rt.on('session.created', (event) => {
    console.log(event.type, event.session.id);
    rt.send({ type: 'input_audio_buffer.clear' });
  });
  rt.on('event', (event) => { if (event.type === 'echo') { console.log(JSON.stringify(event.event)); rt.close(); } });
`;

describe('the official SDKs, unmodified and without certificates', () => {
  it('openai: OpenAIRealtimeWS', async () => {
    const { out, err, code } = await run(SDK);
    expect({ out, err, code }).toEqual({
      out: 'session.created sess_1\n{"type":"input_audio_buffer.clear"}\n',
      err: '',
      code: 0,
    });
    expect(seen).toEqual([
      {
        url: '/v1/realtime?model=gpt-realtime',
        host: `127.0.0.1:${port}`,
        authorization: 'Bearer sk-test',
        protocols: '',
        body: '',
      },
    ]);
  });

  it('openai: OpenAIRealtimeWebSocket, on the WebSocket that Node brings', async () => {
    const { out } = await run(`
      import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
      const rt = new OpenAIRealtimeWebSocket({ model: 'gpt-realtime', dangerouslyAllowBrowser: true });
      rt.on('error', (error) => { console.log('error', error.message); process.exit(); });
      rt.on('session.created', (event) => { console.log(event.type); rt.close(); });
    `);
    expect(out).toBe('session.created\n');
    expect(seen[0]?.url).toBe('/v1/realtime?model=gpt-realtime');
    expect(seen[0]?.protocols).toContain('openai-insecure-api-key.sk-test');
  });

  it('@openai/agents-realtime, with no option', async () => {
    const { out, err } = await run(`
      import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
      const session = new RealtimeSession(new RealtimeAgent({ name: 'a' }), { transport: 'websocket', model: 'gpt-realtime' });
      const created = new Promise((resolve) => session.transport.on('session.created', resolve));
      await session.connect({ apiKey: 'sk-agent' });
      console.log((await created).type);
      session.close();
    `);
    expect(out).toBe('session.created\n');
    expect(err).toBe('');
    expect(seen[0]?.url).toBe('/v1/realtime?model=gpt-realtime');
    expect(seen[0]?.authorization).toBe('Bearer sk-agent');
  });

  it('openai: client secrets, which go through fetch', async () => {
    const { out } = await run(`
      import OpenAI from 'openai';
      const answer = await new OpenAI({ maxRetries: 0 }).realtime.clientSecrets.create({ session: { type: 'realtime' } }).asResponse();
      console.log(answer.status, await answer.text());
    `);
    expect(out).toBe('200 from the proxy\n');
    expect(seen).toMatchObject([
      { url: '/v1/realtime/client_secrets', authorization: 'Bearer sk-test', body: '{"session":{"type":"realtime"}}' },
    ]);
  });
});

describe('the base URL of a proxy that spends a key', () => {
  it('has its segment put before every path', async () => {
    const { out } = await run(
      `${SDK}
       import https from 'node:https';
       https.get('https://api.openai.com/v1/realtime/a', (res) => res.resume());
       await (await fetch('https://api.openai.com/v1/realtime/b?c')).text();
       const ws = new WebSocket('wss://api.openai.com/v1/realtime?d');
       await new Promise((resolve) => ws.addEventListener('message', resolve));
       ws.close();`,
      { proxy: `http://127.0.0.1:${port}/k/$&-secret_1/v1` },
    );
    expect(out).toContain('session.created');
    expect(seen.map((one) => one.url).sort()).toEqual([
      '/k/$&-secret_1/v1/realtime/a',
      '/k/$&-secret_1/v1/realtime/b?c',
      '/k/$&-secret_1/v1/realtime?d',
      '/k/$&-secret_1/v1/realtime?model=gpt-realtime',
    ]);
  });
});

describe('every way to ask', () => {
  it.each([
    ['a URL string', `https.request('https://api.openai.com/v1/realtime/x?y', done).end()`],
    ['a URL', `https.request(new URL('https://api.openai.com/v1/realtime/x?y'), { method: 'GET' }, done).end()`],
    ['options', `https.request({ host: 'API.openai.com', port: 443, path: '/v1/realtime/x?y' }, done).end()`],
    ['hostname', `https.request({ hostname: 'api.openai.com', host: 'z', path: '/v1/realtime/x?y' }, done).end()`],
    [
      'a list of headers',
      `https.get({ host: 'api.openai.com', path: '/v1/realtime/x?y', headers: ['Host', 'h', 'A', 'b'] }, done)`,
    ],
    ['get', `https.get('https://api.openai.com/v1/realtime/x?y', done)`],
    ['an agent', `https.get('https://api.openai.com/v1/realtime/x?y', { agent: new https.Agent() }, done)`],
    ['no agent', `https.get('https://api.openai.com/v1/realtime/x?y', { agent: false }, done)`],
  ])('%s', async (_what, call) => {
    const app = `const done = (res) => { res.setEncoding('utf8'); res.on('data', (text) => console.log(text)); }; ${call};`;
    const { out, err } = await run(`const https = require('https'); ${app}`, { commonJs: true });
    expect({ out, err }).toEqual({ out: 'from the proxy\n', err: '' });
    expect(seen).toMatchObject([{ url: '/v1/realtime/x?y', host: `127.0.0.1:${port}` }]);
  });

  it('by a name imported from the ES module', async () => {
    const { out } = await run(`
      import { get } from 'node:https';
      get('https://api.openai.com/v1/realtime/x', (res) => res.on('data', (data) => console.log(String(data))));
    `);
    expect(out).toBe('from the proxy\n');
  });

  it('with a body, written late', async () => {
    await run(`
      import https from 'node:https';
      const req = https.request('https://api.openai.com/v1/realtime/calls', { method: 'POST' }, (res) => res.resume());
      req.write('early ');
      setTimeout(() => req.end('late'), 100);
    `);
    expect(seen).toMatchObject([{ url: '/v1/realtime/calls', body: 'early late' }]);
  });

  it('with fetch and a Request', async () => {
    const { out } = await run(`
      const request = new Request('https://api.openai.com/v1/realtime/calls', { method: 'POST', body: 'sdp' });
      const answer = await fetch(request);
      console.log(await answer.text(), answer.url);
    `);
    expect(out).toBe('from the proxy https://api.openai.com/v1/realtime/calls\n');
    expect(seen).toMatchObject([{ url: '/v1/realtime/calls', body: 'sdp' }]);
  });

  it('with a global WebSocket, which stays what it is', async () => {
    const { out } = await run(`
      const ws = new WebSocket('wss://api.openai.com/v1/realtime', ['realtime', 'openai-insecure-api-key.k']);
      console.log(ws instanceof WebSocket, WebSocket.name, WebSocket.OPEN, ws.url);
      class Mine extends WebSocket {}
      ws.onmessage = () => {
        ws.close();
        const mine = new Mine('wss://api.openai.com/v1/realtime?mine');
        mine.onmessage = () => { console.log(mine instanceof Mine); mine.close(); };
      };
    `);
    expect(out).toBe('true WebSocket 1 wss://api.openai.com/v1/realtime\ntrue\n');
    expect(seen.map((one) => [one.url, one.protocols])).toEqual([
      ['/v1/realtime', 'realtime, openai-insecure-api-key.k'],
      ['/v1/realtime?mine', ''],
    ]);
  });
});

describe('everything else is left alone', () => {
  it.each([
    ['another path of the API', `https.get('https://api.openai.com/v1/models', done)`],
    ['a path that only begins alike', `https.get('https://api.openai.com/v1/realtimes', done)`],
    ['another port', `https.get('https://api.openai.com:8443/v1/realtime', done)`],
    ['another path with fetch', `fetch('https://api.openai.com/v1/models').catch(failed)`],
    [
      'the API with the bypass',
      `globalThis[Symbol.for('realtime-inspector.bypass')] = true; https.get('https://api.openai.com/v1/realtime', done)`,
    ],
    [
      'fetch with the bypass',
      `globalThis[Symbol.for('realtime-inspector.bypass')] = true; fetch('https://api.openai.com/v1/realtime').catch(failed)`,
    ],
  ])('%s', async (_what, call) => {
    const { out, err } = await run(`
      import https from 'node:https';
      process.on('uncaughtException', (error) => console.log(error.code));
      const failed = (error) => console.log(error.cause.code);
      const done = () => console.log('answered');
      ${call};
    `);
    expect({ out, err }).toEqual({ out: 'looked up api.openai.com\nEOFFLINE\n', err: '' });
    expect(seen).toEqual([]);
  });

  it('errors of bad arguments are the ones Node throws', async () => {
    const { out } = await run(`
      import https from 'node:https';
      for (const args of [['nonsense'], [{ host: 'api.openai.com', path: '/v1/realtime x' }], [{ host: 7, path: '/v1/realtime' }]]) {
        try { https.request(...args); } catch (error) { console.log(error.code); }
      }
      try { new WebSocket('nonsense'); } catch (error) { console.log(error.name); }
      try { new WebSocket(); } catch (error) { console.log(error.name); }
    `);
    expect(out).toBe('ERR_INVALID_URL\nERR_UNESCAPED_CHARACTERS\nERR_INVALID_ARG_TYPE\nSyntaxError\nTypeError\n');
  });

  it.each(['not a URL', 'https://127.0.0.1:1/v1', 'socks://x'])(
    'with the variable set to %j, after one line',
    async (proxy) => {
      const { out, err } = await run(`import 'node:https'; console.log('runs')`, { proxy });
      expect(out).toBe('runs\n');
      expect(err).toBe('realtime-inspector: REALTIME_INSPECTOR_PROXY is not an http:// URL; nothing is recorded.\n');
    },
  );
});

describe('when the proxy is not running', () => {
  const proxy = 'http://127.0.0.1:1/k/secret/v1';
  const line =
    'realtime-inspector: the proxy at 127.0.0.1:1 is not running; connecting to api.openai.com directly, nothing is recorded.\n';

  it('the SDK goes to the API, after one line that keeps the secret', async () => {
    const { out, err } = await run(SDK, { proxy });
    expect(out).toMatch(/^looked up api\.openai\.com\nerror .*offline/);
    expect(err).toBe(line);
  });

  it('fetch and WebSocket go to the API, and the line is not said again', async () => {
    const { out, err } = await run(
      `await fetch('https://api.openai.com/v1/realtime/calls', { method: 'POST', body: 'x' }).catch((e) => console.log(e.cause.code));
       const ws = new WebSocket('wss://api.openai.com/v1/realtime');
       await new Promise((resolve) => ws.addEventListener('error', resolve));
       console.log('failed');`,
      { proxy },
    );
    expect(out).toBe('looked up api.openai.com\nEOFFLINE\nlooked up api.openai.com\nfailed\n');
    expect(err).toBe(line);
  });

  it('the request that goes on is the one the app made, on the connection the app wanted', async () => {
    const app = (how: string): string => `
      const https = require('node:https'), net = require('node:net');
      const connect = (options) => (process.stdout.write(options.host + ':' + options.port + ' '), net.connect(${port}, '127.0.0.1'));
      class Agent extends https.Agent { createConnection(options) { return connect(options); } }
      const req = https.request('https://api.openai.com/v1/realtime/calls?x', { method: 'POST', ${how} }, (res) => res.pipe(process.stdout));
      req.end('body');`;
    for (const how of ['agent: new Agent()', 'createConnection: connect', 'agent: new Agent({ keepAlive: false })']) {
      const { out } = await run(app(how), { proxy, commonJs: true });
      expect(out).toBe('api.openai.com:443 from the proxy');
    }
    expect(seen).toEqual(
      Array.from({ length: 3 }, () => ({
        url: '/v1/realtime/calls?x',
        host: 'api.openai.com',
        authorization: '',
        protocols: '',
        body: 'body',
      })),
    );
  });

  it('a request that is ended meanwhile ends as it would without the preload', async () => {
    const { out, code } = await run(
      `const req = require('node:https').get('https://api.openai.com/v1/realtime');
       req.on('error', (error) => console.log(error.message)).on('close', () => console.log('closed'));
       req.destroy();`,
      { proxy, commonJs: true },
    );
    expect({ out, code }).toEqual({ out: 'socket hang up\nclosed\n', code: 0 });
  });
});
