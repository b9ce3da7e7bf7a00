import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { callPath, postRest, readSecret, sessionRequest } from '../../../src/extension/restCalls';
import { cleanUp, later } from '../fidelity/bed';
import { linesOf, runEngine } from '../proxy/runningEngine';

afterEach(cleanUp);

const OFFER = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const simulated = () => runEngine('', { upstream: { kind: 'simulator' } });

describe('a client secret', () => {
  it('is made for a session as it is configured, and its value stands nowhere in the record', async () => {
    const engine = await simulated();
    await engine.newSession({ model: 'gpt-realtime' });
    const created = () => linesOf(engine.file).find(({ type }) => type === 'session.created')?.event;
    await expect.poll(created).toBeDefined();
    const { session } = created() as { session: Record<string, unknown> };
    const asked = sessionRequest({ ...session, instructions: 'Answer in rhymes.' });
    expect(Object.keys(asked)).not.toContain('expires_at');
    const body = JSON.stringify({ session: asked });
    const answer = await postRest(engine.address.http, '/realtime/client_secrets', body, 'any');
    expect(answer).toMatchObject({ status: 200, message: '' });
    const secret = readSecret(answer.body);
    expect(secret?.value).toMatch(/^ek_/);
    expect(JSON.parse(answer.body)).toMatchObject({ session: { instructions: 'Answer in rhymes.' } });
    await expect.poll(() => linesOf(engine.file).some(({ kind }) => kind === 'http')).toBe(true);
    expect(fs.readFileSync(engine.file, 'utf8')).not.toContain(secret?.value);
  });

  it('is not asked for with a configuration whose secrets were not recorded', () => {
    const tools = [{ type: 'mcp', authorization: '[redacted]' }];
    expect(() => sessionRequest({ type: 'realtime', tools })).toThrow(/\/tools\/0\/authorization/);
  });

  it('keeps turn detection off where it is off, and leaves out what is not set', () => {
    expect(
      sessionRequest({
        type: 'realtime',
        id: 'sess_1',
        prompt: null,
        audio: { input: { turn_detection: null, noise_reduction: null } },
      }),
    ).toEqual({ type: 'realtime', audio: { input: { turn_detection: null } } });
  });
});

it('a call is accepted and hung up, and a refusal says why', async () => {
  const engine = await simulated();
  const base = engine.address.http;
  const made = await fetch(`${base}/realtime/calls`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp', Authorization: 'Bearer ek_x' },
    body: OFFER,
  });
  const id = /rtc_\w+/.exec(made.headers.get('location') ?? '')?.[0] ?? '';
  const accept = await postRest(base, callPath(id, 'accept'), '{"type":"realtime"}', 'any');
  expect(accept).toMatchObject({ status: 200, message: '' });
  expect(await postRest(base, callPath(id, 'hangup'), '', 'any')).toMatchObject({ status: 200 });
  expect((await postRest(base, callPath(id, 'hangup'), '', 'any')).message).toMatch(/call/i);
});

it.each([
  ['reject', { status_code: 486 }],
  ['refer', { target_uri: 'tel:+14155550123' }],
] as const)('a call is answered by %s, which ends it, and stands in the record', async (action, body) => {
  const engine = await simulated();
  const base = engine.address.http;
  const headers = { 'Content-Type': 'application/sdp', Authorization: 'Bearer ek_x' };
  const made = await fetch(`${base}/realtime/calls`, { method: 'POST', headers, body: OFFER });
  const id = /rtc_\w+/.exec(made.headers.get('location') ?? '')?.[0] ?? '';
  expect(await postRest(base, callPath(id, action), JSON.stringify(body), 'any')).toMatchObject({ status: 200 });
  expect(await postRest(base, callPath(id, 'hangup'), '', 'any')).toMatchObject({ status: 404 });
  const asked = () => linesOf(engine.file).find(({ kind, url }) => kind === 'http' && String(url).endsWith(action));
  await expect.poll(asked).toMatchObject({ method: 'POST', status: 200 });
  expect(JSON.parse(String(asked()?.['requestBody']))).toEqual(body);
});

it('a refer without a target is refused in words, and an id leads nowhere else', async () => {
  const engine = await simulated();
  const base = engine.address.http;
  const headers = { 'Content-Type': 'application/sdp', Authorization: 'Bearer ek_x' };
  const made = await fetch(`${base}/realtime/calls`, { method: 'POST', headers, body: OFFER });
  const id = /rtc_\w+/.exec(made.headers.get('location') ?? '')?.[0] ?? '';
  const refused = await postRest(base, callPath(id, 'refer'), '{}', 'any');
  expect(refused.status).toBe(400);
  expect(refused.message).toContain('target_uri');
  expect(callPath('../../client_secrets?x=#', 'reject')).toBe(
    '/realtime/calls/..%2F..%2Fclient_secrets%3Fx%3D%23/reject',
  );
});

it('an answer without end, and none at all, are told in a sentence', async () => {
  const server = http.createServer((_request, response) => {
    response.end(Buffer.alloc(2 << 20, 'x'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await expect(postRest(base, '/realtime/client_secrets', '{}', 'k')).rejects.toThrow(/longer than 1 MiB/);
  server.close();
  server.closeAllConnections();
  await expect(postRest(base, '/realtime/client_secrets', '{}', 'k')).rejects.toThrow(/The proxy gave no answer/);
});
