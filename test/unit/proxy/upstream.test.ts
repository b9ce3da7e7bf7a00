import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureAuthority } from '../../../src/proxy/certificates';
import type { Authority } from '../../../src/proxy/certificates';
import { shakeHands } from '../../../src/proxy/handshake';
import { forwardRequest } from '../../../src/proxy/rest';
import { createAgent, describeUpstreamError, resolveTarget } from '../../../src/proxy/upstream';

describe('the target of a client path', () => {
  it.each([
    ['wss://api.openai.com/v1', '/v1/realtime?model=m', 'https://api.openai.com', '/v1/realtime?model=m'],
    ['https://api.openai.com', '/v1/realtime', 'https://api.openai.com', '/v1/realtime'],
    ['ws://127.0.0.1:9', '/other/path?x', 'http://127.0.0.1:9', '/other/path?x'],
    ['https://r.openai.azure.com/openai/v1', '/v1/realtime?x', 'https://r.openai.azure.com', '/openai/v1/realtime?x'],
    ['https://r.openai.azure.com/openai/v1/', '/v1', 'https://r.openai.azure.com', '/openai/v1'],
    ['http://h/base', '/v1beta/x', 'http://h', '/base/v1beta/x'],
    ['http://h/base', '/v1?y', 'http://h', '/base?y'],
    ['http://h', '/v1/realtime?', 'http://h', '/v1/realtime?'],
    ['http://h', 'http://elsewhere:81/v1/a?b', 'http://h', '/v1/a?b'],
    ['http://h', '//elsewhere/v1', 'http://h', '//elsewhere/v1'],
    ['http://h', '*', 'http://h', '/'],
  ])('%s + %s', (upstream, path, origin, rawPath) => {
    const target = resolveTarget(new URL(upstream), path);
    expect([target.origin, target.rawPath]).toEqual([origin, rawPath]);
  });

  it('is not re-encoded', () => {
    const odd = `/v1/realtime?a=%7e%2F+b&c='"<>{}|^\`&d=[]&&e`;
    expect(resolveTarget(new URL('wss://h/openai/v1'), odd).rawPath).toBe(`/openai${odd}`);
    expect(resolveTarget(new URL('wss://h'), '/v1/a/../b/./c%2e%2E').rawPath).toBe('/v1/a/../b/./c%2e%2E');
  });

  it("keeps the upstream's query and lets the client's value win", () => {
    const upstream = new URL('https://h/openai?api-version=2025-01-01&deployment=d');
    expect(resolveTarget(upstream, '/v1/realtime').rawPath).toBe(
      '/openai/realtime?api-version=2025-01-01&deployment=d',
    );
    expect(resolveTarget(upstream, '/v1/realtime?deployment=mine&x=%20').rawPath).toBe(
      '/openai/realtime?api-version=2025-01-01&deployment=mine&x=%20',
    );
  });

  it('shows as a WebSocket URL, and refuses other schemes', () => {
    expect(resolveTarget(new URL('https://h/v1'), '/v1/realtime').webSocketUrl).toBe('wss://h/v1/realtime');
    expect(() => resolveTarget(new URL('ftp://h/'), '/v1')).toThrow('must be an http, https, ws or wss URL');
  });
});

describe('the way there', () => {
  let authority: Authority;
  let folder = '';
  const servers: net.Server[] = [];
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'NODE_EXTRA_CA_CERTS'];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'upstream-'));
    authority = await ensureAuthority(folder, ['api.example', '192.0.2.9', '2001:db8::9']);
  });
  beforeEach(() => {
    for (const name of names.flatMap((n) => [n, n.toLowerCase()])) vi.stubEnv(name, undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const server of servers.splice(0)) {
      if (server instanceof http.Server) server.closeAllConnections();
      server.close();
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function listen<S extends net.Server>(server: S): Promise<number> {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** A proxy that tunnels every CONNECT to `port` of this machine, or answers `refusal`. */
  async function tunnel(
    port: number,
    refusal?: string,
    proxy: http.Server = http.createServer(),
  ): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    proxy.on('connect', (req, socket: net.Socket, head: Buffer) => {
      asked.push(`${req.url} ${req.headers['proxy-authorization'] ?? ''}`.trim());
      if (refusal !== undefined) {
        socket.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      const onward = net.connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        if (head.length > 0) onward.write(head);
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    return { url: `http://127.0.0.1:${await listen(proxy)}`, asked };
  }

  const secureServer = (): https.Server =>
    https.createServer({ key: authority.key, cert: authority.cert }, (req, res) => {
      res.end(`${req.headers.host} ${(req.socket as TLSSocket).servername || '-'}`);
    });

  async function ask(url: string, agent: http.Agent): Promise<string> {
    const req = (url.startsWith('https') ? https : http).get(url, { agent });
    const [res] = (await once(req, 'response')) as [http.IncomingMessage];
    return Buffer.concat((await res.toArray()) as Buffer[]).toString();
  }

  async function failure(url: string, agent: http.Agent): Promise<string> {
    return ask(url, agent).then(
      (answer) => `answered: ${answer}`,
      (error: unknown) => describeUpstreamError(error, new URL(url)),
    );
  }

  it('trusts the certificates it is given, beside those of Node', async () => {
    const url = `https://localhost:${await listen(secureServer())}/`;
    const agent = createAgent(new URL(url), { ca: [authority.ca] });
    expect(await ask(url, agent)).toMatch(/^localhost:\d+ localhost$/);
    const context = (agent as https.Agent).options as { secureContext?: object };
    expect(createAgent(new URL('https://other/'), { ca: [authority.ca] })).toMatchObject({ options: context });
    expect(await failure(url, createAgent(new URL(url)))).toMatch(/^The upstream localhost:\d+ .*not trusted/);
  });

  it.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'])(
    'goes through %s, with or without a scheme',
    async (name) => {
      const proxy = await tunnel(await listen(secureServer()));
      const value = proxy.url.replace('//', '//user:p%40ss@');
      const url = 'https://api.example/v1/x';
      const asked = `api.example:443 Basic ${Buffer.from('user:p@ss').toString('base64')}`;
      for (const text of [value, value.replace('http://', '')]) {
        vi.stubEnv(name, text);
        expect(await ask(url, createAgent(new URL(url), { ca: [authority.ca] }))).toBe('api.example api.example');
      }
      expect(proxy.asked).toEqual([asked, asked]);
    },
  );

  it('goes through HTTP_PROXY for a plain upstream', async () => {
    const proxy = await tunnel(await listen(http.createServer((req, res) => res.end(req.url))));
    vi.stubEnv('HTTP_PROXY', proxy.url);
    expect(await ask('http://api.example:8000/y', createAgent(new URL('ws://api.example:8000/')))).toBe('/y');
    expect(proxy.asked).toEqual(['api.example:8000']);
  });

  it('prefers the proxy that is set, with or without a scheme', async () => {
    const proxy = await tunnel(await listen(secureServer()));
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    const url = 'https://api.example/';
    for (const proxyUrl of [proxy.url, proxy.url.replace('http://', '')]) {
      expect(await ask(url, createAgent(new URL(url), { ca: [authority.ca], proxyUrl }))).toContain('api.example');
    }
  });

  it('speaks TLS with a proxy that is set as https, and keeps a tunnel for later requests', async () => {
    const secure = https.createServer({ key: authority.key, cert: authority.cert });
    const proxy = await tunnel(await listen(secureServer()), undefined, secure);
    const url = 'https://api.example/';
    const proxyUrl = proxy.url.replace('http://127.0.0.1', 'https://localhost');
    const agent = createAgent(new URL(url), { ca: [authority.ca], proxyUrl, keepAlive: true });
    expect(await ask(url, agent)).toContain('api.example');
    expect(await ask(url, agent)).toContain('api.example');
    expect(proxy.asked).toEqual(['api.example:443']);
    agent.destroy();
  });

  it('leaves a tunnel to the request that has it now when an earlier one is given up', async () => {
    let answer: (() => void) | undefined;
    const server = https.createServer({ key: authority.key, cert: authority.cert }, (req, res) => {
      if (req.url === '/1') res.end('one');
      else answer = () => res.end('two');
    });
    const proxy = await tunnel(await listen(server));
    const url = 'https://api.example/';
    const agent = createAgent(new URL(url), { ca: [authority.ca], proxyUrl: proxy.url, keepAlive: true });
    const first = https.get(`${url}1`, { agent });
    const [res] = (await once(first, 'response')) as [http.IncomingMessage];
    await res.toArray();
    const second = ask(`${url}2`, agent);
    await expect.poll(() => answer).toBeDefined();
    first.destroy();
    answer?.();
    expect(await second).toBe('two');
    expect(proxy.asked).toHaveLength(1);
    agent.destroy();
  });

  it('never goes through a proxy to loopback, nor where NO_PROXY says', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
    vi.stubEnv('NO_PROXY', '.example');
    const url = `https://localhost:${await listen(secureServer())}/`;
    expect(await ask(url, createAgent(new URL(url), { ca: [authority.ca], proxyUrl: 'http://127.0.0.1:1' }))).toContain(
      'localhost',
    );
    expect(createAgent(new URL('https://api.example/')).constructor).toBe(https.Agent);
    expect(createAgent(new URL('https://api.test/')).constructor).not.toBe(https.Agent);
  });

  it('says which proxy refused, and what it wants', async () => {
    const url = 'https://api.example/';
    const wants = await tunnel(0, '407 Proxy Authentication Required');
    expect(await failure(url, createAgent(new URL(url), { proxyUrl: wants.url }))).toMatch(
      /^The HTTP proxy 127\.0\.0\.1:\d+ refused the connection to api\.example: it wants a user name/,
    );
    const denies = await tunnel(0, '403 Forbidden');
    expect(await failure(url, createAgent(new URL(url), { proxyUrl: denies.url }))).toContain('answered 403 Forbidden');
  });

  it('says that the proxy, not the upstream, is down', async () => {
    const url = 'https://api.example/';
    expect(await failure(url, createAgent(new URL(url), { proxyUrl: 'http://127.0.0.1:1' }))).toBe(
      'The HTTP proxy 127.0.0.1:1 could not be used to reach api.example: the connection was refused; nothing listens there.',
    );
  });

  describe('with an HTTP proxy that never answers', () => {
    const target = resolveTarget(new URL('https://api.example/'), '/v1/realtime');

    /** A handshake through such a proxy, and both ends of its client's connection. */
    async function stuck(patienceMs?: number) {
      const silent = net.createServer();
      const proxyUrl = `http://127.0.0.1:${await listen(silent)}`;
      const local = net.createServer();
      const port = await listen(local);
      const accepted = once(local, 'connection') as Promise<[net.Socket]>;
      const app = net.connect(port, '127.0.0.1');
      const [client] = await accepted;
      const asked = once(silent, 'connection') as Promise<[net.Socket]>;
      const result = shakeHands({
        target,
        agent: createAgent(target, { proxyUrl }),
        method: 'GET',
        headers: ['Connection', 'Upgrade', 'Upgrade', 'websocket'],
        client,
        ...(patienceMs === undefined ? {} : { patienceMs }),
      });
      const [atProxy] = await asked;
      atProxy.resume();
      return { app, result, closed: once(atProxy, 'close') };
    }

    it('gives up with a 504, and closes the connection to it', async () => {
      const { app, result, closed } = await stuck(100);
      expect(await result).toMatchObject({
        accepted: false,
        error: expect.stringMatching(/^The HTTP proxy 127\.0\.0\.1:\d+ .*api\.example: it did not answer in time\.$/),
      });
      expect(Buffer.concat((await app.toArray()) as Buffer[]).toString()).toMatch(/^HTTP\/1\.1 504 /);
      await closed;
    });

    it('closes the connection to it when the client of a REST call leaves', async () => {
      const silent = net.createServer();
      const proxyUrl = `http://127.0.0.1:${await listen(silent)}`;
      const asked = once(silent, 'connection') as Promise<[net.Socket]>;
      let ended: Promise<void> | undefined;
      const local = http.createServer((req, res) => {
        const agent = createAgent(target, { proxyUrl, keepAlive: true });
        ended = forwardRequest(req, res, { target, agent, clock: () => 0 });
      });
      const app = http.get({ port: await listen(local), path: '/v1/models' });
      app.on('error', () => undefined);
      const [atProxy] = await asked;
      const closed = once(atProxy.resume(), 'close');
      app.destroy();
      await closed;
      await ended;
    });

    it('closes the connection to it when the client leaves', async () => {
      const { app, result, closed } = await stuck();
      app.destroy();
      await closed;
      expect(await result).toMatchObject({ accepted: false, error: expect.stringContaining('client went away') });
    });
  });

  it('refuses a proxy it cannot use, without printing its password', () => {
    const target = new URL('https://api.example/');
    expect(() => createAgent(target, { proxyUrl: 'socks5://u:secret@h:1' })).toThrow(/^(?!.*secret).*socks5:\/\/h:1/);
    expect(() => createAgent(target, { proxyUrl: 'http://' })).toThrow('is not a URL');
    for (const proxyUrl of ['http://u:secret%ss@127.0.0.1:1', 'http://u%:secret@127.0.0.1:1', 'http://u:secret@h:x']) {
      let thrown: unknown;
      try {
        createAgent(target, { proxyUrl });
      } catch (error) {
        thrown = error;
      }
      expect((thrown as Error).message).toMatch(/127\.0\.0\.1:1\) .* write % as %25\.$|is not a URL/);
      expect(inspect(thrown)).not.toContain('secret');
    }
  });

  it('leaves the password out of what it keeps as the URL of the proxy', () => {
    const agent = createAgent(new URL('https://api.example/'), { proxyUrl: 'http://u:secret@127.0.0.1:1' });
    expect((agent as unknown as { proxy: URL }).proxy.href).toBe('http://127.0.0.1:1/');
  });

  describe('errors', () => {
    it('name the host and never the path, query or credentials', async () => {
      const url = 'http://user:secret@127.0.0.1:1/v1/k?api-key=secret';
      const message = await failure(url, createAgent(new URL(url)));
      expect(message).toBe(
        'The upstream 127.0.0.1:1 could not be reached: the connection was refused; nothing listens there.',
      );
    });

    it('tell plain from TLS spoken on the wrong port', async () => {
      const plain = await listen(http.createServer());
      const asTls = `https://127.0.0.1:${plain}/`;
      expect(await failure(asTls, createAgent(new URL(asTls)))).toContain('perhaps it speaks plain http');
      const bytes = await listen(net.createServer((socket) => socket.end('\x16\x03\x03 no HTTP')));
      const asPlain = `http://127.0.0.1:${bytes}/`;
      expect(await failure(asPlain, createAgent(new URL(asPlain)))).toContain('not HTTP');
    });

    it("cut a proxy's reason, and take control characters out of it", async () => {
      const url = 'https://api.example/';
      const { url: proxyUrl } = await tunnel(0, `403 \x1b[2J\x07${'no '.repeat(3000)}`);
      const message = await failure(url, createAgent(new URL(url), { proxyUrl }));
      expect(message).toMatch(/refused the connection to api\.example: it answered 403 \[2J no no/);
      expect(message).not.toMatch(/\p{Cc}/u);
      expect(message.length).toBeLessThan(400);
    });

    it.each([
      ['status text', 'HTTP/1.1 403 ', 'no '.repeat(1000)],
      ['headers', 'HTTP/1.1 200 OK\r\n', 'X: y\r\n'.repeat(500)],
      ['one header', 'HTTP/1.1 200 OK\r\nX: ', 'y'.repeat(3000)],
    ])('say that the head of an answer is too long (%s)', async (_what, start, more) => {
      let sent = 0;
      const endless = net.createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => {
          socket.write(start);
          const go = (): void => {
            if (socket.destroyed || sent > 8 * 1024 * 1024) return;
            sent += more.length;
            socket.write(more, () => setImmediate(go));
          };
          go();
        });
      });
      const url = 'https://api.example/';
      const proxyUrl = `http://127.0.0.1:${await listen(endless)}`;
      expect(await failure(url, createAgent(new URL(url), { proxyUrl }))).toMatch(
        /^The HTTP proxy .* could not be used .*: the head of its answer is too long\.$/,
      );
    });

    it('say that a certificate is for another name', async () => {
      const proxy = await tunnel(await listen(secureServer()));
      const url = 'https://elsewhere.example/';
      expect(await failure(url, createAgent(new URL(url), { ca: [authority.ca], proxyUrl: proxy.url }))).toContain(
        'for another name',
      );
    });

    it('say so of an address too, whose certificate must name it and not the proxy', async () => {
      // The proxy is reached under a name that the certificate holds.
      const proxy = await tunnel(await listen(secureServer()));
      const options = { ca: [authority.ca], proxyUrl: proxy.url.replace('127.0.0.1', 'localhost') };
      for (const url of ['https://192.0.2.1/', 'https://[2001:db8::1]/']) {
        expect(await failure(url, createAgent(new URL(url), options))).toContain('for another name');
      }
      for (const url of ['https://192.0.2.9/', 'https://[2001:db8::9]/']) {
        expect(await failure(url, createAgent(new URL(url), options))).toBe(`answered: ${new URL(url).host} -`);
      }
      expect(proxy.asked).toEqual(['192.0.2.1:443', '[2001:db8::1]:443', '192.0.2.9:443', '[2001:db8::9]:443']);
    });

    it('say that a connection was closed before an answer', async () => {
      const url = `http://127.0.0.1:${await listen(net.createServer((socket) => socket.destroy()))}/`;
      expect(await failure(url, createAgent(new URL(url)))).toContain('closed the connection before it answered');
    });

    it('say that a name is unknown', async () => {
      const error = Object.assign(new Error('getaddrinfo ENOTFOUND nowhere.invalid'), { code: 'ENOTFOUND' });
      expect(describeUpstreamError(error, new URL('wss://nowhere.invalid/v1?key=1'))).toBe(
        'The upstream nowhere.invalid could not be reached: its name is unknown; check the upstream URL and the network.',
      );
    });

    it('look into the errors of several addresses, and cut what they do not know', () => {
      const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
      const target = new URL('https://h/');
      expect(describeUpstreamError(new AggregateError([refused]), target)).toContain('refused');
      expect(describeUpstreamError(new Error('odd\n'.repeat(500)), target).length).toBeLessThan(300);
    });
  });
});
