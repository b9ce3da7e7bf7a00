import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startServer, type RunningServer } from '../../../src/simulator/server';

// Web pages in front of the simulator: a browser sends their Origin, which they cannot change.

const OFFER = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const HERE = 'http://localhost:5173';
const ALLOWED = 'https://app.example';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ host: '127.0.0.1', port: 0, seed: 1, allowedOrigins: [ALLOWED] });
});
afterAll(() => server.stop());

const ask = (origin: string, method: string, more: Record<string, string> = {}): Promise<Response> => {
  const headers = { origin, 'content-type': 'application/sdp', ...more };
  return fetch(`${server.url}/realtime/calls`, { method, headers, ...(method === 'POST' ? { body: OFFER } : {}) });
};

describe('a page of this machine or an allowed origin', () => {
  it.each([HERE, 'http://127.0.0.1:8080', ALLOWED])(
    '%s may send its key, begin a call and read its id',
    async (origin) => {
      const asked = await ask(origin, 'OPTIONS', {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      });
      expect(asked.status).toBe(204);
      expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
      expect(asked.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
      expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
      const begun = await ask(origin, 'POST', { authorization: 'Bearer ek_x' });
      expect(begun.status).toBe(201);
      expect(begun.headers.get('access-control-allow-origin')).toBe(origin);
      expect(begun.headers.get('access-control-expose-headers')).toBe('Location');
    },
  );

  it('is told in its own words what was wrong with its request', async () => {
    const headers = { origin: HERE, 'content-type': 'application/sdp' };
    const refused = await fetch(`${server.url}/realtime/calls`, { method: 'POST', headers, body: 'no offer' });
    expect(refused.status).toBe(400);
    expect(refused.headers.get('access-control-allow-origin')).toBe(HERE);
  });

  it('opens a session', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime?model=m`, { origin: ALLOWED });
    await once(socket, 'message');
    socket.terminate();
  });
});

describe('a page of another machine', () => {
  it.each(['https://evil.example', `${ALLOWED}.evil.example`, 'http://localhost.evil.example', 'null'])(
    '%s is turned away, whatever it asks',
    async (origin) => {
      for (const method of ['POST', 'OPTIONS']) {
        const refused = await ask(origin, method);
        expect(refused.status).toBe(403);
        expect(refused.headers.get('access-control-allow-origin')).toBeNull();
        const { error } = (await refused.json()) as { error: { message: string } };
        expect(error.message).toContain('--allow-origin');
      }
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime?model=m`, { origin });
      const [failure] = (await once(socket, 'error')) as [Error];
      expect(failure.message).toContain('403');
    },
  );
});

it('a program, which sends no Origin, is answered as ever', async () => {
  const answer = await fetch(`${server.url}/realtime/calls`, { method: 'POST', body: OFFER });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});
