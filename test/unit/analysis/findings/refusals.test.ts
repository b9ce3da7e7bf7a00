import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../../src/analysis/analysis';
import { begun, created, diagnose, done, error, of, speech, titles, traced, wellFormed, type Line } from './session';

const UPDATE: Line = [
  1,
  '>',
  'session.update',
  {
    event_id: 'e1',
    session: {
      type: 'realtime',
      instructions: 'Be brief',
      bogus_field: 1,
      tools: [{ type: 'function', name: 'a' }],
      audio: { input: { turn_detection: null }, output: { voice: 'marin' } },
    },
  },
];
const LOST = 'instructions, bogus_field, tools, audio.input.turn_detection and audio.output.voice';

describe('refused-update', () => {
  const refusal = error(1.1, {
    code: 'unknown_parameter',
    param: 'session.bogus_field',
    message: "Unknown parameter: 'session.bogus_field'.",
    event_id: 'e1',
  });

  it('names the param and everything that was lost with it', () => {
    const found = diagnose([created(), UPDATE, refusal]);
    expect(titles(found)).toEqual(['error refused-update: session.update refused because of session.bogus_field']);
    expect(found[0]?.explanation).toContain(`so ${LOST} (1 tool among it) did not take effect`);
    expect(found[0]?.explanation).toContain('goes on with the configuration it had');
    expect(found[0]?.rows).toEqual([2, 1]);
  });

  it('finds the update also when the error names no event', () => {
    const [found] = diagnose([
      created(),
      UPDATE,
      error(1.1, { code: 'unknown_parameter', param: 'session.bogus_field' }),
    ]);
    expect(found?.rows).toEqual([2, 1]);
  });

  it('says what beta fields are called now', () => {
    const beta: Line = [
      1,
      '>',
      'session.update',
      { session: { modalities: ['text'], temperature: 1, voice: 'alloy' } },
    ];
    const message = "Unknown parameter: 'session.modalities'.";
    const refusedField = error(1.1, { code: 'unknown_parameter', param: 'session.modalities', message });
    const [found] = diagnose([created(), beta, refusedField]);
    expect(found?.rule).toBe('refused-update');
    expect(found?.advice).toContain(
      'write output_modalities for modalities, leave out temperature (it is gone) and write audio.output.voice for voice',
    );
  });

  it('is one finding however often it happens', () => {
    const [found, ...others] = diagnose([created(), UPDATE, refusal, UPDATE, refusal, UPDATE, refusal]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      title: 'session.update refused because of session.bogus_field (3 times)',
      rows: [2, 1, 4, 3, 6, 5],
      rowCount: 6,
      t: 1100,
    });
  });

  it('says nothing of an update that was taken', () => {
    const updated: Line = [1.1, '<', 'session.updated', { session: { type: 'realtime' } }];
    expect(diagnose([created(), UPDATE, updated])).toEqual([]);
  });
});

describe('no-session-type', () => {
  it('is found, with what was lost', () => {
    const update: Line = [1, '>', 'session.update', { session: { instructions: 'x' } }];
    const refusal = error(1.1, {
      code: 'missing_required_parameter',
      param: 'session.type',
      message: "Missing required parameter: 'session.type'.",
    });
    const found = diagnose([created(), update, refusal]);
    expect(titles(found)).toEqual(['error no-session-type: session.update refused: session.type is missing']);
    expect(found[0]?.explanation).toContain('so instructions did not take effect');
  });
  it('is not said of another missing parameter', () => {
    const refusal = error(1.1, { code: 'missing_required_parameter', param: 'session.tools[0].name' });
    expect(of('no-session-type', diagnose([created(), UPDATE, refusal]))).toEqual([]);
  });
});

describe('voice-locked', () => {
  const refusal = error(1.1, {
    code: 'cannot_update_voice',
    param: null,
    message: "Cannot update a conversation's voice if assistant audio is present.",
    event_id: 'e1',
  });
  it('is found, with what else was lost', () => {
    const found = diagnose([created(), UPDATE, refusal]);
    expect(titles(found)).toEqual(['error voice-locked: The voice cannot change after the model has spoken']);
    expect(found[0]?.explanation).toContain(LOST);
  });
  it('is not said when the voice was changed in time', () => {
    expect(
      diagnose([created(), UPDATE, [1.1, '<', 'session.updated', { session: {} }], speech(2, 500, 'i1', 'r1')]),
    ).toEqual([]);
  });
});

describe('both-modalities', () => {
  const refusal = error(1.1, {
    code: 'invalid_value',
    param: 'session.output_modalities',
    message: "Invalid modalities: ['audio', 'text']. Supported combinations are: ['text'] and ['audio'].",
  });
  it('is found in an update, and in a response', () => {
    const create: Line = [2, '>', 'response.create', { response: { output_modalities: ['text', 'audio'] } }];
    const other = error(2.1, {
      code: 'invalid_value',
      param: 'response.output_modalities',
      message: 'Invalid modalities',
    });
    const found = diagnose([created(), UPDATE, refusal, create, other]);
    expect(titles(found)).toEqual([
      'error both-modalities: Text and audio cannot be asked for together',
      'error both-modalities: Text and audio cannot be asked for together',
    ]);
    expect(found.map(({ rows }) => rows)).toEqual([
      [2, 1],
      [4, 3],
    ]);
  });
  it('is not said where a server takes both', () => {
    const both: Line = [
      1,
      '>',
      'session.update',
      { session: { type: 'realtime', output_modalities: ['text', 'audio'] } },
    ];
    expect(diagnose([created(), both, [1.1, '<', 'session.updated', { session: {} }]])).toEqual([]);
  });
});

describe('response-collision', () => {
  const refusal = (at: number, id: string) =>
    error(at, {
      code: 'conversation_already_has_active_response',
      message: `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
    });
  const create = (at: number): Line => [at, '>', 'response.create'];

  it('says that turn detection won', () => {
    const [found] = diagnose([created(), begun(1, 'resp_1'), create(1.4), refusal(1.5, 'resp_1')]);
    expect(found).toMatchObject({ rule: 'response-collision', severity: 'error', rows: [3, 2, 1] });
    expect(found?.title).toBe('response.create lost against the response that turn detection began');
    expect(found?.explanation).toContain('sent 400 ms after that one had begun');
    expect(found?.advice).toContain('create_response');
  });
  it('says that an earlier response.create won', () => {
    const [found] = diagnose([created(), create(1), begun(1.2, 'resp_1'), create(1.3), refusal(1.5, 'resp_1')]);
    expect(found?.title).toBe('response.create lost against an earlier response.create');
    expect(found?.rows).toEqual([4, 3, 2]);
  });
  it('knows when the two crossed on the wire', () => {
    const [found] = diagnose([created(), create(1), [1.1, '<', 'rate_limits.updated'], refusal(1.5, 'resp_9')]);
    expect(found?.title).toBe('response.create lost against another response');
  });
  it('is not said of responses one after the other, or outside the conversation', () => {
    const aside: Line = [3, '>', 'response.create', { response: { conversation: 'none' } }];
    const lines = [created(), create(1), begun(1.2, 'r1'), done(2, 'r1'), create(2.1), begun(2.2, 'r2')];
    expect(
      diagnose([...lines, aside, begun(3.1, 'r3', { conversation_id: null }), done(4, 'r3'), done(5, 'r2')]),
    ).toEqual([]);
  });
});

describe('benign-error', () => {
  it('is info: a cancel that came too late', () => {
    const cancel: Line = [1, '>', 'response.cancel'];
    const found = diagnose([
      created(),
      cancel,
      error(1.1, { code: 'response_cancel_not_active', message: 'Cancellation failed: no active response found' }),
    ]);
    expect(titles(found)).toEqual(['info benign-error: A response.cancel came when nothing was running']);
  });
  it('is not said of a cancel that worked', () => {
    const end = done(1.2, 'r1', 'cancelled', { status_details: { reason: 'client_cancelled' } });
    expect(diagnose([created(), begun(1, 'r1'), [1.1, '>', 'response.cancel'], end])).toEqual([]);
  });
});

describe('refused-event', () => {
  it('explains errors that no other rule knows in the server’s words', () => {
    const item: Line = [1, '>', 'conversation.item.create', { item: { type: 'message' } }];
    const found = diagnose([
      created(),
      item,
      error(1.1, {
        code: 'missing_required_parameter',
        param: 'item.content[0].text',
        message: "Missing required parameter: 'item.content[0].text'.",
      }),
    ]);
    expect(titles(found)).toEqual([
      'error refused-event: conversation.item.create refused: missing_required_parameter',
    ]);
    expect(found[0]?.explanation).toContain("Missing required parameter: 'item.content[0].text'.");
  });
  it('frees the server’s words of what could steer a terminal', () => {
    const found = diagnose([
      created(),
      error(1, { code: 'x\u001b[31m\u202e', message: 'bad\r\n\u001b]0;title\u0007' }),
    ]);
    expect(wellFormed(found)).toEqual([]);
    expect(found[0]?.title).toBe('Error of the server: x [31m');
  });
  it('tells kinds of errors apart, up to a number of them', () => {
    const lines = Array.from({ length: 500 }, (_, n) => error(n, { code: `code_${n}`, message: 'no' }));
    const found = diagnose(lines);
    expect(found.length).toBe(21);
    expect(found.at(-1)?.rowCount).toBe(480);
  });
  it('says nothing without an error', () => {
    expect(diagnose([created(), begun(1, 'r1'), done(2, 'r1')], { at: 3 })).toEqual([]);
  });
  it('does not take for the server’s what the inspector said in its name', () => {
    const analysis = new Analysis();
    const lines = [created(), error(1, { type: 'server_error', code: 'server_error', message: 'On purpose.' })];
    lines.forEach((line, row) =>
      analysis.event({ ...traced(row, line), ...(row === 1 ? { origin: 'inspector' as const } : {}) }),
    );
    const [found] = analysis.findings.all();
    expect(found).toMatchObject({ severity: 'warning', title: 'Error sent by the inspector: server_error' });
    expect(found?.explanation).toBe('A rule, or a person, sent this error in the server’s name. It says: On purpose.');
    expect(`${found?.advice}`).not.toContain('report it');
  });
});

it('every finding here reads well', () => {
  const found = diagnose([
    created(),
    UPDATE,
    error(1.1, { code: 'unknown_parameter', param: 'session.bogus_field', event_id: 'e1' }),
    error(1.2, { code: 'cannot_update_voice' }),
    error(1.3, { code: 'missing_required_parameter', param: 'session.type' }),
    error(1.4, { code: 'invalid_value', param: 'response.output_modalities', message: 'Invalid modalities' }),
    error(1.5, { code: 'conversation_already_has_active_response' }),
    error(1.6, { code: 'response_cancel_not_active' }),
    error(1.7, { code: 'invalid_tool_call_id' }),
    error(1.8, { code: 'input_audio_buffer_commit_empty' }),
    error(1.9, { code: 'item_truncate_invalid_item_id' }),
    error(2, { code: 'session_expired' }),
    error(2.1, { code: 'beta_api_shape_disabled' }),
    error(2.2, {}),
    [2.3, '<', 'error', {}],
  ]);
  expect(wellFormed(found)).toEqual([]);
  expect(new Set(found.map(({ rule }) => rule)).size).toBeGreaterThanOrEqual(12);
});
