import { expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis/analysis';
import { callJoined, callOfHttp } from '../../../src/analysis/calls';
import { summarise } from '../../../src/analysis/summary';
import type { HttpRecord, OpenRecord } from '../../../src/trace/records';

const http = (over: Partial<HttpRecord>): HttpRecord => ({
  kind: 'http',
  t: 40,
  start: 10,
  method: 'POST',
  url: 'http://127.0.0.1:33203/v1/realtime/calls',
  status: 201,
  requestHeaders: {},
  responseHeaders: { Location: '/v1/realtime/calls/rtc_a1' },
  ...over,
});
const open = (over: Partial<OpenRecord>): OpenRecord => ({
  kind: 'open',
  session: 's1',
  t: 50,
  url: 'wss://api.openai.com/v1/realtime?call_id=rtc_a1',
  headers: {},
  subprotocols: [],
  status: 101,
  upstream: '',
  phases: {},
  ...over,
});

it('a request is of the call that its answer names, or its path', () => {
  expect(callOfHttp(http({}))).toBe('rtc_a1');
  expect(callOfHttp(http({ url: 'https://h/v1/realtime/calls/rtc_b2/hangup', responseHeaders: {} }))).toBe('rtc_b2');
  expect(callOfHttp(http({ responseHeaders: {} }))).toBe('');
  expect(callOfHttp(http({ url: 'https://h/v1/realtime/client_secrets' }))).toBe('');
  expect(callOfHttp(http({ responseHeaders: { location: 'https://h/<script>' } }))).toBe('');
});

it('a handshake is of the call that it joins, and other sessions of none', () => {
  expect(callJoined(open({}))).toBe('rtc_a1');
  expect(callJoined(open({ url: 'wss://h/v1/realtime?model=gpt-realtime' }))).toBe('');
  expect(callJoined(open({ url: 'wss://h/v1/realtime?call_id=no%20id' }))).toBe('');
});

it('a call leads from its request to its sideband and on to what is asked of it later', () => {
  const analysis = new Analysis();
  const place = (row: number, session: string) => ({ row, t: row, session, shift: 0 });
  analysis.record(http({}), place(0, ''));
  analysis.record(open({ session: 's2', url: 'wss://h/v1/realtime?model=m' }), place(1, 's2'));
  analysis.record(open({ status: 404 }), place(2, 's1'));
  analysis.record(open({}), place(3, 's1'));
  analysis.record(http({ url: 'https://h/v1/realtime/calls/rtc_a1/hangup' }), place(4, ''));
  const links = (row: number) => analysis.links.effectsOf(row).map(({ effect, kind }) => [effect, kind]);
  expect(links(0)).toEqual([
    [2, 'joined'],
    [3, 'joined'],
  ]);
  expect(links(1)).toEqual([]);
  // A sideband that was refused leads nowhere.
  expect(links(2)).toEqual([]);
  expect(links(3)).toEqual([[4, 'joined']]);
});

it('the connection of a sideband is not waited for: nothing greets it', () => {
  const analysis = new Analysis();
  analysis.record(open({ phases: { upgrade: 5 } }), { row: 0, t: 50, session: 's1', shift: 0 });
  expect(analysis.take().spans).toMatchObject([{ lane: 'connection', status: 'completed', start: 45, end: 50 }]);
});

it('their lines say path and status first, and what a sideband is', () => {
  expect(summarise(http({}))).toBe('/v1/realtime/calls 201 in 30 ms, call rtc_a1');
  expect(summarise(http({ url: 'https://api.openai.com/v1/realtime/calls/rtc_a1/hangup?x=1', status: 200 }))).toBe(
    '/v1/realtime/calls/rtc_a1/hangup?x=1 200 in 30 ms, to api.openai.com',
  );
  expect(summarise(http({ status: 0, error: 'connection refused', responseHeaders: {} }))).toBe(
    '/v1/realtime/calls no answer in 30 ms: connection refused',
  );
  expect(summarise(open({ client: 'inspector' }))).toBe(
    'sideband of call rtc_a1, opened by the inspector: events of a WebRTC or SIP call, whose sound does not pass here',
  );
});
