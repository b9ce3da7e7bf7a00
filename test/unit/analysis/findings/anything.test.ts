import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioField } from '../../../../src/protocol/audioEvents';
import { Analysis } from '../../../../src/analysis/analysis';
import { RULES } from '../../../../src/analysis/findings/rules';
import { CATALOGUE, RETIRED } from '../../../../src/protocol/catalogue';
import { eventIds } from '../../../../src/protocol/ids';
import { eventTemplate } from '../../../../src/protocol/templates';
import { Script } from '../../simulator/script';
import { speech, silence } from '../../simulator/speech';
import { titles, wellFormed } from './session';

type Json = Record<string, unknown>;

/** A session of the simulator, taken down as the recorder would. */
class Recorded extends Script {
  readonly analysis = new Analysis();
  readonly findings = this.analysis.findings;
  #row = 0;
  #told = 0;

  act<T>(what: () => T): T {
    const done = what();
    for (const { atMs, event } of this.all.slice(this.#told)) this.note(event, 'server', atMs);
    this.#told = this.all.length;
    return done;
  }

  do(event: Json): void {
    this.act(() => undefined);
    this.note(event, 'client', this.nowMs);
    this.act(() => this.send(event));
  }

  /** Appends speech as a microphone gives it. */
  talk(pcm: Buffer): void {
    for (let at = 0; at < pcm.length; at += 4800) {
      this.do({ type: 'input_audio_buffer.append', audio: pcm.subarray(at, at + 4800).toString('base64') });
      this.act(() => this.wait(100));
    }
  }

  note(event: Json, from: 'client' | 'server', t: number): void {
    const type = String(event.type);
    const field = audioField(type, from);
    const audioMs = field ? Buffer.from(String(event[field]), 'base64').length / 48 : 0;
    const { response = '', item = '', call = '' } = eventIds(event);
    const row = this.#row++;
    const base = { row, seq: row, session: 's1', t, sent: t, from, type, response, item, call, audioMs };
    this.analysis.event({ ...base, event: field ? {} : event, origin: undefined, replaces: undefined });
  }

  end(): string[] {
    this.act(() => this.wait(20_000));
    const close = { kind: 'close', session: 's1', t: this.nowMs, code: 1000, reason: '', by: 'client' } as const;
    this.analysis.record(close, { row: this.#row, t: this.nowMs, session: 's1', shift: 0 });
    expect(wellFormed(this.findings.all())).toEqual([]);
    return titles(this.findings.all());
  }
}

describe('a good session of the simulator', () => {
  it('in writing has no finding', () => {
    const session = new Recorded();
    for (const text of ['Hello', 'What is new?', 'Thank you']) {
      session.do({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
      });
      session.do({ type: 'response.create' });
      session.act(() => session.wait(20_000));
    }
    expect(session.end()).toEqual([]);
  });

  it('in speech, turn by turn, has no finding', () => {
    const session = new Recorded();
    for (const words of ['Hello there, how are you?', 'What can you do for me today?']) {
      session.talk(Buffer.concat([speech(words), silence(1500)]));
      session.talk(silence(15_000));
    }
    expect(session.end()).toEqual([]);
  });

  it('with a tool that is answered has no finding', () => {
    const session = new Recorded();
    const tools = [
      {
        type: 'function',
        name: 'get_weather',
        description: 'The weather of a city',
        parameters: { type: 'object', properties: {} },
      },
    ];
    session.do({ type: 'session.update', session: { type: 'realtime', tools, output_modalities: ['text'] } });
    const content = [{ type: 'input_text', text: 'What is the weather like? Use get_weather.' }];
    session.do({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    session.do({ type: 'response.create' });
    session.act(() => session.wait(3000));
    const call = session.all
      .map(({ event }) => event)
      .find(({ type }) => type === 'response.function_call_arguments.done');
    expect(call).toBeDefined();
    session.do({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: call?.['call_id'], output: 'Fog' },
    });
    session.do({ type: 'response.create' });
    expect(session.end()).toEqual([]);
  });
});

describe('a session of the simulator that goes wrong', () => {
  it('has its refusals explained, each once', () => {
    const session = new Recorded();
    session.do({ type: 'session.update', session: { instructions: 'x' } });
    session.do({ type: 'session.update', session: { type: 'realtime', temperature: 0.8 } });
    session.do({ type: 'input_audio_buffer.commit' });
    session.do({ type: 'response.cancel' });
    session.do({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_no', output: '' },
    });
    session.do({ type: 'response.create' });
    session.do({ type: 'response.create' });
    expect(session.end().sort()).toEqual([
      'error no-session-type: session.update refused: session.type is missing',
      'error refused-update: session.update refused because of session.temperature',
      'error response-collision: response.create lost against an earlier response.create',
      'error unknown-call-id: Output for a function call that does not exist',
      'info benign-error: A response.cancel came when nothing was running',
      'warning small-commit: Commit of an empty buffer',
    ]);
  });

  it('has an interruption without a cut found', () => {
    const session = new Recorded();
    session.do({
      type: 'conversation.item.create',
      item: {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'Tell me everything you know about the sea, please' }],
      },
    });
    session.do({ type: 'response.create' });
    session.act(() => session.wait(1500));
    session.talk(Buffer.concat([speech('No, stop it, I meant the mountains'), silence(2000)]));
    expect(session.end().filter((title) => title.includes('missing-truncate'))).toHaveLength(1);
  });
});

describe('whatever comes over the wire', () => {
  const types = [...CATALOGUE, ...RETIRED].map(({ type, from }) => ({ type, from }));
  const odd = fc.oneof(
    fc.constantFrom(
      null,
      true,
      -1,
      0,
      1e300,
      NaN,
      '',
      'a',
      'call_1',
      'resp_1',
      'item_1',
      '__proto__',
      '\u001b[2J',
      [],
      {},
    ),
    fc.anything({ maxDepth: 2 }),
  );
  const status = fc.constantFrom('failed', 'cancelled', 'incomplete', 'completed', 7);
  const reason = fc.constantFrom('turn_detected', 'max_output_tokens', 'content_filter', null, {});
  const code = fc.constantFrom(
    'conversation_already_has_active_response',
    'cannot_update_voice',
    'input_audio_buffer_commit_empty',
    'invalid_tool_call_id',
    'session_expired',
    'response_cancel_not_active',
    'x',
    '\u0007',
    null,
  );
  const body = fc.record(
    {
      event_id: odd,
      session: fc.oneof(odd, fc.record({ type: odd, audio: odd, tools: odd, expires_at: odd, id: odd })),
      response: fc.oneof(
        odd,
        fc.record({ id: odd, status, output: odd, status_details: fc.record({ reason, error: odd }) }),
      ),
      item: fc.oneof(
        odd,
        fc.record({ id: odd, type: fc.constantFrom('function_call', 'function_call_output'), call_id: odd, name: odd }),
      ),
      error: fc.oneof(
        odd,
        fc.record({
          code,
          message: odd,
          param: fc.constantFrom('session.type', 'session.x', 'audio', null, 5),
          event_id: odd,
        }),
      ),
      rate_limits: odd,
      transcript: odd,
      audio_end_ms: odd,
      item_id: odd,
      call_id: odd,
    },
    { requiredKeys: [] },
  );
  const event = fc.record({
    kind: fc.constantFrom(
      ...types,
      { type: '', from: 'client' as const },
      { type: 'toString', from: 'server' as const },
    ),
    body,
    step: fc.constantFrom(0, 1, 100, 2000, 60_000),
    id: fc.constantFrom('', 'resp_1', 'item_1', 'call_1', 'u1'),
    audioMs: fc.constantFrom(0, 20, 250, 5000),
  });

  it('nothing throws, and every finding is whole', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const analysis = new Analysis();
        const { findings } = analysis;
        let t = 0;
        events.forEach(({ kind, body: fields, step, id, audioMs }, row) => {
          t += step;
          const base = { row, seq: row, session: 's1', t, sent: t, type: kind.type, from: kind.from };
          const whole = { ...base, response: id, item: id, call: id, event: { type: kind.type, ...fields } };
          analysis.event({ ...whole, audioMs, origin: undefined, replaces: undefined });
        });
        const close = { kind: 'close', session: 's1', t, code: 1006, reason: '\u0000', by: 'server' } as const;
        analysis.record(close, { row: events.length, t, session: 's1', shift: 0 });
        const found = findings.all();
        expect(wellFormed(found)).toEqual([]);
        for (const { rows } of found) for (const row of rows) expect(row >= 0 && row <= events.length).toBe(true);
        const rules = new Set(RULES.map(({ rule }) => rule));
        for (const { rule } of found) expect(rules.has(rule)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('no event of the catalogue alone, nor all of them one after the other, is more than a session in disorder', () => {
    const analysis = new Analysis();
    const { findings } = analysis;
    types.forEach(({ type, from }, row) => {
      const parsed = JSON.parse(eventTemplate(type, from) ?? '{}') as Json;
      const { response = '', item = '', call = '' } = eventIds(parsed);
      const base = { row, seq: row, session: 's1', t: row, sent: row, type, from, response, item, call };
      analysis.event({ ...base, event: parsed, audioMs: 0, origin: undefined, replaces: undefined });
    });
    expect(wellFormed(findings.all())).toEqual([]);
  });

  it('what is kept does not grow with the session', () => {
    const analysis = new Analysis();
    const { findings } = analysis;
    const base = {
      session: 's1',
      from: 'server' as const,
      response: '',
      item: '',
      call: '',
      audioMs: 0,
      origin: undefined,
    };
    for (let row = 0; row < 20_000; row++) {
      const fields = { error: { code: `c${row}`, message: `m${row}` } };
      analysis.event({ ...base, row, seq: row, t: row, sent: row, type: 'error', event: fields, replaces: undefined });
    }
    const found = findings.all();
    expect(found.length).toBeLessThan(30);
    expect(found.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(20_000);
    expect(Math.max(...found.map(({ rows }) => rows.length))).toBe(20);
  });
});

it('rules have names of their own, and stand in the documentation', () => {
  expect(new Set(RULES.map(({ rule }) => rule)).size).toBe(RULES.length);
  const doc = readFileSync('docs/findings.md', 'utf8');
  for (const { rule } of RULES) expect(doc).toContain(`\`${rule}\``);
  for (const { rule, looksFor } of RULES) expect(`${rule} ${looksFor}`).toMatch(/^[a-z-]+ \S.*[^.]$/);
});
