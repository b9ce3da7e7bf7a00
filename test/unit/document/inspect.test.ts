import { describe, expect, it } from 'vitest';
import { formatReport } from '../../../src/cli/inspect';
import { inspectTrace, NotATraceError } from '../../../src/exchange/page/inspectTrace';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';

const server = (seq: number, t: number, event: object, more: object = {}) =>
  eventLine(seq, t, 'server', JSON.stringify(event), more);

const conversation = () =>
  traceFile(
    [
      HEADER,
      openLine('s1', 100),
      eventLine(
        1,
        200,
        'client',
        `{"type":"input_audio_buffer.append","audio":"${Buffer.alloc(48_000).toString('base64')}"}`,
      ),
      eventLine(2, 210, 'client', '{"type":"response.create"}', { origin: 'inspector' }),
      server(3, 300, { type: 'response.created', response: { id: 'r1' } }),
      server(4, 400, { type: 'response.done', response: { id: 'r1', status: 'cancelled' } }),
      server(5, 410, { type: 'response.created', response: { id: 'r2' } }),
      server(
        6,
        500,
        { type: 'error', error: { code: 'invalid_value', message: 'Bad\u001b[31m' } },
        { redacted: ['/x'] },
      ),
      '{"kind":"event","seq":7,"session":"s1","t":510,"from":"client","bytes":3,"text":"hey"}',
      '{"kind":"gap","t":520,"from":8,"to":9,"count":2,"reason":"the disk was full"}',
      closeLine('s1', 2100, 1001, 'away'),
      openLine('s2', 2200, 'model=nope', 404),
      'rubbish',
      '',
    ].join('\n'),
  );

describe('inspect', () => {
  it('counts events, sessions, responses, errors and audio', async () => {
    const file = await conversation();
    expect(await inspectTrace(file)).toMatchObject({
      file,
      version: 1,
      durationMs: 2100,
      messages: { client: { count: 3, audioSeconds: 1 }, server: { count: 4, audioSeconds: 0 } },
      sessions: [
        {
          id: 's1',
          label: 'gpt-realtime',
          status: 101,
          openedMs: 100,
          durationMs: 2000,
          messages: 7,
          close: { code: 1001 },
        },
        { id: 's2', label: 'nope', status: 404, close: null, messages: 0 },
      ],
      responses: { cancelled: 1, in_progress: 1 },
      errorCount: 2,
      errors: [{ seq: 6, session: 's1', t: 500, message: 'invalid_value: Bad [31m' }, { session: 's2' }],
      injected: 1,
      redacted: 1,
      lost: 2,
      problems: [expect.stringMatching(/^Line 13 /)],
    });
    const report = await inspectTrace(file);
    expect(report.types.find((type) => type.type === 'response.created')).toMatchObject({ from: 'server', count: 2 });
    expect(report.types.find((type) => type.type === '')).toMatchObject({ from: 'client', count: 1, bytes: 3 });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('prints it for people, and lets no captured word steer the terminal', async () => {
    const file = await conversation();
    const text = formatReport(await inspectTrace(file));
    expect(text.replace(file, 'FILE')).toBe(`FILE
  recorded 2026-11-20T21:00:00.000Z by realtime-inspector/0.1.0, 2.1 s
  3 messages to the server (64.1 kB), 4 messages to the client (243 B)
  audio: 1.0 s to the server, 0.0 s to the client
  1 sent by the inspector, 1 with replaced secrets, 2 messages not kept

Sessions
  s1  gpt-realtime  2.0 s, 7 messages, closed 1001 away by the client
  s2  nope  0 ms, 0 messages, refused with 404

Responses
  1 cancelled, 1 in_progress

Events
  <- 2  response.created  100 B
  -> 1  (no type)  3 B
  <- 1  error  75 B
  -> 1  input_audio_buffer.append  64.0 kB
  -> 1  response.create  26 B
  <- 1  response.done  68 B

Errors (2)
  s1 #6 at 500 ms: invalid_value: Bad [31m
  s2 at 2.2 s: refused with 404 by wss://api.openai.com/v1/realtime?model=nope

Problems of the file
  Line 13 cannot be read: not JSON (Unexpected token 'r', "rubbish" is not valid JSON).
`);
  });

  it('names neither end where the inspector dropped the session', async () => {
    const dropped = closeLine('s1', 10, 1001, 'dropped').replace(/}$/, ',"origin":"inspector"}');
    const file = await traceFile(`${HEADER}\n${openLine()}\n${dropped}\n`);
    const report = await inspectTrace(file);
    expect(report.sessions[0]?.close).toEqual({ code: 1001, reason: 'dropped', by: 'inspector' });
    expect(formatReport(report)).toContain('closed 1001 dropped by the inspector');
  });

  it('says so when there is nothing in it', async () => {
    const text = formatReport(await inspectTrace(await traceFile(`${HEADER}\n`)));
    expect(text).toContain('recorded 2026-11-20T21:00:00.000Z by realtime-inspector/0.1.0, 0 ms');
    expect(text.match(/\bnone\b/g)).toHaveLength(3);
  });

  it('counts what a trace without a header holds', async () => {
    const text = formatReport(await inspectTrace(await traceFile(`${openLine()}\n`)));
    expect(text).toContain('recorded at an unknown time by an unknown program');
  });

  it.each([
    ['a text', '# Notes\nof something else\n', 'none of its lines can be read as a part of one'],
    ['a line without an end', '{"kind":"tra', 'none of its lines can be read as a part of one'],
    ['an empty file', '', 'it is empty'],
  ])('refuses %s as no trace', async (_, text, why) => {
    const file = await traceFile(text);
    const refused = inspectTrace(file);
    await expect(refused).rejects.toBeInstanceOf(NotATraceError);
    await expect(refused).rejects.toThrow(`The file ${file} is not a Realtime trace: ${why}.`);
  });
});
