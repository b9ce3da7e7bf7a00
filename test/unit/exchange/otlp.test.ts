/** A collector as a real HTTP server, which takes nothing that is not in the shape of OTLP's JSON. */
import http from 'node:http';
import { once } from 'node:events';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exportOtlp, otlpRequests } from '../../../src/exchange/write/otlp';
import { headersOf, tracesAddress } from '../../../src/exchange/write/otlpAddress';
import { metricsOf } from '../../../src/exchange/write/otlpMetrics';
import { attributes, nanos, type OtlpSpan } from '../../../src/exchange/write/otlpSpans';
import { scratch } from '../rewrite/traces';
import { generator } from './importing';
import { checkRequest, valueOf, type Span } from './otlpShape';
import { metricsIn, metricsProblems, type Point } from './otlpMetricsShape';
import { voiceTrace } from './voiceTrace';

let folder = '';
let remove: () => Promise<void>;
let trace = '';
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  trace = voiceTrace(path.join(folder, 'voice.realtime.jsonl'));
});
afterAll(() => remove());

interface Collector {
  url: string;
  spans: Span[];
  problems: string[];
  seen: { path: string; headers: http.IncomingHttpHeaders; body: string }[];
}
const servers: http.Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** `answers` are used one after the other, the last one again and again. */
async function collector(
  ...answers: { status: number; body?: object; headers?: Record<string, string> }[]
): Promise<Collector> {
  const told: Collector = { url: '', spans: [], problems: [], seen: [] };
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      told.seen.push({ path: request.url ?? '', headers: request.headers, body });
      const isMetrics = request.url?.endsWith('/v1/metrics') === true;
      const { spans, problems } = isMetrics ? { spans: [], problems: metricsProblems(body) } : checkRequest(body);
      told.problems.push(...problems);
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 200 };
      if (answer.status === 200) told.spans.push(...spans);
      response.writeHead(answer.status, { 'content-type': 'application/json', connection: 'close', ...answer.headers });
      response.end(JSON.stringify(answer.body ?? {}));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  told.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return told;
}

describe('spans for a collector', () => {
  it('come in the shape of OTLP, in the words of the conventions', async () => {
    const { url, spans, problems, seen } = await collector({ status: 200 });
    const report = await exportOtlp(trace, url, { generator, headers: { 'x-key': 'secret' } });
    expect(problems).toEqual([]);
    expect(seen[0]).toMatchObject({
      path: '/v1/traces',
      headers: { 'x-key': 'secret', 'content-type': 'application/json' },
    });
    expect(report.counts).toMatchObject({ sessions: 2, spans: spans.length, rejected: 0 });
    const chats = spans.filter(({ name }) => name === 'chat gpt-realtime');
    expect(chats).toHaveLength(3);
    const of = (span: Span | undefined, key: string) => valueOf(span?.attributes.find((one) => one.key === key)?.value);
    const [spoke, called, failed] = chats;
    expect(spoke).toMatchObject({ kind: 3, startTimeUnixNano: nanos(Date.UTC(2026, 10, 20, 21), 1800) });
    expect(of(spoke, 'gen_ai.operation.name')).toBe('chat');
    expect(of(spoke, 'gen_ai.provider.name')).toBe('openai');
    expect(of(spoke, 'gen_ai.request.model')).toBe('gpt-realtime');
    expect(of(spoke, 'gen_ai.conversation.id')).toBe('sess_voice');
    expect(of(spoke, 'gen_ai.response.id')).toBe('resp_1');
    expect(of(spoke, 'gen_ai.output.type')).toBe('speech');
    expect(of(spoke, 'server.address')).toBe('api.openai.com');
    expect(of(spoke, 'gen_ai.response.time_to_first_chunk')).toBeCloseTo(0.2);
    expect(
      ['input_tokens', 'output_tokens', 'cache_read.input_tokens'].map((name) => of(spoke, `gen_ai.usage.${name}`)),
    ).toEqual(['100', '50', '30']);
    expect(of(called, 'gen_ai.response.finish_reasons')).toEqual(['tool_call']);
    expect(failed).toMatchObject({ status: { code: 2, message: 'server_error: It broke.' } });
    expect(of(failed, 'error.type')).toBe('server_error');
    const tool = spans.find(({ name }) => name === 'execute_tool look');
    expect(of(tool, 'gen_ai.tool.call.id')).toBe('call_1');
    // One trace a session, and every parent in it.
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(roots).toHaveLength(2);
    for (const span of spans.filter(({ parentSpanId }) => parentSpanId !== undefined))
      expect(spans.some(({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId)).toBe(true);
  });

  it('are without what was said unless that is asked for, and without secrets in any case', async () => {
    const without = JSON.stringify((await otlpRequests(trace, { generator })).requests);
    for (const said of ['Rain', 'seen', 'weather?', 'redacted']) expect(without).not.toContain(said);
    const withContent = JSON.stringify((await otlpRequests(trace, { generator, content: true })).requests);
    for (const said of ['Rain', 'seen']) expect(withContent).toContain(said);
    expect(withContent).not.toContain('sk-abcdefghijklmnop');
  });

  it('are the same when they are made again', async () => {
    const [one, other] = [await otlpRequests(trace, { generator }), await otlpRequests(trace, { generator })];
    expect(one.requests).toEqual(other.requests);
  });

  it('are sent again when the collector is busy, after as long as it asks for', async () => {
    const { url, spans, seen } = await collector(
      { status: 503, headers: { 'retry-after': '7' } },
      { status: 429 },
      { status: 200 },
    );
    const waits: number[] = [];
    await exportOtlp(trace, url, { generator, wait: (ms) => Promise.resolve(void waits.push(ms)) });
    // Twice in vain, then the spans, then the metrics.
    expect(seen.map(({ path: at }) => at)).toEqual([...Array<string>(3).fill('/v1/traces'), '/v1/metrics']);
    expect(waits).toEqual([7000, 2000]);
    expect(spans.length).toBeGreaterThan(0);
  });

  it('that are refused are told in one sentence, and their keys to nobody', async () => {
    const refuses = await collector({ status: 401, body: { message: 'no such key' } });
    const failure = exportOtlp(trace, refuses.url, { generator, headers: { authorization: 'Bearer sekret' } });
    await expect(failure).rejects.toThrow(/^The collector at http:\/\/127\.0\.0\.1:\d+ answered 401: no such key$/);
    const partly = await collector({
      status: 200,
      body: { partialSuccess: { rejectedSpans: '3', errorMessage: 'too old' } },
    });
    const report = await exportOtlp(trace, partly.url, { generator });
    expect(report.counts).toMatchObject({ rejected: 3 });
    expect(report.lost.join()).toContain('too old');
    await expect(exportOtlp(trace, 'http://127.0.0.1:1', { generator })).rejects.toThrow('cannot be reached');
  });

  it('tell a key to nobody that cannot be sent as a header', async () => {
    const { url, seen } = await collector({ status: 200 });
    const headers = headersOf('authorization=Bearer%20sekret%0Asekret');
    const failure = await exportOtlp(trace, url, { generator, headers }).catch((error: unknown) => String(error));
    expect(failure).toContain('The header authorization for the collector has a value that no header may have');
    expect(failure).not.toContain('sekret');
    expect(seen).toEqual([]);
  });

  it('are text that protobuf takes, also where a text was cut within a letter', () => {
    const [{ value } = {}] = attributes({ x: 'a\ud83d', y: ['\udc00b', '🎉'] });
    expect(value).toEqual({ stringValue: 'a\ufffd' });
    expect(JSON.stringify(attributes({ y: ['\udc00b', '🎉'] }))).toContain('\ufffdb"},{"stringValue":"🎉');
  });

  it('go nowhere else when the collector sends them on', async () => {
    const elsewhere = await collector({ status: 200 });
    const sends = await collector({ status: 307, headers: { location: `${elsewhere.url}/v1/traces` } });
    await expect(exportOtlp(trace, sends.url, { generator, content: true })).rejects.toThrow('cannot be reached');
    expect(elsewhere.seen).toEqual([]);
  });
});

describe('metrics for a collector', () => {
  it('are the two histograms of the conventions, over the responses of the trace', async () => {
    const { url, problems, seen } = await collector({ status: 200 });
    const report = await exportOtlp(trace, `${url}/base`, { generator, headers: { 'x-key': 'secret' } });
    expect(problems).toEqual([]);
    expect(report.counts).toMatchObject({ metrics: 2 });
    expect(seen.map(({ path: at }) => at)).toEqual(['/base/v1/traces', '/base/v1/metrics']);
    expect(seen[1]?.headers['x-key']).toBe('secret');
    const [usage, duration] = metricsIn(seen[1]?.body ?? '');
    expect(usage).toMatchObject({ name: 'gen_ai.client.token.usage', unit: '{token}' });
    expect(duration).toMatchObject({ name: 'gen_ai.client.operation.duration', unit: 's' });
    const told = (point: Point) => Object.fromEntries(point.attributes.map(({ key, value }) => [key, valueOf(value)]));
    const points = usage?.histogram.dataPoints ?? [];
    expect(points.map((point) => told(point)['gen_ai.token.type'])).toEqual(['input', 'output']);
    expect(told(points[0] as Point)).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-realtime',
      'server.address': 'api.openai.com',
    });
    // What the spans say, the metrics sum up.
    const { requests } = await otlpRequests(trace, { generator });
    const chats = requests
      .flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      )
      .filter(({ name }) => name.startsWith('chat'));
    expect(chats.length).toBeGreaterThan(1);
    const tokens = chats.map(({ attributes: all }) =>
      Number(valueOf(all.find(({ key }) => key === 'gen_ai.usage.input_tokens')?.value) ?? 0),
    );
    expect(points[0]?.sum).toBe(tokens.reduce((a, b) => a + b, 0));
    const seconds = chats.map((span) => Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e9);
    const took = duration?.histogram.dataPoints ?? [];
    expect(took.reduce((sum, point) => sum + Number(point.count), 0)).toBe(chats.length);
    expect(took.reduce((sum, point) => sum + point.sum, 0)).toBeCloseTo(
      seconds.reduce((a, b) => a + b, 0),
      6,
    );
  });

  it('count a value that is a bound in the bucket below it', () => {
    const span = (tokens: number): OtlpSpan => ({
      traceId: 'a'.repeat(32),
      spanId: 'a'.repeat(16),
      name: 'chat m',
      kind: 3,
      startTimeUnixNano: '1000000000000000000',
      endTimeUnixNano: '1000000000010000000',
      attributes: attributes({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.output_tokens': tokens }),
      events: [],
      status: {},
    });
    const [usage, duration] = metricsOf([span(4), span(5), span(1e9)]);
    expect(usage?.histogram.dataPoints[0]).toMatchObject({ count: '3', min: 4, max: 1e9 });
    expect(usage?.histogram.dataPoints[0]?.bucketCounts).toEqual(['0', '1', '1', ...Array<string>(11).fill('0'), '1']);
    expect(duration?.histogram.dataPoints[0]?.bucketCounts[0]).toBe('3');
    expect(metricsOf([])).toEqual([]);
  });

  it('are left out where the collector takes none, and that is told', async () => {
    const { url, spans } = await collector({ status: 200 }, { status: 404 });
    const report = await exportOtlp(trace, url, { generator });
    expect(spans.length).toBeGreaterThan(0);
    expect(report.lost.join()).toContain('The collector takes no metrics (it answered 404)');
    const partly = await collector(
      { status: 200 },
      { status: 200, body: { partialSuccess: { rejectedDataPoints: '2' } } },
    );
    expect((await exportOtlp(trace, partly.url, { generator })).lost.join()).toContain(
      '2 points of metrics were rejected',
    );
    const refuses = await collector({ status: 200 }, { status: 403 });
    await expect(exportOtlp(trace, refuses.url, { generator })).rejects.toThrow('answered 403');
  });
});

describe('the address of a collector', () => {
  it.each([
    ['http://localhost:4318', 'http://localhost:4318/v1/traces'],
    ['https://x.test/otlp/', 'https://x.test/otlp/v1/traces'],
    ['https://x.test/v1/traces', 'https://x.test/v1/traces'],
  ])('%s is %s', (given, wanted) => expect(tracesAddress(given).href).toBe(wanted));
  it.each(['nowhere', 'file:///etc/passwd', 'http://me:secret@x.test'])('%s is none', (given) => {
    expect(() => tracesAddress(given)).toThrow();
    try {
      tracesAddress(given);
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });
  it('has headers as the environment writes them', () =>
    expect(headersOf('a=b, authorization=Bearer%20x=y,broken')).toEqual({ a: 'b', authorization: 'Bearer x=y' }));
});
