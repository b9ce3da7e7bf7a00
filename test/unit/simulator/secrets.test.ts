import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Random } from '../../../src/protocol/random';
import { Secrets } from '../../../src/simulator/secrets';
import { startServer, type RunningServer } from '../../../src/simulator/server';
import { Refusal, type Json } from '../../../src/simulator/wire';

const NOW = 1_795_208_400_000;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function running(): Promise<RunningServer> {
  const server = await startServer({ host: '127.0.0.1', port: 0, seed: 1 });
  cleanups.push(() => server.stop());
  return server;
}

describe('an ephemeral key', () => {
  const lasting = (seconds?: unknown): Json => {
    const secrets = new Secrets(new Random(1));
    return secrets.create(JSON.stringify(seconds === undefined ? {} : { expires_after: { seconds } }), NOW);
  };

  it.each([10, 600, 7200])('may last %i seconds', (seconds) => {
    expect(lasting(seconds)['expires_at']).toBe(NOW / 1000 + seconds);
  });

  it('lasts ten minutes when nothing is said', () => {
    expect(lasting()['expires_at']).toBe(NOW / 1000 + 600);
  });

  it.each([9, 7201, 0, -1, 60.5, '60', null])('may not last %j seconds', (seconds) => {
    expect(() => lasting(seconds)).toThrow(
      new Refusal(
        'invalid_value',
        "Invalid 'expires_after.seconds': expected an integer from 10 to 7200.",
        'expires_after.seconds',
      ),
    );
  });

  it('is good for several sessions until its last second, and then for none', () => {
    const secrets = new Secrets(new Random(1));
    const { value } = secrets.create('{"expires_after":{"seconds":60}}', NOW);
    const found = (atMs: number): unknown => secrets.find(String(value), NOW + atMs);
    expect(found(0)).toMatchObject({ kind: 'realtime' });
    expect(found(60_000)).toMatchObject({ kind: 'realtime' });
    expect(found(60_001)).toBe('expired');
  });

  it('shows nothing of what opens an MCP server', () => {
    const tools = [{ type: 'mcp', server_label: 'a', server_url: 'https://a.example', authorization: 'tok-123456' }];
    const session = { type: 'realtime', tools };
    const answer = new Secrets(new Random(1)).create(JSON.stringify({ session }), NOW);
    expect(JSON.stringify(answer)).not.toContain('tok-123456');
    expect(answer['session']).toMatchObject({ tools: [{ server_label: 'a', server_url: 'https://a.example' }] });
  });

  it('opens the session it was made for, whose model may be named again, and no other', async () => {
    const server = await running();
    const create = async (session: Json): Promise<string> => {
      const body = JSON.stringify({ session });
      const response = await fetch(`${server.url}/realtime/client_secrets`, { method: 'POST', body });
      return String(((await response.json()) as Json)['value']);
    };
    const first = async (key: string, query: string): Promise<Json> => {
      const url = `${server.url.replace('http', 'ws')}/realtime${query}`;
      const socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
      const [data] = (await once(socket, 'message')) as [Buffer];
      socket.terminate();
      return JSON.parse(data.toString()) as Json;
    };
    const key = await create({ type: 'realtime', model: 'gpt-realtime-2.1', instructions: 'Be short.' });
    for (const query of ['', '?model=gpt-realtime-2.1', '']) {
      expect(await first(key, query)).toMatchObject({
        session: { model: 'gpt-realtime-2.1', instructions: 'Be short.' },
      });
    }
    expect(await first(key, '?model=gpt-realtime')).toMatchObject({ error: { code: 'invalid_model' } });
    const transcribing = await create({ type: 'transcription' });
    expect(await first(transcribing, '')).toMatchObject({ session: { type: 'transcription' } });
  });
});

describe('a connection', () => {
  it('is pinged every 20.3 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const server = await running();
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime?model=gpt-realtime`);
    cleanups.unshift(() => socket.terminate());
    await once(socket, 'message');
    let pings = 0;
    socket.on('ping', () => (pings += 1));
    const round = async (): Promise<void> => {
      socket.ping();
      await once(socket, 'pong');
    };
    vi.advanceTimersByTime(20_299);
    await round();
    expect(pings).toBe(0);
    vi.advanceTimersByTime(1);
    await round();
    expect(pings).toBe(1);
  });
});
