import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../../src/analysis/analysis';
import { encodeIdTime } from '../../../../src/protocol/ids';
import type { OpenRecord } from '../../../../src/trace/records';
import {
  committed,
  created,
  diagnose,
  done,
  error,
  of,
  speech,
  titles,
  traced,
  wellFormed,
  type Line,
} from './session';

const opened = (more: Partial<OpenRecord> = {}): OpenRecord => ({
  kind: 'open',
  session: 's1',
  t: 0,
  url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime',
  headers: {},
  subprotocols: [],
  status: 101,
  upstream: 'api.openai.com',
  phases: {},
  ...more,
});

/** What is said of a session that was opened so. */
function open(record: OpenRecord, ...lines: Line[]) {
  const analysis = new Analysis();
  const { findings } = analysis;
  analysis.record(record, { row: 0, t: 0, session: 's1', shift: 0 });
  lines.forEach((line, at) => analysis.event(traced(at + 1, line)));
  expect(wellFormed(findings.all())).toEqual([]);
  return findings.all();
}

describe('refused-handshake', () => {
  it('is found, with the server’s words', () => {
    const [found] = open(
      opened({ status: 404, body: '{"error":{"message":"No session found for the provided call_id"}}' }),
    );
    expect(found?.title).toBe('The session was refused with 404');
    expect(found?.explanation).toBe(
      'No session was opened. The server says: No session found for the provided call_id.',
    );
    const [silent] = open(opened({ status: 0, error: 'Nothing listens there.' }));
    expect(silent?.title).toBe('The upstream did not answer');
  });
  it('is not said of a session that began', () => expect(open(opened())).toEqual([]));
});

describe('beta-interface', () => {
  it('is found in the header, and in the server’s refusal', () => {
    const beta = opened({ headers: { 'OpenAI-Beta': 'realtime=v1' } });
    const found = open(
      beta,
      error(0.1, { code: 'beta_api_shape_disabled', message: 'The Realtime Beta API is no longer supported.' }),
    );
    expect(titles(found)).toEqual([
      'error beta-interface: The session was opened with the retired beta interface',
      'error beta-interface: The server no longer speaks the beta interface',
    ]);
  });
  it('is found at Azure’s old address', () => {
    const [found] = open(
      opened({ url: 'wss://me.openai.azure.com/openai/realtime?api-version=2024-10-01-preview&deployment=x' }),
    );
    expect(found?.severity).toBe('warning');
  });
  it('is found when a server sends retired names in a session of today', () => {
    const old: Line = [1, '<', 'response.audio.delta', [250, 'a1', 'r1']];
    const [found] = diagnose([created(), old, old]);
    expect(found?.title).toBe('The server sends retired event names, such as response.audio.delta (2 times)');
    expect(found?.explanation).toContain('is called response.output_audio.delta now.');
  });
  it('is not said of today’s interface, nor of Voice Live, whose names these are', () => {
    expect(open(opened(), created(), speech(1, 250, 'a1', 'r1'))).toEqual([]);
    const voiceLive = created(0, { type: undefined, voice: { name: 'en-US-Ava', type: 'azure-standard' } });
    expect(diagnose([voiceLive, [1, '<', 'response.audio.delta', [250, 'a1', 'r1']]])).toEqual([]);
  });
});

describe('session-expiry', () => {
  const id = `sess_${encodeIdTime(1_795_208_400)}abcdefghijklmnop`;
  const hour = created(0, { id, expires_at: 1_795_208_400 + 3600 });
  it('is found five minutes before the end', () => {
    const found = diagnose([hour, [3310, '<', 'rate_limits.updated']]);
    expect(titles(found)).toEqual(['warning session-expiry: The session ends by itself after 60 minutes']);
    expect(found[0]?.explanation).toContain('About 5 minutes were left');
  });
  it('is an error when it ended so', () => {
    const ended = error(3600, {
      code: 'session_expired',
      message: 'Your session hit the maximum duration of 60 minutes.',
    });
    const found = diagnose([hour, [3310, '<', 'rate_limits.updated'], ended]);
    expect(titles(found)).toEqual(['error session-expiry: The session reached its longest duration and was ended']);
    expect(found[0]?.rows).toEqual([2, 0]);
  });
  it('is not said of a session that ended before, or that tells no end', () => {
    expect(diagnose([hour, [3000, '<', 'rate_limits.updated']], { at: 3001 })).toEqual([]);
    expect(diagnose([created(), [7200, '<', 'rate_limits.updated']])).toEqual([]);
  });
});

describe('near-rate-limit', () => {
  const limits = (at: number, remaining: number, reset = 54.6): Line => [
    at,
    '<',
    'rate_limits.updated',
    { rate_limits: [{ name: 'tokens', limit: 100_000, remaining, reset_seconds: reset }] },
  ];
  it('is info below a tenth, a warning when nearly nothing is left', () => {
    expect(titles(diagnose([limits(1, 9000)]))).toEqual(['info near-rate-limit: 9.0% of the tokens limit left']);
    const found = diagnose([limits(1, 9000), limits(2, 1500), limits(3, 5000)]);
    expect(titles(found)).toEqual(['warning near-rate-limit: 1.5% of the tokens limit left (3 times)']);
    expect(found[0]?.explanation).toContain('1,500 of 100,000 tokens were left; it is full again in 55 s');
  });
  it('says of a limit that is back at once how soon, in words', () => {
    expect(diagnose([limits(1, 9000, 0.001)])[0]?.explanation).toContain('it is full again in less than 0.1 s');
  });
  it('is not said when there is plenty, or of odd numbers', () => {
    expect(diagnose([limits(1, 50_000)])).toEqual([]);
    expect(
      diagnose([[1, '<', 'rate_limits.updated', { rate_limits: [{ name: 5, limit: 0, remaining: '7' }, null, 'x'] }]]),
    ).toEqual([]);
  });
});

describe('no-transcription', () => {
  const failed: Line = [
    2,
    '<',
    'conversation.item.input_audio_transcription.failed',
    {
      item_id: 'u1',
      error: { type: 'server_error', code: 'DeploymentNotFound', message: 'Input transcription failed.' },
    },
  ];
  const asks: Line = [
    1,
    '>',
    'session.update',
    { session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } } },
  ];
  it('is found when transcriptions fail', () => {
    const found = diagnose([created(), failed, failed]);
    expect(titles(found)).toEqual(['warning no-transcription: 2 transcriptions failed: DeploymentNotFound']);
    expect(found[0]?.advice).toContain('must be a deployment');
  });
  it('is found when it was asked for and is off', () => {
    const refused = error(1.1, { code: 'unknown_parameter', param: 'session.audio.input.x' });
    const found = of('no-transcription', diagnose([created(), asks, refused, committed(2, 'u1'), committed(3, 'u2')]));
    expect(titles(found)).toEqual([
      'warning no-transcription: Transcription was asked for and is off (2 turns without words)',
    ]);
  });
  it('is not said where it works, or where nobody asked', () => {
    const on: Line = [
      1.1,
      '<',
      'session.updated',
      { session: { audio: { input: { transcription: { model: 'whisper-1' } } } } },
    ];
    expect(diagnose([created(), asks, on, committed(2, 'u1')])).toEqual([]);
    expect(diagnose([created(), committed(2, 'u1')])).toEqual([]);
  });
});

describe('abnormal-close', () => {
  const table: [code: number, title: string][] = [
    [1006, 'error abnormal-close: The server was gone without a goodbye (1006)'],
    [1009, 'warning abnormal-close: The server closed with 1009: a message that was too big'],
    [1011, 'error abnormal-close: The server closed with 1011: an internal error, or a missed keepalive'],
    [3000, 'error abnormal-close: The server closed with 3000: a refused key'],
    [4000, 'error abnormal-close: The server closed with 4000: a request that cannot be served'],
    [4321, 'error abnormal-close: The server closed with 4321: an unusual code'],
  ];
  it.each(table)('explains %i', (code, title) => {
    const found = diagnose([created()], { at: 5, code, reason: 'why\u0007 not', by: 'server' });
    expect(titles(found)).toEqual([title]);
    expect(found[0]?.explanation).toContain('The reason given is "why not".');
    expect(wellFormed(found)).toEqual([]);
  });
  it.each([1000, 1001, 1005])('says nothing of %i', (code) => {
    expect(diagnose([created()], { at: 5, code })).toEqual([]);
  });
  it('says nothing when the inspector itself ended the session', () => {
    const analysis = new Analysis();
    const { findings } = analysis;
    const ended = { code: 1006, reason: '', by: 'server', origin: 'inspector' } as const;
    analysis.record({ kind: 'close', session: 's1', t: 1, ...ended }, { row: 0, t: 1, session: 's1', shift: 0 });
    expect(findings.all()).toEqual([]);
  });
});

describe('findings of a trace', () => {
  it('are told once, then when they change, then when they are withdrawn', () => {
    const analysis = new Analysis();
    const { findings } = analysis;
    const feed = (row: number, line: Line) => analysis.event(traced(row, line));
    feed(0, created());
    feed(1, [2, '<', 'input_audio_buffer.speech_started', { item_id: 'u1' }]);
    feed(2, [40, '<', 'rate_limits.updated']);
    const first = findings.take();
    expect(first.findings.map(({ rule }) => rule)).toEqual(['speech-without-stop']);
    expect(findings.take()).toEqual({ findings: [], withdrawn: [] });
    feed(3, [41, '<', 'input_audio_buffer.speech_stopped', { item_id: 'u1' }]);
    expect(findings.take()).toEqual({ findings: [], withdrawn: [first.findings[0]?.key] });
    feed(4, error(42, { code: 'x' }));
    feed(5, error(43, { code: 'x' }));
    expect(findings.take().findings.map(({ rowCount }) => rowCount)).toEqual([2]);
  });

  it('keep sessions apart', () => {
    const analysis = new Analysis();
    const { findings } = analysis;
    for (const [n, session] of ['s1', 's2', 's3'].entries()) {
      analysis.event(traced(n * 2, error(n, { code: 'x', message: 'No' }), session));
      if (session === 's2') analysis.event(traced(n * 2 + 1, done(n, 'r1', 'failed'), session));
    }
    expect(findings.all().map(({ session, rule }) => `${session} ${rule}`)).toEqual([
      's1 refused-event',
      's2 refused-event',
      's2 failed-response',
      's3 refused-event',
    ]);
  });

  it('count a message once that was held back and then released', () => {
    const analysis = new Analysis();
    const { findings } = analysis;
    const limits = error(1, { code: 'x' });
    analysis.event({ ...traced(0, limits), sent: undefined, fate: 'held' });
    analysis.event({ ...traced(1, limits), replaces: 0 });
    analysis.event({ ...traced(2, limits), replaces: 7 });
    expect(findings.all().map(({ rows }) => rows)).toEqual([[0, 2]]);
  });

  it('come with the rest of the analysis', () => {
    const analysis = new Analysis();
    const at = { row: 0, t: 0, session: 's1', shift: 0 };
    analysis.record(opened(), at);
    analysis.event(traced(1, error(1, { code: 'x' })));
    const close = { kind: 'close', session: 's1', t: 2000, code: 1006, reason: '', by: 'server' } as const;
    analysis.record(close, { ...at, row: 2, t: 2000 });
    expect(analysis.take().findings.map(({ rule }) => rule)).toEqual(['refused-event', 'abnormal-close']);
  });

  it('come for live sessions in which nothing happens, when the clock is told', () => {
    const analysis = new Analysis();
    const { findings } = analysis;
    analysis.event(traced(0, [1, '<', 'input_audio_buffer.speech_started', { item_id: 'u1' }]));
    findings.tick(60_000);
    expect(titles(findings.all())).toHaveLength(1);
  });
});
