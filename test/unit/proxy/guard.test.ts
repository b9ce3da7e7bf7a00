import { describe, expect, it } from 'vitest';
import { checkRequest } from '../../../src/proxy/guard';
import { isLoopback } from '../../../src/simulator/loopback';

describe('a request is judged by its Host', () => {
  it.each([
    'localhost',
    'LOCALHOST:8787',
    'localhost.:8787',
    'app.localhost:8787',
    '127.0.0.1:8787',
    '127.8.9.10',
    '[::1]:8787',
    '[::ffff:127.0.0.1]:8787',
  ])('%s passes without a setting', (host) => {
    expect(checkRequest({ host }, [], [])).toBeUndefined();
  });

  it.each([
    'evil.example:8787',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '0.0.0.0:8787',
    '192.168.1.4:8787',
    '[fe80::1]:8787',
    'api.openai.com',
  ])('%s is misdirected, and the message names the setting', (host) => {
    const refusal = checkRequest({ host }, [], []);
    expect(refusal?.status).toBe(421);
    expect(refusal?.message).toContain('realtimeInspector.proxy.allowedHosts');
    expect(refusal?.message).toContain(host);
  });

  it.each([undefined, '', 'a b', 'localhost/x', 'user@localhost', 'localhost#', 'localhost:99999'])(
    'a Host of %j is bad',
    (host) => {
      expect(checkRequest({ host }, [], [])?.status).toBe(400);
    },
  );

  it('passes under an allowed name, whatever its case and port', () => {
    expect(checkRequest({ host: 'Host.Docker.Internal:8787' }, ['host.docker.internal'], [])).toBeUndefined();
    expect(checkRequest({ host: 'a.host.docker.internal' }, ['host.docker.internal'], [])?.status).toBe(421);
  });

  it('passes under an allowed name and port, and not on another port', () => {
    expect(checkRequest({ host: 'dev.example:8787' }, ['dev.example:8787'], [])).toBeUndefined();
    expect(checkRequest({ host: 'dev.example:8788' }, ['dev.example:8787'], [])?.status).toBe(421);
  });

  it('passes below a wildcard, and not as its parent', () => {
    expect(checkRequest({ host: 'x-8787.app.github.dev' }, ['*.app.github.dev'], [])).toBeUndefined();
    expect(checkRequest({ host: 'app.github.dev' }, ['*.app.github.dev'], [])?.status).toBe(421);
    expect(checkRequest({ host: 'evilapp.github.dev' }, ['*.app.github.dev'], [])?.status).toBe(421);
  });

  it('passes under an allowed IPv6 address', () => {
    expect(checkRequest({ host: '[fd00::7]:8787' }, ['[fd00::7]'], [])).toBeUndefined();
    expect(checkRequest({ host: '[fd00::7]:8787' }, ['fd00::7'], [])).toBeUndefined();
  });

  it('cuts a very long Host in its message', () => {
    expect(checkRequest({ host: `${'a'.repeat(5000)}.example` }, [], [])?.message.length).toBeLessThan(500);
  });
});

describe('a request is judged by its Origin', () => {
  const host = 'localhost:8787';

  it.each([
    'http://localhost:3000',
    'https://localhost',
    'http://127.0.0.1:5173',
    'http://[::1]:80',
    'http://a.localhost',
  ])('%s passes: it is a page of this machine', (origin) => {
    expect(checkRequest({ host, origin }, [], [])).toBeUndefined();
  });

  it.each(['https://evil.example', 'http://localhost.evil.example', 'vscode-webview://0abc', 'file://', '', 'garbage'])(
    '%j is forbidden, and the message names the setting',
    (origin) => {
      const refusal = checkRequest({ host, origin }, [], []);
      expect(refusal?.status).toBe(403);
      expect(refusal?.message).toContain('realtimeInspector.proxy.allowedOrigins');
    },
  );

  it('an allowed host is not an allowed origin', () => {
    expect(checkRequest({ host, origin: 'https://dev.example' }, ['dev.example'], [])?.status).toBe(403);
  });

  it('null stays forbidden even when listed: every sandboxed frame sends it', () => {
    expect(checkRequest({ host, origin: 'null' }, [], ['null'])?.status).toBe(403);
  });

  it('passes when listed exactly, with scheme and port', () => {
    const allowed = ['https://app.example', 'http://dev.example:3000/'];
    expect(checkRequest({ host, origin: 'https://app.example' }, [], allowed)).toBeUndefined();
    expect(checkRequest({ host, origin: 'http://dev.example:3000' }, [], allowed)).toBeUndefined();
    expect(checkRequest({ host, origin: 'http://app.example' }, [], allowed)?.status).toBe(403);
    expect(checkRequest({ host, origin: 'https://app.example.evil.example' }, [], allowed)?.status).toBe(403);
  });

  it('webviews pass by their scheme, web pages never do', () => {
    expect(checkRequest({ host, origin: 'vscode-webview://0abc' }, [], ['vscode-webview://*'])).toBeUndefined();
    expect(checkRequest({ host, origin: 'https://evil.example' }, [], ['https://*'])?.status).toBe(403);
  });

  it('passes below a wildcard host', () => {
    const allowed = ['https://*.app.example'];
    expect(checkRequest({ host, origin: 'https://a.app.example' }, [], allowed)).toBeUndefined();
    expect(checkRequest({ host, origin: 'https://evilapp.example' }, [], allowed)?.status).toBe(403);
  });
});

describe('loopback names', () => {
  it('are not looked up and not guessed', () => {
    expect(['127.0.0.1', '[::1]', 'a.b.localhost', '::ffff:7f00:1'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['127.evil.example', '128.0.0.1', '::2', 'localhost.example', ''].map(isLoopback)).not.toContain(true);
  });
});
