import fs from 'node:fs';
import http from 'node:http';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { callOf, Sideband } from '../../../src/proxy/sidebands';
import { startServer } from '../../../src/simulator/server';
import type { Scenario } from '../../../src/simulator/scenario';
import { cleanUp, later, listen } from '../fidelity/bed';
import { linesOf, runEngine, until, type RunningEngine } from './runningEngine';

afterEach(cleanUp);

const SDP =
  'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:\u00e9\r\na=sendrecv\r\n';
const PLACE = '/v1/realtime/calls/rtc_u2_test';

async function simulator(scenario: Scenario = {}): Promise<string> {
  const server = await startServer({ host: '127.0.0.1', port: 0, seed: 1, speed: 5, scenario });
  later(() => server.stop());
  return server.url;
}

interface Handshake {
  url: string;
  headers: http.IncomingHttpHeaders;
}

/** An upstream with calls, whose every handshake `admit` judges: a status refuses it, a function gets the socket. */
async function callsUpstream(
  admit: (nth: number, handshake: Handshake) => number | ((socket: WebSocket) => void),
  location = PLACE,
): Promise<{ url: string; handshakes: Handshake[] }> {
  const handshakes: Handshake[] = [];
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => {
      const made = /\/calls(\?|$)/.test(request.url ?? '');
      response.writeHead(made ? 201 : 200, made ? { Location: location, 'Content-Type': 'application/sdp' } : {});
      response.end(made ? SDP : '');
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const handshake = { url: request.url ?? '', headers: request.headers };
    const verdict = admit(handshakes.push(handshake), handshake);
    if (typeof verdict === 'function') sockets.handleUpgrade(request, socket, head, verdict);
    else {
      const body = `{"error":{"message":"Not with ${request.headers.authorization}.","code":"call_id_not_found"}}`;
      socket.end(`HTTP/1.1 ${verdict} No\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    }
  });
  return { url: await listen(server), handshakes };
}

const call = (engine: RunningEngine, headers: Record<string, string> = {}, place = '/realtime/calls') =>
  fetch(`${engine.address.http}${place}`, {
    method: 'POST',
    body: SDP,
    headers: { 'Content-Type': 'application/sdp', ...headers },
  });

const opens = (engine: RunningEngine) => linesOf(engine.file).filter((line) => line.kind === 'open');
const types = (engine: RunningEngine) => linesOf(engine.file).map((line) => line.type);

describe('a call', () => {
  const told = (method: string, path: string, status: number, location?: string) =>
    callOf(path, { method, status, responseHeaders: location === undefined ? {} : { LOCATION: location } });

  it.each([
    ['/v1/realtime/calls', '/v1/realtime/calls/rtc_1', '/v1/realtime?call_id=rtc_1'],
    [
      '/v1/realtime/calls?model=m',
      'https://other.example/v1/realtime/calls/rtc_u2_a?x',
      '/v1/realtime?call_id=rtc_u2_a',
    ],
    [
      '/openai/v1/realtime/calls?webrtcfilter=on&api-version=v1',
      'rtc_0a.b-c',
      '/openai/v1/realtime?call_id=rtc_0a.b-c&api-version=v1',
    ],
    ['http://localhost:1/v1/realtime/calls', '/realtime/calls/rtc_1/', '/v1/realtime?call_id=rtc_1'],
  ])('made by POST %s, found at %s, has its sideband at %s', (path, location, expected) => {
    expect(told('POST', path, 201, location)?.path).toBe(expected);
  });

  it('that was accepted has its sideband by the id of the path', () => {
    expect(told('POST', '/v1/realtime/calls/rtc_9/accept', 200)).toEqual({
      id: 'rtc_9',
      path: '/v1/realtime?call_id=rtc_9',
    });
  });

  it.each([
    ['GET', '/v1/realtime/calls', 201, '/rtc_1'],
    ['POST', '/v1/realtime/calls', 400, '/rtc_1'],
    ['POST', '/v1/realtime/calls', 201, undefined],
    ['POST', '/v1/realtime/calls', 201, '/v1/realtime/calls/other'],
    ['POST', '/v1/realtime/calls', 201, '/v1/realtime/calls/rtc_1&model=x'],
    ['POST', '/v1/realtime/calls/rtc_1/hangup', 200, undefined],
    ['POST', '/v1/realtime/calls/%2e%2e/accept', 200, undefined],
    ['POST', '/v1/realtime/client_secrets', 200, '/rtc_1'],
    ['POST', '/v1/files?x=/realtime/calls', 201, '/rtc_1'],
  ])('does not begin with %s %s answered %i and %s', (method, path, status, location) => {
    expect(told(method, path, status, location)).toBeUndefined();
  });
});

describe('a refused sideband', () => {
  const one = { id: 'rtc_1', path: '/v1/realtime?call_id=rtc_1' };
  const upstream = { url: 'https://api.openai.com/v1' };

  it('of a call that is not known yet is asked for again, waiting longer each time, then given up', () => {
    const sideband = new Sideband(one, upstream, ['Authorization', 'Bearer sk-0123456789']);
    const waits = [404, 404, 503, 404, 404].map((status) => sideband.again(status)?.afterMs);
    expect(waits).toEqual([250, 500, 1000, 2000, undefined]);
  });

  it('has the stored key tried, at once when the key was the reason, and only once', () => {
    const sideband = new Sideband(one, { ...upstream, apiKey: 'sk-stored-0123' }, [
      'authorization',
      'Bearer ek_01234567',
    ]);
    expect(sideband.again(401)).toEqual({ afterMs: 0, headers: ['Authorization', 'Bearer sk-stored-0123'] });
    expect(sideband.again(401)).toBeUndefined();
  });

  it('is final for any other reason, and when nobody wants it any more', () => {
    const sideband = new Sideband(one, { ...upstream, apiKey: 'sk-stored-0123' }, []);
    expect(sideband.again(400)).toBeUndefined();
    sideband.stop();
    expect(sideband.again(404)).toBeUndefined();
    expect(sideband.nextIdentity()).toBe(false);
  });
});

describe('a call through the proxy', () => {
  it('is recorded by its sideband, and its answer reaches the app as it came', async () => {
    // Later than the sideband takes on a busy machine: it is told nothing of what was before it.
    const engine = await runEngine(await simulator({ caller: [{ atMs: 2000, speaksMs: 900 }] }));
    const answer = await call(engine, { Authorization: 'Bearer sk-secret-0123456789', 'OpenAI-Project': 'proj_1' });
    expect(answer.status).toBe(201);
    const place = answer.headers.get('location') ?? '';
    expect(place).toMatch(/^\/v1\/realtime\/calls\/rtc_u2_\w{21}$/);
    expect(await answer.text()).toContain('m=audio 0 ');
    const id = place.slice(place.lastIndexOf('/') + 1);

    await until(() => types(engine).includes('output_audio_buffer.stopped'));
    const [open] = opens(engine);
    expect(open).toMatchObject({ session: 's1', status: 101, client: 'inspector' });
    expect(open?.url).toMatch(new RegExp(`^ws://127\\.0\\.0\\.1:\\d+/v1/realtime\\?call_id=${id}$`));
    expect(open?.headers).toMatchObject({ Authorization: 'Bearer [redacted]', 'OpenAI-Project': 'proj_1' });
    expect(engine.sessions()).toMatchObject([{ id: 's1', label: `call ${id}`, own: true, status: 'open' }]);
    expect(types(engine)).toContain('input_audio_buffer.speech_started');

    // The http line stands before the session that came of it.
    const kinds = linesOf(engine.file).map((line) => line.kind);
    expect(kinds.indexOf('http')).toBeLessThan(kinds.indexOf('open'));
    expect(fs.readFileSync(engine.file, 'utf8')).not.toContain('sk-secret');

    await fetch(`${engine.address.http}/realtime/calls/${id}/hangup`, { method: 'POST' });
    await until(() => linesOf(engine.file).some((line) => line.kind === 'close'));
    expect(linesOf(engine.file).find((line) => line.kind === 'close')).toMatchObject({ code: 1000, by: 'server' });
    await until(() => engine.sessions().length === 0);
    expect(engine.problems).toEqual([]);
  });

  it('can be steered: what is put into its sideband is answered on it', async () => {
    const engine = await runEngine(await simulator());
    await call(engine);
    await until(() => engine.sessions()[0]?.status === 'open');
    const say = (event: object) => engine.inject('s1', 'server', JSON.stringify(event));
    await say({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
    });
    await say({ type: 'response.create' });
    await until(() => types(engine).includes('output_audio_buffer.started'));
    await say({ type: 'output_audio_buffer.clear' });
    await until(() => types(engine).includes('output_audio_buffer.cleared'));
    await engine.stop();
    // What was on its way from the server comes behind it.
    const closes = linesOf(engine.file).filter(({ kind }) => kind === 'close');
    expect(closes).toMatchObject([{ code: 1001, origin: 'inspector' }]);
  });

  it('made with a form has both parts in the trace, without the secrets of its tools', async () => {
    const engine = await runEngine(await simulator());
    const form = new FormData();
    form.set('sdp', SDP);
    form.set(
      'session',
      JSON.stringify({
        type: 'realtime',
        model: 'gpt-realtime',
        instructions: 'Be brief.',
        tools: [
          {
            type: 'mcp',
            server_label: 'shop',
            server_url: 'https://shop.example/mcp',
            authorization: 'first second',
            headers: { 'X-Shop': 'under-the-counter' },
          },
        ],
      }),
    );
    const answer = await fetch(`${engine.address.http}/realtime/calls`, { method: 'POST', body: form });
    expect(answer.status).toBe(201);
    await until(() => opens(engine).length === 1);
    const line = linesOf(engine.file).find(({ kind }) => kind === 'http');
    expect(line?.requestBody).toContain(SDP);
    expect(line?.requestBody).toContain('"instructions":"Be brief."');
    expect(line?.requestBody).toContain('"authorization":"[redacted]","headers":{"X-Shop":"[redacted]"}');
    expect(line?.redacted).toEqual(['/requestBody']);
    expect(line?.responseBody).toContain('v=0');
  });

  it('accepted on the phone is recorded too, unless a session of it is open already', async () => {
    const { url, handshakes } = await callsUpstream(() => () => undefined);
    const engine = await runEngine(url);
    const app = new WebSocket(`${engine.address.http.replace('http', 'ws')}/realtime?call_id=rtc_app`);
    later(() => app.terminate());
    await until(() => engine.sessions()[0]?.status === 'open');
    await call(engine, {}, '/realtime/calls/rtc_app/accept');
    const openai = new OpenAI({ apiKey: 'sk-0123456789', project: 'proj_1', baseURL: engine.address.http });
    await openai.realtime.calls.accept('rtc_phone', { type: 'realtime', instructions: 'Be brief.' });
    await openai.realtime.calls.accept('rtc_phone', { type: 'realtime' });
    await until(() => engine.sessions().filter(({ status }) => status === 'open').length === 2);
    expect(engine.sessions().map(({ label, own }) => [label, own])).toEqual([
      ['call rtc_app', false],
      ['call rtc_phone', true],
    ]);
    expect(handshakes.map((one) => one.url)).toEqual([
      '/v1/realtime?call_id=rtc_app',
      '/v1/realtime?call_id=rtc_phone',
    ]);
    expect(handshakes[1]?.headers).toMatchObject({ authorization: 'Bearer sk-0123456789', 'openai-project': 'proj_1' });
  });

  it('that is not known yet is asked for again, as the same app, and leaves one session in the trace', async () => {
    const { url, handshakes } = await callsUpstream((nth) =>
      nth <= 2 ? 404 : (socket) => socket.send('{"type":"in"}'),
    );
    const engine = await runEngine(url);
    await call(engine, { Authorization: 'Bearer sk-0123456789', 'OpenAI-Safety-Identifier': 'me', 'X-Other': '1' });
    await until(() => types(engine).includes('in'));
    expect(handshakes).toHaveLength(3);
    for (const { headers } of handshakes) {
      expect(headers).toMatchObject({ authorization: 'Bearer sk-0123456789', 'openai-safety-identifier': 'me' });
      expect(headers).not.toHaveProperty('x-other');
      expect(headers).not.toHaveProperty('x-realtime-inspector-own');
    }
    expect(opens(engine)).toMatchObject([{ session: 's1', status: 101 }]);
    expect(engine.problems).toEqual([]);
  });

  it('whose sideband is refused is told of once, with what to do, and stands in the trace as refused', async () => {
    const { url } = await callsUpstream(() => 401);
    const engine = await runEngine(url);
    expect((await call(engine, { Authorization: 'Bearer ek_0123456789' })).status).toBe(201);
    await until(() => engine.problems.length === 1);
    await call(engine, { Authorization: 'Bearer ek_0123456789' });
    await until(() => engine.logged.length === 1 && opens(engine).length === 2);
    expect(engine.problems).toEqual([
      expect.stringMatching(/rtc_u2_test .*refused: .*401: Not with Bearer \[redacted\]/),
    ]);
    expect(engine.problems[0]).toContain('Set API Key');
    expect(opens(engine)).toMatchObject([
      { session: 's1', status: 401, client: 'inspector' },
      { session: 's2', status: 401 },
    ]);
    expect(engine.sessions()).toEqual([]);
    expect(fs.readFileSync(engine.file, 'utf8')).not.toContain('ek_0');
  });

  it('of an ephemeral key is seen with the stored key where the upstream insists on one', async () => {
    const { url, handshakes } = await callsUpstream((nth) =>
      nth === 1 ? 403 : (socket) => socket.send('{"type":"in"}'),
    );
    const engine = await runEngine(url, { apiKey: 'STORED-0123456789', segment: 'SEGMENTSEGMENT1234567' });
    await fetch(`http://127.0.0.1:${engine.address.port}/v1/realtime/calls`, {
      method: 'POST',
      body: SDP,
      headers: { Authorization: 'Bearer ek_0123456789' },
    });
    await until(() => types(engine).includes('in'));
    expect(handshakes.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer ek_0123456789',
      'Bearer STORED-0123456789',
    ]);
    expect(fs.readFileSync(engine.file, 'utf8')).not.toMatch(/STORED|ek_0|SEGMENT/);
  });

  it('of a key that is let in and then shown out is seen with the stored key as well', async () => {
    const { url } = await callsUpstream((_nth, { headers }) => (socket) => {
      if (headers.authorization === 'Bearer STORED-0123456789') socket.send('{"type":"in"}');
      else {
        socket.send('{"type":"error","error":{"code":"invalid_api_key"}}');
        socket.close(3000, 'invalid_request_error.invalid_api_key');
      }
    });
    const engine = await runEngine(url, { apiKey: 'STORED-0123456789', segment: 'SEGMENTSEGMENT1234567' });
    await fetch(`http://127.0.0.1:${engine.address.port}/v1/realtime/calls`, { method: 'POST', body: SDP });
    await until(() => types(engine).includes('in'));
    expect(opens(engine)).toHaveLength(2);
    expect(engine.problems).toEqual([]);
  });

  it('says why when it is shown out for good', async () => {
    const { url } = await callsUpstream(() => (socket) => {
      socket.send('{"type":"error"}');
      socket.close(3000, 'invalid_request_error.invalid_api_key');
    });
    const engine = await runEngine(url);
    await call(engine);
    await until(() => engine.problems.length === 1);
    expect(engine.problems[0]).toContain('at once with 3000 (invalid_request_error.invalid_api_key)');
  });

  it('says so without the key that the upstream repeats', async () => {
    const { url } = await callsUpstream((_nth, { headers }) => (socket) => {
      socket.close(4000, `no call for ${headers.authorization}, sk-9876543210`);
    });
    const engine = await runEngine(url);
    await call(engine, { Authorization: 'Bearer of-another-shape' });
    await until(() => engine.problems.length === 1);
    expect(engine.problems[0]).toContain('4000 (no call for Bearer [redacted], [redacted])');
  });

  it('at Azure keeps its path and its api-key', async () => {
    const { url, handshakes } = await callsUpstream(
      () => () => undefined,
      'https://r.openai.azure.com/openai/v1/realtime/calls/rtc_0123abcd',
    );
    const engine = await runEngine(url.replace('/v1', '/openai/v1?api-version=preview'));
    const answer = await call(engine, { 'api-key': '0123456789abcdef' });
    expect(answer.headers.get('location')).toBe('https://r.openai.azure.com/openai/v1/realtime/calls/rtc_0123abcd');
    await until(() => opens(engine).length === 1);
    expect(handshakes).toMatchObject([
      {
        url: '/openai/v1/realtime?api-version=preview&call_id=rtc_0123abcd',
        headers: { 'api-key': '0123456789abcdef' },
      },
    ]);
    expect(fs.readFileSync(engine.file, 'utf8')).not.toContain('0123456789abcdef');
  });

  it('does not hold up the end of the proxy while it is being waited for', async () => {
    const { url, handshakes } = await callsUpstream(() => 404);
    const engine = await runEngine(url);
    await call(engine);
    await until(() => handshakes.length === 2);
    await engine.stop();
    expect(handshakes.length).toBeLessThan(4);
    expect(engine.problems).toEqual([]);
    expect(linesOf(engine.file).map((line) => line.kind)).toEqual(['trace', 'http']);
    expect(engine.sessionsSeen.at(-1)).toMatchObject({ status: 'closed' });
  });
});
