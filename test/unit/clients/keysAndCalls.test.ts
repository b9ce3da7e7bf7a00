import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import tls from 'node:tls';
import OpenAI, { NotFoundError } from 'openai';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/proxy';
import { cleanUp, dist, later, temporaryFolder } from '../fidelity/bed';
import type { Account } from './account';
import type { PageWindow } from './apps/page';
import { hold, type Peer } from './apps/voiceApp';
import { openPage } from './browser';
import { environment, recordUtterances, run, startSimulator, type Route } from './bench';
import { expectSound, of } from './checks';
import { pythonHome } from './pythonHome';

// Ephemeral keys and calls, by the clients' own methods.

const OFFER = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const SESSION = { type: 'realtime', model: 'gpt-realtime', instructions: 'Answer in rhymes.' } as const;
const NO_SOUNDS = { question: new Uint8Array(), interruption: new Uint8Array() };

let route: Route;
const trusted = tls.getCACertificates('default');
beforeAll(async () => {
  route = await startSimulator({});
  // What NODE_EXTRA_CA_CERTS does for a process that starts with it.
  tls.setDefaultCACertificates([...trusted, await readFile(route.ca, 'utf8')]);
});
afterAll(async () => {
  tls.setDefaultCACertificates(trusted);
  await cleanUp();
});

const client = (apiKey = 'sk-clients'): OpenAI => new OpenAI({ apiKey, baseURL: route.https });

/** The account of a text turn held with the key of a secret that carries `SESSION`. */
function expectBound({ received, answers }: Account): void {
  expectSound(received);
  expect(of(received, 'session.created')[0]).toMatchObject({ session: { instructions: 'Answer in rhymes.' } });
  expect(answers[0]).toContain('Good morning, keeper.');
}

describe('an ephemeral key made by openai for Node', () => {
  it('says when it expires, and shows the session it stands for', async () => {
    const before = Math.floor(Date.now() / 1000);
    const expires_after = { anchor: 'created_at', seconds: 60 } as const;
    const secret = await client().realtime.clientSecrets.create({ session: SESSION, expires_after });
    expect(secret.value).toMatch(/^ek_[0-9a-f]{32}$/);
    expect(secret.expires_at).toBeGreaterThanOrEqual(before + 60);
    expect(secret.expires_at).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 61);
    expect(secret.session).toMatchObject(SESSION);
  });

  const transports: [string, (apiKey: string) => Peer][] = [
    ['OpenAIRealtimeWS', (key) => new OpenAIRealtimeWS({ model: 'gpt-realtime' }, client(key))],
    ['OpenAIRealtimeWebSocket', (key) => new OpenAIRealtimeWebSocket({ model: 'gpt-realtime' }, client(key))],
  ];
  it.each(transports)('opens its session by %s', async (_name, open) => {
    const { value } = await client().realtime.clientSecrets.create({ session: SESSION });
    expectBound(await hold('text', open(value), NO_SOUNDS));
  });

  it('opens its session in a page, and a transcription session too', async () => {
    const { folder } = await recordUtterances();
    const page = await openPage(folder);
    const base = route.http.replace('http', 'ws');
    const inPage = (name: Account['conversation'], key: string): Promise<Account> =>
      page.evaluate(([one, url, secret]) => (globalThis as unknown as PageWindow).converse(one, url, secret), [
        name,
        base,
        key,
      ] as const);
    const { clientSecrets } = client().realtime;
    const [bound, written] = await Promise.all([
      clientSecrets.create({ session: SESSION }),
      clientSecrets.create({
        session: { type: 'transcription', audio: { input: { transcription: { model: 'whisper-1', language: 'fr' } } } },
      }),
    ]);
    const [text, transcription] = await Promise.all([
      inPage('text', bound.value),
      inPage('transcription', written.value),
    ]);
    expectBound(text);
    expectSound(transcription.received);
    expect(transcription.received[0]).toMatchObject({
      session: { type: 'transcription', audio: { input: { transcription: { model: 'whisper-1', language: 'fr' } } } },
    });
    expect(transcription.transcripts).toHaveLength(2);
  });
});

describe('a call', () => {
  /** A call that rings, by its id. */
  async function ring(): Promise<{ id: string; sdp: string }> {
    const answer = await client().realtime.calls.create({ sdp: OFFER, session: SESSION });
    expect(answer.status).toBe(201);
    const id = /^\/v1\/realtime\/calls\/(rtc_\w+)$/.exec(answer.headers.get('location') ?? '')?.[1] ?? '';
    return { id, sdp: await answer.text() };
  }

  it('is accepted, steered from the side, and hung up by openai for Node', async () => {
    const { calls } = client().realtime;
    const { id, sdp } = await ring();
    expect(sdp).toMatch(/^v=0\r\n/);
    expect(sdp).toContain('m=audio 0 ');
    await calls.accept(id, { type: 'realtime', instructions: 'You are on the phone.' });
    const side = new OpenAIRealtimeWS({ callID: id }, client());
    const events: RealtimeServerEvent[] = [];
    side.on('event', (event) => events.push(event));
    side.on('error', (error) => expect.unreachable(error.message));
    await once(side.socket, 'open');
    const updated = new Promise((resolve) => side.on('session.updated', resolve));
    side.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    await updated;
    expect(events).toMatchObject([
      { type: 'session.updated', session: { instructions: 'You are on the phone.', output_modalities: ['text'] } },
    ]);
    const closed = once(side.socket, 'close');
    await calls.hangup(id);
    expect((await closed)[0]).toBe(1000);
    await expect(calls.hangup(id)).rejects.toThrow(NotFoundError);
    await expect(calls.accept(id, { type: 'realtime' })).rejects.toMatchObject({ code: 'call_id_not_found' });
  });

  it('is begun by a page in Chromium through the proxy, which reads its id', { timeout: 60_000 }, async () => {
    const folder = await temporaryFolder();
    const engine = await startEngine({
      workers: dist,
      listen: { host: '127.0.0.1', port: 0 },
      allowedHosts: [],
      allowedOrigins: [],
      certificates: path.join(folder, 'certificates'),
      upstream: { kind: 'simulator' },
      recording: { on: false, maxTotalBytes: 1e9, file: path.join(folder, 'x.realtime.jsonl') },
      generator: 'test',
    });
    later(() => engine.stop());
    const page = await openPage(folder);
    const answer = await page
      .evaluate(
        async ([base, body]) => {
          const headers = { Authorization: 'Bearer ek_page', 'Content-Type': 'application/sdp' };
          const response = await fetch(`${base}/realtime/calls`, { method: 'POST', headers, body });
          return { status: response.status, location: response.headers.get('location'), sdp: await response.text() };
        },
        [engine.address.http, OFFER] as const,
      )
      .finally(() => page.context().browser()?.close());
    expect(answer.status).toBe(201);
    expect(answer.location).toMatch(/^\/v1\/realtime\/calls\/rtc_\w+$/);
    expect(answer.sdp).toContain('m=audio 0 ');
  });

  it('is rejected or handed on by openai for Node, and gone', async () => {
    const { calls } = client().realtime;
    const [rejected, referred] = await Promise.all([ring(), ring()]);
    await calls.reject(rejected.id, { status_code: 486 });
    await calls.refer(referred.id, { target_uri: 'tel:+14155550123' });
    for (const { id } of [rejected, referred]) await expect(calls.hangup(id)).rejects.toThrow(NotFoundError);
  });

  it('that cannot be configured so says which field is wrong', async () => {
    const { id } = await ring();
    const wrong = { type: 'realtime', output_modalities: ['text', 'audio'] } as const;
    const accepting = client().realtime.calls.accept(id, { ...wrong, output_modalities: ['text', 'audio'] });
    await expect(accepting).rejects.toMatchObject({ status: 400, param: 'session.output_modalities' });
  });
});

it('openai for Python makes keys and handles calls, blocking and awaiting', { timeout: 300_000 }, async ({ skip }) => {
  const home = await pythonHome();
  if ('missing' in home) return skip(home.missing);
  const file = path.join(import.meta.dirname, 'python', 'keys_and_calls.py');
  const env = { ...environment(route.http, route), PYTHONDONTWRITEBYTECODE: '1' };
  const lines = (await run(home.python, [file], env)).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line).toEqual({
      secret: expect.stringMatching(/^ek_[0-9a-f]{32}$/),
      secretExpires: expect.any(Number),
      secretInstructions: 'Answer in rhymes.',
      greeting: expect.objectContaining({
        type: 'session.created',
        session: expect.objectContaining({ instructions: 'Answer in rhymes.' }),
      }),
      sdp: expect.stringContaining('m=audio 0 '),
      updated: expect.objectContaining({
        type: 'session.updated',
        session: expect.objectContaining({ instructions: 'Answer in prose.' }),
      }),
      rest: [],
      refusals: Array(3).fill('call_id_not_found'),
    });
  }
});
